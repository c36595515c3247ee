#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "project/workspace.hpp"

namespace dbmig::project {

/// A revision whose file is another one than when the database got it.
struct EditedRevision {
  std::string id;
  std::string what;  ///< what is other in it, for people
};

/// The applied ones of the project's database.
std::vector<EditedRevision> edited_revisions(Workspace& workspace);

/// Notes in the database, and in the sum file where there is one, that the files are right as they
/// are; the ids. The tables are not touched.
std::vector<std::string> accept_edits(Workspace& workspace, int lock_timeout);

/// Where the file of revision `id` is.
std::filesystem::path file_of_revision(Workspace& workspace, const std::string& id);

/// After the file of revision `id` was edited: it must still be a revision, which is said
/// with line and column, and the sum file, where there is one, takes it as it is now.
void take_edited_file(Workspace& workspace, const std::string& id);

}  // namespace dbmig::project
