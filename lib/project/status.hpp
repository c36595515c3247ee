#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "history/graph.hpp"
#include "project/workspace.hpp"
#include "run/store.hpp"

namespace dbmig::project {

/// How the model stands to the revisions.
struct ModelStatus {
  std::size_t tables = 0;
  std::vector<std::string> changes;  ///< of the model, that no revision has
  bool contradicts = false;          ///< branches contradict each other: nothing was compared
  bool is_empty = false;             ///< there are neither tables nor revisions
};

/// How the database stands to the revisions.
struct DatabaseStatus {
  std::string server;        ///< "MariaDB 11.8.2"
  history::Graph revisions;  ///< as they fit this database
  std::vector<run::AppliedRevision> rows;
  std::set<std::string> applied;
  std::vector<std::string> current;
  std::vector<std::string> pending;
  std::vector<std::string> unknown;        ///< applied, and no file has them
  std::vector<std::string> edited;         ///< since they were applied
  std::optional<std::string> killed_copy;  ///< a sentence about a copy that ended in the middle
};

/// What is to be done next, the most urgent first.
enum class NextStep {
  finish,       ///< a revision that stopped half-way
  finish_copy,  ///< a copy that was killed
  merge,
  take_back,  ///< revisions that the database has and no file
  check,
  migrate,
  upgrade,
  describe,  ///< tables in the model, or adopt a database
  none,
};

/// Compares without a database.
ModelStatus model_status(Workspace& workspace);

/// Only reads. Throws Error{connection}, {access} or {not_found} where the database cannot be
/// asked.
DatabaseStatus database_status(Workspace& workspace);

/// `database` is null where it could not be asked.
NextStep next_step(const ModelStatus& model, const history::Graph& revisions,
                   const DatabaseStatus* database);

/// Where the database was given: `--url`, DATABASE_URL, dbmig.yaml or a name in it.
std::string origin_of_url(Workspace& workspace);

}  // namespace dbmig::project
