#include "run/fitted.hpp"

#include <map>
#include <optional>
#include <utility>

#include "run/store.hpp"

namespace dbmig::run {
namespace {

/// Ids of replaced revisions, including those replaced by a squash of squashes; each with whether
/// it is the last of the outermost range.
struct ReplacedIds {
  std::map<std::string, bool, std::less<>> all;

  void add(const std::vector<history::Replaced>& range, bool is_end) {
    for (const history::Replaced& one : range) {
      const bool is_last = is_end && &one == &range.back();
      all.emplace(one.id, is_last);
      add(one.replaces, is_last);
    }
  }
};

}  // namespace

history::Graph fitted(history::Graph graph, const std::set<std::string>& ids) {
  const auto begun = [&]() -> std::optional<std::string> {
    if (graph.squashes().empty()) return std::nullopt;
    for (const std::string& id : ids) {
      const std::optional<std::string> squash = graph.replaced_by(id);
      if (squash && ids.count(*squash) == 0) return squash;
    }
    return std::nullopt;
  };
  // What is inserted may be a squash itself.
  while (const std::optional<std::string> squash = begun()) graph = graph.expanded(*squash);
  return graph;
}

history::Graph fitted(backend::Connection& connection, const history::Graph& graph) {
  if (graph.squashes().empty()) return graph;
  std::set<std::string> ids;
  for (const AppliedRevision& row : RevisionStore(connection).all()) ids.insert(row.id);
  return fitted(graph, ids);
}

history::Graph unsquashed(history::Graph graph) {
  for (std::vector<std::string> left = graph.squashes(); !left.empty(); left = graph.squashes()) {
    graph = graph.expanded(left.front());
  }
  return graph;
}

std::string named_inside_squash(const history::Graph& graph, const std::string& argument) {
  if (argument.empty() || graph.contains(argument) || graph.find_label(argument)) return {};
  ReplacedIds replaced;
  for (const std::string& squash : graph.squashes()) {
    replaced.add(graph.header(squash).replaces, true);
  }
  if (const auto exact = replaced.all.find(argument); exact != replaced.all.end()) {
    return exact->second ? std::string() : argument;
  }
  for (const std::string& id : graph.topological()) {
    if (id.starts_with(argument)) return {};
  }
  std::string found;
  for (auto one = replaced.all.lower_bound(argument);
       one != replaced.all.end() && one->first.starts_with(argument); ++one) {
    if (!found.empty()) return {};
    found = one->first;
  }
  return found;
}

}  // namespace dbmig::run
