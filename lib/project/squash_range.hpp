#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/new_revision.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// One revision in the place of several.
struct Squash {
  /// With the text of those that it replaces; `path` is the folder that it goes to.
  history::Revision revision;
  struct Replaced {
    std::string id;
    std::filesystem::path path;
  };
  std::vector<Replaced> replaced;  ///< in their order
};

/// What replaces the revisions of `range` (`A..B`, `base..B`, also with a colon), both included;
/// both ways were taken on scratch databases and came to the same. Not written. What `wanted` says
/// of message and id counts. Throws Error{usage} for an invalid range, and what
/// teams::squash_range() and teams::squashed() throw.
Squash squash_range(Workspace& workspace, const std::string& range, NewRevision wanted);

/// Takes the revisions that `squash`, whose file is written, replaces out of the sum file, and
/// deletes their files when that is wanted. Throws Error{io} for one that cannot be deleted.
void finish_squash(Workspace& workspace, const Squash& squash, bool delete_files);

}  // namespace dbmig::project
