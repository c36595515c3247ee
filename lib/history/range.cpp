#include "history/range.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"

namespace dbmig::history {
namespace {

/// What is on one line with the revision that `name` stands for: it, what it descends from and what
/// descends from it.
std::set<std::string> line_of(const Graph& graph, const std::string& name) {
  const std::string root = graph.resolve_one(name);
  std::set<std::string> line = graph.ancestors({root}, Edges::parents);
  line.merge(graph.descendants(root, Edges::parents));
  return line;
}

}  // namespace

bool is_base_of_branch(std::string_view argument) {
  return argument.ends_with("@base");
}

std::vector<std::string> revisions_between(const Graph& graph, const std::string& start,
                                           const std::string& end,
                                           const std::set<std::string>& current) {
  if (start.empty() && end.empty()) {
    const std::vector<std::string>& all = graph.topological();
    return {all.rbegin(), all.rend()};
  }
  const std::set<std::string> upper =
      graph.ancestors(graph.resolve(end.empty() ? "heads" : end, current));
  std::set<std::string> lower;
  bool is_whole = start.empty();
  if (is_base_of_branch(start)) {
    lower = line_of(graph, start.substr(0, start.find('@')));
  } else if (!start.empty()) {
    const std::set<std::string> from = graph.resolve(start, current);
    is_whole = from.empty();
    for (const std::string& id : from) lower.merge(graph.descendants(id));
  }
  std::vector<std::string> chosen;
  for (const std::string& id : graph.topological()) {
    if (upper.count(id) != 0 && (is_whole || lower.count(id) != 0)) chosen.push_back(id);
  }
  if (chosen.empty() && !is_whole && !upper.empty()) {
    throw Error(ErrorCode::failed, fmt::format("Revision {} is not an ancestor of {}", start,
                                               end.empty() ? "any head" : "revision " + end))
        .hint("a range goes from an earlier revision to one that descends from it");
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace dbmig::history
