#pragma once

#include "history/revision.hpp"
#include "project/new_revision.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// Writes the file and reports it: "Generating migrations/1975_a.yaml". Throws what write() throws.
void generate(Workspace& workspace, const NewFile& file);

/// Adds `revision`, which was written to `file`, to the project's sum file, if there is one.
void enter_in_sum(Workspace& workspace, const history::Revision& revision, const NewFile& file);

/// A revision and its file.
struct WrittenRevision {
  history::Revision revision;  ///< `path` is the file's
  NewFile file;
  bool written = false;
};

/// Calls generate() for the file of `revision`, and enter_in_sum(); with `dry_run`, nothing is
/// written.
WrittenRevision write_revision(Workspace& workspace, history::Revision revision, bool dry_run);

}  // namespace dbmig::project
