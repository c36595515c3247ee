#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "serve/commands.hpp"
#include "serve/value.hpp"
#include "yaml/edit_model.hpp"
#include "yaml/project.hpp"

namespace dbmig::serve {

/// The edit that a page's request describes: `{kind, table, name, type, columns…}`. Throws
/// Error{invalid} for what is missing or no type.
yaml::ModelEdit edit_of(const Json& request);

/// Changes of the schema: each is made in the model's files and becomes a revision by
/// `dbmig migrate`, with its proof and its refusals. The database is not touched. When migrate does
/// not write the revision, the files are as they were before. Thread-safe.
class Changes {
 public:
  /// Both must outlive it.
  Changes(const yaml::Project& project, Commands& commands)
      : project_(project), commands_(commands) {}

  /// `{revision, files, difference}`. Throws Error{refused} when the model already has changes that
  /// no revision holds, and the messages of migrate.
  Json make(const Json& request);

  /// Takes back the last change made here: removes the revision's file and puts the model's files
  /// back. Throws Error{refused} when it has been applied, when another revision follows it, or
  /// when a file is not any more as it was left.
  void discard(const std::string& revision);

 private:
  struct Made {
    std::string revision;
    std::filesystem::path path;
    std::string text;
    std::vector<yaml::EditedFile> files;
  };
  std::filesystem::path path_of(const yaml::EditedFile& file) const;
  void put_back(const std::vector<yaml::EditedFile>& files);

  const yaml::Project& project_;
  Commands& commands_;
  std::mutex mutex_;
  std::optional<Made> made_;
};

}  // namespace dbmig::serve
