#include "run/check.hpp"

#include "dialect/equivalent.hpp"
#include "history/branches.hpp"
#include "run/fitted.hpp"
#include "run/runner.hpp"
#include "run/unknown_revisions.hpp"
#include "schema/validate.hpp"

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

Drift find_drift(backend::Connection& connection, const schema::Schema& expected,
                 const schema::Selection& selection, const AskSpelling& ask) {
  Drift drift;
  drift.kind = connection.dialect().kind();
  drift.expected = schema::selected(connection.canonical(expected), selection);
  drift.found = with_expected_spelling(connection, expected, connection.inspect({}).schema,
                                       {.recorded = true, .ask = ask});
  drift.live = connection.dialect().reconciled(
      known_part(connection.canonical(drift.found), drift.expected), drift.expected);
  drift.difference = diff::diff(drift.expected, drift.live);
  return drift;
}

namespace {

/// Puts the objects of `found` that differ between `expected` and `live` into `wanted`.
template <class Objects>
void take_changed(Objects& wanted, const Objects& found, const Objects& expected,
                  const Objects& live) {
  for (const auto& [name, object] : expected) {
    const auto now = live.find(name);
    if (now == live.end()) {
      wanted.erase(name);
    } else if (!(now->second == object) && found.count(name) != 0) {
      wanted.insert_or_assign(name, found.at(name));
    }
  }
}

}  // namespace

schema::Schema with_drift(const schema::Schema& expected, const Drift& drift) {
  schema::Schema wanted = expected;
  const schema::Schema found = dialect::dialect(drift.kind).reconciled(drift.found, expected);
  take_changed(wanted.tables, found.tables, drift.expected.tables, drift.live.tables);
  take_changed(wanted.views, found.views, drift.expected.views, drift.live.views);
  take_changed(wanted.triggers, found.triggers, drift.expected.triggers, drift.live.triggers);
  take_changed(wanted.routines, found.routines, drift.expected.routines, drift.live.routines);
  return dialect::equivalent(expected, schema::normalized(std::move(wanted)), {drift.kind});
}

DatabaseCheck check_database(backend::Connection& connection, const history::Graph& stored,
                             const schema::Selection& selection, const AskSpelling& ask) {
  DatabaseCheck result;
  RevisionStore store(connection);
  const history::Graph graph = fitted(connection, stored);
  const std::vector<AppliedRevision> rows = store.all();
  const std::set<std::string> applied = complete(rows);
  for (const AppliedRevision& row : rows) {
    if (!row.is_complete()) result.unfinished.push_back(row);
  }
  result.unknown = unknown_revisions(rows, graph);
  result.edited = edited_revisions(rows, graph);
  for (const std::string& id : graph.topological()) {
    if (applied.count(id) == 0) result.pending.push_back(id);
  }
  if (!result.unknown.empty()) return result;
  result.current = graph.heads_of(applied);
  if (!result.unfinished.empty()) return result;
  result.folded = graph.fold_in_order(in_applied_order(rows, graph, applied));
  result.drift = find_drift(connection, result.folded, selection, ask);
  if (result.drift.empty()) return result;
  // Times written by older versions do not show the order in which branches were applied.
  schema::Schema reordered = history::with_free_order(graph, result.folded, result.drift.live);
  if (reordered == result.folded) return result;
  result.folded = std::move(reordered);
  result.drift = find_drift(connection, result.folded, selection, ask);
  return result;
}

}  // namespace dbmig::run
