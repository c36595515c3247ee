#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "base/hash.hpp"

namespace dbmig::test {

/// A folder of its own in the system's temporary folder, gone with everything in it when the value
/// goes.
class TempDir {
 public:
  TempDir() : path_(std::filesystem::temp_directory_path() / ("dbmig-test-" + random_hex(12))) {
    std::filesystem::create_directories(path_);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace dbmig::test
