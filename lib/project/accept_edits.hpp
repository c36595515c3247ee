#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "project/workspace.hpp"

namespace dbmig::project {

/// A revision whose file has changed since the database applied it.
struct EditedRevision {
  std::string id;
  std::string what;  ///< what differs in it, for people
};

/// The edited revisions among those applied to the project's database.
std::vector<EditedRevision> edited_revisions(Workspace& workspace);

/// Records in the database, and in the sum file if there is one, that the files are right as they
/// are; returns the ids. The tables are not touched.
std::vector<std::string> accept_edits(Workspace& workspace, int lock_timeout);

/// Where the file of revision `id` is.
std::filesystem::path file_of_revision(Workspace& workspace, const std::string& id);

/// To be called after the file of revision `id` was edited: checks that it is still a revision
/// (errors have line and column) and updates its line in the sum file, if there is one.
void take_edited_file(Workspace& workspace, const std::string& id);

}  // namespace dbmig::project
