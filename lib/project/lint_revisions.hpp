#pragma once

#include <string>
#include <vector>

#include "git/branch.hpp"
#include "lint/lint.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// Which revisions to lint, and which databases to use. At most one of `branch`, `all` and
/// `revisions`; without them, the pending revisions, or the heads if no database is available.
struct LintOptions {
  const git::BranchChanges* branch = nullptr;  ///< what a branch adds and changes
  bool all = false;
  std::vector<std::string> revisions;  ///< as they were given
  bool offline = false;                ///< use no database
  bool must_ask = false;               ///< a database that does not answer is an error
};

struct LintRun {
  std::string what;  ///< "pending", "heads", "all", "branch" or "revisions"
  std::vector<std::string> revisions;
  bool asked_database = false;
  lint::Result result;
};

/// Lints the revisions with the levels of dbmig.yaml. If a database is available, it counts the
/// affected rows, and MariaDB tells what the statements cost. A database that was not named
/// explicitly and is not available is reported and not used.
///
/// Throws Error{usage} if a revision is named relative to the database and no database is used, and
/// the database's errors if it was named or `must_ask` is set.
LintRun lint_revisions(Workspace& workspace, const LintOptions& options);

}  // namespace dbmig::project
