#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "project/workspace.hpp"

namespace dbmig::project {

/// Changes of model, revisions and database that an import made before its rows, to be undone if no
/// row was loaded.
class MadeForFiles {
 public:
  /// To be created before anything is changed.
  explicit MadeForFiles(Workspace& workspace);
  /// For a rank that changes nothing.
  static MadeForFiles nothing(Workspace& workspace);

  /// Revision `id` was written for table `table`; it may or may not be applied.
  void made(const std::string& id, const std::string& table);

  /// Reverts the revision, removes its file and restores the model. Never loses anything: if rows
  /// need the changes, or files were edited since, they stay, and an event says so. Does nothing if
  /// nothing was made. Never throws.
  void undo() noexcept;

 private:
  using Files = std::map<std::filesystem::path, std::string>;
  MadeForFiles(Workspace& workspace, Files before);
  Files read_model() const;
  void revert();

  Workspace& workspace_;
  Files before_;
  Files after_;
  std::string id_;
  std::string table_;
};

}  // namespace dbmig::project
