#include "run/fitted.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "run/store.hpp"

namespace dbmig::run {

history::Graph fitted(history::Graph graph, const std::set<std::string>& ids) {
  const auto begun = [&]() -> std::optional<std::string> {
    if (graph.squashes().empty()) return std::nullopt;
    for (const std::string& id : ids) {
      const std::optional<std::string> squash = graph.replaced_by(id);
      if (squash && ids.count(*squash) == 0) return squash;
    }
    return std::nullopt;
  };
  // What is put in may be a squash itself.
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
  std::set<std::string> found;
  for (const std::string& squash : graph.squashes()) {
    const history::Header& header = graph.header(squash);
    for (const history::Replaced& one : header.replaces) {
      if (one.id == argument) {
        return one.id == header.replaces.back().id ? std::string() : one.id;
      }
      if (one.id.starts_with(argument)) found.insert(one.id);
    }
  }
  for (const std::string& id : graph.topological()) {
    if (id.starts_with(argument)) return {};
  }
  return found.size() == 1 ? *found.begin() : std::string();
}

}  // namespace dbmig::run
