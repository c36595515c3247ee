#pragma once

#include <optional>
#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// What the revision that adopts a drift is asked to be.
struct DriftOptions {
  std::string message;
  bool allow_destructive = false;
};

/// The way back from what was changed in a database by hand.
struct RevertScript {
  DialectKind dialect = DialectKind::sqlite;
  std::vector<ops::Operation> operations;  ///< none: nothing was changed
  std::string sql;
};
RevertScript revert_drift(Workspace& workspace);

/// A revision of what was changed by hand.
struct DriftRevision {
  history::Revision revision;
  std::vector<std::string> detected;
};

/// Nothing when nothing was changed. Throws Error{failed} when the database is not at a head, where
/// such a revision has no place, and Error{refused} when something was dropped and nobody
/// consented.
std::optional<DriftRevision> revision_of_drift(Workspace& workspace, const DriftOptions& options);

/// Stamps the database with that revision, whose file was written by now; its tables are not
/// touched.
void stamp_drift(Workspace& workspace, const std::string& id);

}  // namespace dbmig::project
