#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/new_revision.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// One revision that replaces several.
struct Squash {
  /// Contains the texts of the replaced revisions; `path` is the folder of the file.
  history::Revision revision;
  struct Replaced {
    std::string id;
    std::filesystem::path path;
  };
  std::vector<Replaced> replaced;  ///< in their order
};

/// The revision that replaces those of `range` (`A..B`, `base..B`, also with a colon), both
/// included; it was compared with them on scratch databases. Not written. Message and id are taken
/// from `wanted`. Throws Error{usage} for an invalid range, and what teams::squash_range() and
/// teams::squashed() throw.
Squash squash_range(Workspace& workspace, const std::string& range, NewRevision wanted);

/// Removes the revisions that `squash`, whose file is written, replaces from the sum file, and
/// deletes their files if requested. Throws Error{io} for one that cannot be deleted.
void finish_squash(Workspace& workspace, const Squash& squash, bool delete_files);

}  // namespace dbmig::project
