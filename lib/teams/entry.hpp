#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "history/graph.hpp"
#include "run/check.hpp"

namespace dbmig::teams {

/// What the table of another migration tool says.
struct ToolVersions {
  std::string tool;                   ///< "alembic", "flyway", "golang-migrate", "dbmate", "goose"
  std::string table;                  ///< where it stands
  std::vector<std::string> versions;  ///< the newest last
  /// Whether all versions that were applied stand there, and not only the newest.
  bool is_whole = false;
};

/// What the tools' tables in the database say; those are left out that say nothing.
/// Throws Error{failed} for a version that golang-migrate or Flyway left half-way.
std::vector<ToolVersions> tool_versions(backend::Connection& connection);

/// The revisions that a database is at which has `versions`, by the `adopts:` of `graph`. Nothing
/// when no revision adopts a version of this tool. Throws Error{failed} when none adopts the
/// newest, or one is missing among those applied that an adopted one builds on.
std::optional<std::set<std::string>> entry_points(const history::Graph& graph,
                                                  const ToolVersions& versions);

/// How a database differs from one at `targets`: the drift, and the objects that only later
/// revisions make.
struct BaselineDifference {
  run::Drift drift;
  std::vector<std::string> extra;  ///< "table 'orders'"
  /// Whether the database has nothing at all of what the revisions know.
  bool is_empty = false;

  bool is_equal() const { return drift.empty() && extra.empty(); }
};

/// Compares the database with the schema at `targets`.
BaselineDifference compare_to_baseline(backend::Connection& connection, const history::Graph& graph,
                                       const std::set<std::string>& targets,
                                       const schema::Selection& selection,
                                       const run::AskSpelling& ask);

/// Where a database that dbmig has not managed yet comes into the history.
struct Entry {
  std::set<std::string> ids;  ///< the revisions that it is at, from whichever source knows
  std::string why;            ///< for people
  /// It may only enter where this says that it is equal.
  BaselineDifference difference;
};

/// By another tool's table (entry_points(), whose errors it throws), else at `baseline`, revision
/// arguments, where there are any and the database has anything of what the revisions know. Nothing
/// for a database with bookkeeping of its own and for one that takes all revisions.
std::optional<Entry> find_entry(backend::Connection& connection, const history::Graph& graph,
                                const std::vector<std::string>& baseline,
                                const schema::Selection& selection, const run::AskSpelling& ask);

}  // namespace dbmig::teams
