#pragma once

#include <optional>
#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// Options for the revision that adopts a drift.
struct DriftOptions {
  std::string message;
  bool allow_destructive = false;
};

/// SQL that undoes what was changed in a database by hand.
struct RevertScript {
  DialectKind dialect = DialectKind::sqlite;
  std::vector<ops::Operation> operations;  ///< empty: nothing was changed
  std::string sql;
};
RevertScript revert_drift(Workspace& workspace);

/// A revision with the changes made by hand.
struct DriftRevision {
  history::Revision revision;
  std::vector<std::string> detected;
};

/// Nothing if nothing was changed by hand. Throws Error{failed} if the database is not at a head,
/// so that such a revision would have no place, and Error{refused} if something was dropped without
/// consent.
std::optional<DriftRevision> revision_of_drift(Workspace& workspace, const DriftOptions& options);

/// Stamps the database with that revision, whose file must exist by now; the tables are not
/// touched.
void stamp_drift(Workspace& workspace, const std::string& id);

}  // namespace dbmig::project
