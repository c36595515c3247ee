#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "project/workspace.hpp"
#include "teams/rebase.hpp"

namespace dbmig::project {

/// A revision with new parents, and its new file.
struct RebasedRevision {
  teams::Reparented change;
  std::filesystem::path path;
  std::string text;      ///< the whole new file
  std::string checksum;  ///< of the new file
};

/// A branch to be moved.
struct Rebase {
  std::string revision;  ///< its id, as the argument names it
  std::string onto;
  std::vector<RebasedRevision> revisions;  ///< empty: it follows already
};

/// What changes when the branch of `revision` is moved onto `onto`; each argument names one
/// revision. Proved there, but not written. Throws Error{refused} if a database of the project that
/// can be reached has one of the moving revisions, Error{failed} if the branches contradict each
/// other or a proof fails. Databases that cannot be reached are reported.
Rebase rebase_branch(Workspace& workspace, const std::string& revision, const std::string& onto);

/// Writes the files and the sum file.
void write_rebase(Workspace& workspace, const Rebase& rebase);

}  // namespace dbmig::project
