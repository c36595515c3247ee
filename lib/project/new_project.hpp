#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "project/workspace.hpp"

namespace dbmig::project {

/// A project that does not exist yet.
struct NewProject {
  std::filesystem::path root;
  std::string database;                        ///< `database:` of its dbmig.yaml
  std::vector<std::filesystem::path> folders;  ///< to be created
  std::vector<std::pair<std::filesystem::path, std::string>> files;
};

/// A new project in `folder`, or if that is empty in the folder of the location's `config`, or in
/// this one; for the database that the workspace's location names, if any. A
/// password is never written to a file that is committed: dbmig.yaml then reads the URL from the
/// environment, and a warning says so. Throws Error{failed} if part of a project already exists,
/// Error{usage} if `config` is in another folder than `folder`.
NewProject new_project(Workspace& workspace, const std::filesystem::path& folder);

/// Creates the folders and files, and the JSON Schemas for editors.
void write_project(Workspace& workspace, const NewProject& project);

}  // namespace dbmig::project
