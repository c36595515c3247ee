#include "teams/rebase.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "yaml/revision.hpp"

namespace dbmig::teams {

std::vector<Reparented> rebased(const history::Graph& graph, const std::string& id,
                                const std::string& onto) {
  if (graph.ancestors({onto}).count(id) != 0) {
    throw Error(ErrorCode::usage, id == onto
                                      ? fmt::format("revision {} cannot follow itself", id)
                                      : fmt::format("revision {} descends from {}", onto, id))
        .hint("name the head of another branch with --onto");
  }
  const std::vector<std::string> side = graph.sides(id, onto).first;
  const std::set<std::string> own(side.begin(), side.end());
  std::vector<Reparented> changed;
  for (const std::string& one : side) {
    Reparented entry{one, graph.parents(one), {}};
    for (const std::string& parent : entry.before) {
      if (own.count(parent) != 0) entry.parents.push_back(parent);
    }
    if (entry.parents.empty()) entry.parents.push_back(onto);
    if (entry.parents != entry.before) changed.push_back(std::move(entry));
  }
  return changed;
}

std::set<std::string> moved(const history::Graph& graph, const std::vector<Reparented>& changed) {
  std::set<std::string> ids;
  for (const Reparented& one : changed) ids.merge(graph.descendants(one.id));
  return ids;
}

std::string with_parents(const std::string& text, const std::string& name,
                         const std::vector<std::string>& parents) {
  std::vector<std::string> lines = text::split(text, '\n');
  const auto begin = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("parents:") || line.starts_with("\"parents\":");
  });
  history::Revision wanted = yaml::parse_revision(text, name);
  wanted.parents = parents;
  if (begin != lines.end()) {
    // The value goes on in lines that are indented, or that are items of a list.
    auto end = begin + 1;
    while (end != lines.end() && (end->starts_with(' ') || end->starts_with("- ") ||
                                  end->starts_with(']') || end->starts_with('\t'))) {
      ++end;
    }
    const bool has_return = begin->ends_with('\r');
    const auto comment = begin->find(" #");
    const std::string tail =
        comment == std::string::npos ? std::string(has_return ? "\r" : "") : begin->substr(comment);
    const std::string line = fmt::format("parents: [{}]{}", text::join(parents, ", "), tail);
    lines.insert(lines.erase(begin, end), line);
    std::string result = text::join(lines, "\n");
    const auto is_right = [&] {
      try {
        return yaml::parse_revision(result, name).checksum.get() == yaml::checksum(wanted);
      } catch (const Error&) {
        return false;
      }
    };
    if (is_right()) return result;
  }
  throw Error(ErrorCode::failed, "`parents:` is not on a line of its own")
      .at({name, 0, 0})
      .hint(fmt::format("write `parents: [{}]` there by hand", text::join(parents, ", ")));
}

}  // namespace dbmig::teams
