#pragma once

#include <string>
#include <vector>

#include "git/branch.hpp"
#include "lint/lint.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// Which revisions are linted, and which databases are asked. At most one of `branch`, `all` and
/// `revisions`; without them those that the database lacks, or the heads where no database is at
/// hand.
struct LintOptions {
  const git::BranchChanges* branch = nullptr;  ///< what a branch adds and changes
  bool all = false;
  std::vector<std::string> revisions;  ///< as they were given
  bool offline = false;                ///< ask no database
  bool must_ask = false;               ///< a database that does not answer is an error
};

struct LintRun {
  std::string what;  ///< "pending", "heads", "all", "branch" or "revisions"
  std::vector<std::string> revisions;
  bool asked_database = false;
  lint::Result result;
};

/// Lints them by the levels of dbmig.yaml. A database that can be asked counts the rows that are
/// concerned, and MariaDB tells what statements cost. A database that was not named, and is not
/// there, is told of and done without.
///
/// Throws Error{usage} for a revision named from the database where none is asked, and what the
/// database throws where it was named or `must_ask` is set.
LintRun lint_revisions(Workspace& workspace, const LintOptions& options);

}  // namespace dbmig::project
