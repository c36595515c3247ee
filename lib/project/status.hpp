#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "history/graph.hpp"
#include "project/workspace.hpp"
#include "run/store.hpp"

namespace dbmig::project {

/// The model compared with the revisions.
struct ModelStatus {
  std::size_t tables = 0;
  std::vector<std::string> changes;  ///< model changes without a revision
  bool contradicts = false;          ///< branches contradict each other: nothing was compared
  bool is_empty = false;             ///< there are neither tables nor revisions
};

/// The database compared with the revisions.
struct DatabaseStatus {
  std::string server;        ///< "MariaDB 11.8.2"
  history::Graph revisions;  ///< as they apply to this database
  std::vector<run::AppliedRevision> rows;
  std::set<std::string> applied;
  std::vector<std::string> current;
  std::vector<std::string> pending;
  std::vector<std::string> unknown;        ///< applied, and no file has them
  std::vector<std::string> edited;         ///< since they were applied
  std::optional<std::string> killed_copy;  ///< a sentence about an interrupted copy
};

/// What the user should do next, the most urgent first.
enum class NextStep {
  finish,       ///< a revision that stopped half-way
  finish_copy,  ///< a copy that was killed
  merge,
  switch_revisions,  ///< revisions that the database has and no file has
  check,
  migrate,
  upgrade,
  describe,  ///< describe tables in the model, or adopt a database
  reach,     ///< nothing is known to be done, and the database could not be read
  none,
};

/// Compares without a database.
ModelStatus model_status(Workspace& workspace);

/// Only reads. Throws Error{connection}, {access} or {not_found} if the database cannot be read.
DatabaseStatus database_status(Workspace& workspace);

/// `database` is null if it could not be read.
NextStep next_step(const ModelStatus& model, const history::Graph& revisions,
                   const DatabaseStatus* database);

/// Where the URL comes from: `--url`, DATABASE_URL, dbmig.yaml or a name in it.
std::string origin_of_url(Workspace& workspace);

}  // namespace dbmig::project
