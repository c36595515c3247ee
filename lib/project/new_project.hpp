#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "project/workspace.hpp"

namespace dbmig::project {

/// A project that is not there yet.
struct NewProject {
  std::filesystem::path root;
  std::string database;                        ///< `database:` of its dbmig.yaml
  std::vector<std::filesystem::path> folders;  ///< to be made
  std::vector<std::pair<std::filesystem::path, std::string>> files;
};

/// One in `folder`, on the database that the workspace's location names, if any. A password never
/// goes into a file that people commit: dbmig.yaml then reads the URL from the environment, and a
/// warning says so. Throws Error{failed} where a part of a project is there already.
NewProject new_project(Workspace& workspace, const std::filesystem::path& folder);

/// Makes the folders and files, and the JSON Schemas for editors.
void write_project(Workspace& workspace, const NewProject& project);

}  // namespace dbmig::project
