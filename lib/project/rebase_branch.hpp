#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "project/workspace.hpp"
#include "teams/rebase.hpp"

namespace dbmig::project {

/// A revision that gets other parents, and the file that says so.
struct RebasedRevision {
  teams::Reparented change;
  std::filesystem::path path;
  std::string text;      ///< the whole file, as it will be
  std::string checksum;  ///< of it
};

/// A branch that moves.
struct Rebase {
  std::string revision;  ///< the branch's, as the argument names it
  std::string onto;
  std::vector<RebasedRevision> revisions;  ///< empty: it follows already
};

/// What changes when the branch of `revision` is to follow `onto`, each an argument that names one
/// revision; proved there, not written. Throws Error{refused} where a database of the project that
/// can be asked has one of the revisions that move, Error{failed} where the branches contradict
/// each other or a proof fails. Databases that cannot be asked are told.
Rebase rebase_branch(Workspace& workspace, const std::string& revision, const std::string& onto);

/// Writes the files and the sum file.
void write_rebase(Workspace& workspace, const Rebase& rebase);

}  // namespace dbmig::project
