#include "run/check.hpp"

#include "run/runner.hpp"

namespace dbmig::run {

schema::Schema known_part(const schema::Schema& live, const schema::Schema& expected) {
  schema::Schema part;
  for (const auto& [name, table] : live.tables) {
    if (expected.find_table(name) != nullptr) part.tables.emplace(name, table);
  }
  for (const auto& [name, view] : live.views) {
    if (expected.views.count(name) != 0) part.views.emplace(name, view);
  }
  for (const auto& [name, trigger] : live.triggers) {
    if (expected.triggers.count(name) != 0) part.triggers.emplace(name, trigger);
  }
  for (const auto& [key, routine] : live.routines) {
    if (expected.routines.count(key) != 0) part.routines.emplace(key, routine);
  }
  return part;
}

std::vector<std::string> find_drift(backend::Connection& connection, const schema::Schema& expected,
                                    const schema::Selection& selection) {
  const schema::Schema wanted = schema::selected(connection.canonical(expected), selection);
  const schema::Schema live = connection.dialect().settled(
      known_part(connection.canonical(connection.inspect({}).schema), wanted), wanted);
  return diff::diff(wanted, live).detected;
}

DatabaseCheck check_database(backend::Connection& connection, const history::Graph& graph,
                             const schema::Selection& selection) {
  DatabaseCheck result;
  RevisionStore store(connection);
  const std::vector<AppliedRevision> rows = store.all();
  const std::set<std::string> applied = complete(rows);
  for (const AppliedRevision& row : rows) {
    if (!row.is_complete()) result.under_way.push_back(row);
    if (!graph.contains(row.id)) result.unknown.push_back(row.id);
  }
  result.edited = edited_revisions(rows, graph);
  for (const std::string& id : graph.topological()) {
    if (applied.count(id) == 0) result.pending.push_back(id);
  }
  if (!result.unknown.empty()) return result;
  result.current = graph.heads_of(applied);
  if (!result.under_way.empty()) return result;
  result.drift = find_drift(connection, graph.fold(applied), selection);
  return result;
}

}  // namespace dbmig::run
