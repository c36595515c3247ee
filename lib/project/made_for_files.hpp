#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "project/workspace.hpp"

namespace dbmig::project {

/// What an import changed of model, revisions and database before its rows, to be taken back when
/// none of them came.
class MadeForFiles {
 public:
  /// Before anything is changed.
  explicit MadeForFiles(Workspace& workspace);
  /// Of a rank that changes nothing.
  static MadeForFiles nothing(Workspace& workspace);

  /// Revision `id` was written for table `table`; the database may have it or not.
  void made(const std::string& id, const std::string& table);

  /// Takes the revision back from the database and removes its file, and the model says what it
  /// said before. Nothing is lost for that: where rows need what was made, or files were edited
  /// since, it stays, and the event says so. Does nothing when nothing was made. Never throws.
  void take_back() noexcept;

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
