#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/graph.hpp"

namespace dbmig::yaml {

/// The `.gitignore` of the folder that holds what dbmig keeps for itself.
inline constexpr std::string_view kNotForGit =
    "# Made by dbmig from the files of the project; may be deleted.\n*\n";

/// What tells one state of a file from another, as git's index does.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds
  std::int64_t changed = 0;   ///< of the inode: nobody can set it back
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Nothing for what is no regular file, or cannot be looked at.
std::optional<FileStamp> stamp_of(const std::string& path);

/// What dbmig read of a project before, in the folder `.dbmig` beside dbmig.yaml: the headers of
/// revision files, and schemas that histories add up to. Derived from the files, never needed, safe
/// to delete at any time. What cannot be read, or was written by another build of dbmig, counts as
/// absent; where it cannot be written, everything works without. Not thread-safe.
///
/// A header is good for as long as its file has the same stamp. Of a file that was changed within
/// two seconds of being read none is kept: it may change again and keep its stamp.
class Index {
 public:
  /// Reads `folder`, if there is anything.
  explicit Index(std::filesystem::path folder);

  /// The header of the file `name`, when it is still the one of `stamp`; without its path.
  std::optional<history::Header> find(std::string_view name, const FileStamp& stamp);
  /// For the next command. `read_at` is a time before the file was read, as now() gives it.
  void keep(std::string name, const FileStamp& stamp, const history::Header& header,
            std::int64_t read_at);
  /// Writes what is new, and forgets the files that were not asked for. Never throws.
  void save() noexcept;

  static std::int64_t now();

 private:
  struct Entry {
    FileStamp stamp;
    std::string_view bytes;  ///< of the header, in `content_`
    std::string own;         ///< of one that is new
    bool is_wanted = false;
  };

  std::filesystem::path folder_;
  std::string content_;
  std::map<std::string, Entry, std::less<>> entries_;
  bool is_changed_ = false;
};

/// The schemas in `folder`, a project's `.dbmig`. A few are kept, the latest.
std::shared_ptr<history::FoldStore> fold_store(std::filesystem::path folder);

}  // namespace dbmig::yaml
