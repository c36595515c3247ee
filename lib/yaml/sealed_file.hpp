#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace dbmig::yaml {

/// The `.gitignore` of the folder that holds what dbmig keeps for itself.
inline constexpr std::string_view kNotForGit =
    "# Made by dbmig from the files of the project; may be deleted.\n*\n";

/// Distinguishes states of a file without reading it, as git's index does.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds
  std::int64_t changed = 0;   ///< of the inode: cannot be set back
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Nothing when it is not a regular file, or cannot be examined.
std::optional<FileStamp> stamp_of(const std::string& path);
/// The same of a file in an open folder.
std::optional<FileStamp> stamp_in(int folder, const char* name);

/// A file that save_sealed() wrote with this build of dbmig; its content begins at `begin`. Empty
/// otherwise.
struct Sealed {
  std::string whole;
  std::size_t begin = 0;

  std::string_view content() const { return std::string_view(whole).substr(begin); }
};

/// Nothing of a file that is damaged, cut off, or of another build: that may read files otherwise.
Sealed read_sealed(const std::filesystem::path& path);

/// Writes `folder`/`name` atomically: another process that reads at the same time sees all of it or
/// none. Makes the folder with its `.gitignore` when it is missing. Without fsync: what a power cut
/// spoils is not read. False when it cannot be written.
bool save_sealed(const std::filesystem::path& folder, const std::string& name,
                 const std::string& content);

}  // namespace dbmig::yaml
