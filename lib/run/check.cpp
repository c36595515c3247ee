#include "run/check.hpp"

#include "run/runner.hpp"

namespace dbmig::run {
namespace {

/// The tables, views and triggers of `live` that `expected` knows by name, and triggers on its
/// tables.
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

}  // namespace

DatabaseCheck check_database(backend::Connection& connection, const history::Graph& graph) {
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
  const schema::Schema expected = connection.canonical(graph.fold(applied));
  const dialect::Dialect& dialect = connection.dialect();
  const schema::Schema live = dialect.settled(
      known_part(dialect.canonical(connection.inspect({}).schema), expected), expected);
  result.drift = diff::diff(expected, live).detected;
  return result;
}

}  // namespace dbmig::run
