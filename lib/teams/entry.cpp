#include "teams/entry.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "backend/has_table.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "run/fitted.hpp"
#include "run/store.hpp"

namespace dbmig::teams {
namespace {

using Texts = std::vector<std::string>;

Texts first_column(const backend::Rows& rows) {
  Texts texts;
  for (const auto& row : rows.rows) {
    if (row[0]) texts.push_back(*row[0]);
  }
  return texts;
}

bool has_column(const backend::Rows& rows, std::string_view name) {
  return std::any_of(rows.columns.begin(), rows.columns.end(), [&](const std::string& column) {
    return text::equals_ignoring_case(column, name);
  });
}

Error half_way(std::string_view tool, const std::string& version) {
  return Error(ErrorCode::failed,
               fmt::format("according to {}, version {} failed half-way", tool, version))
      .hint("repair the database with that tool first");
}

ToolVersions flyway(backend::Connection& connection, const std::string& table) {
  ToolVersions found{"flyway", table, {}, true};
  const backend::Rows rows = connection.query(fmt::format(
      "SELECT version, success FROM {} WHERE version IS NOT NULL ORDER BY installed_rank", table));
  for (const auto& row : rows.rows) {
    const std::string version = row[0].value_or("");
    if (row[1].value_or("0") == "0") throw half_way("Flyway", version);
    found.versions.push_back(version);
  }
  return found;
}

/// golang-migrate keeps one row that may be `dirty`; dbmate, as Rails, one for each version.
ToolVersions schema_migrations(backend::Connection& connection) {
  const backend::Rows shape = connection.query("SELECT * FROM schema_migrations WHERE 1 = 0");
  if (!has_column(shape, "version")) return {};
  if (!has_column(shape, "dirty")) {
    return {
        "dbmate", "schema_migrations",
        first_column(connection.query("SELECT version FROM schema_migrations ORDER BY version")),
        true};
  }
  const backend::Rows rows = connection.query("SELECT version, dirty FROM schema_migrations");
  for (const auto& row : rows.rows) {
    if (row[1].value_or("0") != "0") throw half_way("golang-migrate", row[0].value_or(""));
  }
  return {"golang-migrate", "schema_migrations", first_column(rows), false};
}

/// The last row of a version tells whether it is applied.
ToolVersions goose(backend::Connection& connection) {
  ToolVersions found{"goose", "goose_db_version", {}, true};
  const backend::Rows rows =
      connection.query("SELECT version_id, is_applied FROM goose_db_version ORDER BY id");
  for (const auto& row : rows.rows) {
    const std::string version = row[0].value_or("");
    std::erase(found.versions, version);
    if (row[1].value_or("0") != "0" && version != "0") found.versions.push_back(version);
  }
  return found;
}

}  // namespace

std::vector<ToolVersions> tool_versions(backend::Connection& connection) {
  std::vector<ToolVersions> found;
  const auto add = [&](ToolVersions versions) {
    if (!versions.versions.empty()) found.push_back(std::move(versions));
  };
  if (backend::has_table(connection, "alembic_version")) {
    add({"alembic", "alembic_version",
         first_column(connection.query("SELECT version_num FROM alembic_version")), false});
  }
  for (const char* table : {"flyway_schema_history", "schema_version"}) {
    if (!backend::has_table(connection, table)) continue;
    const backend::Rows shape =
        connection.query(fmt::format("SELECT * FROM {} WHERE 1 = 0", table));
    if (has_column(shape, "installed_rank")) add(flyway(connection, table));
  }
  if (backend::has_table(connection, "schema_migrations")) add(schema_migrations(connection));
  if (backend::has_table(connection, "goose_db_version")) add(goose(connection));
  return found;
}

std::optional<std::set<std::string>> entry_points(const history::Graph& stored,
                                                  const ToolVersions& versions) {
  // One that another tool brought into the middle of a range enters there.
  const history::Graph graph = run::unsquashed(stored);
  std::map<std::string, std::string> revision_of;
  for (const std::string& id : graph.topological()) {
    const auto& adopts = graph.header(id).adopts;
    const auto own = adopts.find(versions.tool);
    if (own == adopts.end()) continue;
    for (const std::string& version : own->second) revision_of.emplace(version, id);
  }
  if (revision_of.empty()) return std::nullopt;
  std::set<std::string> ids;
  // Alembic's are all heads; of the others' the newest decides.
  const bool all_count = !versions.is_whole;
  for (const std::string& version : versions.versions) {
    const auto found = revision_of.find(version);
    if (found != revision_of.end()) {
      ids.insert(found->second);
    } else if (all_count || &version == &versions.versions.back()) {
      throw Error(ErrorCode::failed,
                  fmt::format("the database is at version {} of {} (by {}), which no revision "
                              "adopts",
                              version, versions.tool, versions.table))
          .hint(fmt::format("write `adopts: {{{}: {}}}` into the revision that it is at, or mark "
                            "the database with `dbmig stamp`",
                            versions.tool, version));
    }
  }
  if (versions.is_whole) {
    const std::set<std::string> have(versions.versions.begin(), versions.versions.end());
    const std::set<std::string> entered = graph.ancestors(ids);
    for (const auto& [version, id] : revision_of) {
      if (entered.count(id) == 0 || have.count(version) != 0) continue;
      const auto& own = graph.header(id).adopts.at(versions.tool);
      if (std::any_of(own.begin(), own.end(),
                      [&](const std::string& other) { return have.count(other) != 0; })) {
        continue;
      }
      throw Error(ErrorCode::failed,
                  fmt::format("the database lacks version {} of {}, which it skipped: revision {} "
                              "adopts it",
                              version, versions.tool, id))
          .hint("apply it with that tool first");
    }
  }
  return ids;
}

BaselineDifference compare_to_baseline(backend::Connection& connection,
                                       const history::Graph& stored,
                                       const std::set<std::string>& targets,
                                       const schema::Selection& selection,
                                       const run::AskSpelling& ask) {
  BaselineDifference result;
  const history::Graph graph = run::unsquashed(stored);
  const schema::Schema expected = graph.fold(targets);
  result.drift = run::find_drift(connection, expected, selection, ask);
  const schema::Schema all = connection.canonical(graph.fold());
  const schema::Schema here = connection.canonical(connection.inspect({}).schema);
  const schema::Schema& at_target = result.drift.expected;
  result.is_empty = true;
  const auto look = [&](std::string_view noun, const auto& live, const auto& known,
                        const auto& wanted) {
    for (const auto& [name, object] : live) {
      if (known.count(name) == 0) continue;
      result.is_empty = false;
      if (wanted.count(name) == 0 && selection.takes(name)) {
        result.extra.push_back(fmt::format("{} '{}'", noun, name));
      }
    }
  };
  look("table", here.tables, all.tables, at_target.tables);
  look("view", here.views, all.views, at_target.views);
  look("trigger", here.triggers, all.triggers, at_target.triggers);
  return result;
}

std::optional<Entry> find_entry(backend::Connection& connection, const history::Graph& graph,
                                const std::vector<std::string>& baseline,
                                const schema::Selection& selection, const run::AskSpelling& ask) {
  if (graph.empty() || !run::RevisionStore(connection).empty()) return std::nullopt;
  const auto listed = [](const std::set<std::string>& ids) {
    return text::join({ids.begin(), ids.end()}, ", ");
  };
  for (const ToolVersions& versions : tool_versions(connection)) {
    const auto ids = entry_points(graph, versions);
    if (!ids) continue;
    return Entry{*ids,
                 fmt::format("{} has the database at {}: it enters at revision {}", versions.tool,
                             versions.versions.back(), listed(*ids)),
                 compare_to_baseline(connection, graph, *ids, selection, ask)};
  }
  if (baseline.empty()) return std::nullopt;
  std::set<std::string> targets;
  for (const std::string& target : baseline) targets.merge(graph.resolve(target));
  Entry entry{targets, fmt::format("The database matches revision {}", listed(targets)),
              compare_to_baseline(connection, graph, targets, selection, ask)};
  if (entry.difference.is_empty) return std::nullopt;  // a new database takes all of it
  return entry;
}

}  // namespace dbmig::teams
