#include "base/kept_file.hpp"

#include <fmt/core.h>

#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/error.hpp"

namespace dbmig {
namespace {

namespace fs = std::filesystem;

/// Source: https://www.sqlite.org/fileformat.html section 1.3
bool is_sqlite_database(const fs::path& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  std::array<char, kMagic.size()> head = {};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  return file.gcount() == static_cast<std::streamsize>(head.size()) &&
         std::string_view(head.data(), head.size()) == kMagic;
}

/// The database that `path` belongs to by its name.
std::string database_of(const fs::path& path) {
  const std::string name = path.string();
  for (const std::string_view ending : {"-wal", "-shm", "-journal"}) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return {};
}

Error kept(const fs::path& path, std::string_view why) {
  return Error(ErrorCode::refused, fmt::format("{} is not overwritten: {}", path.string(), why))
      .hint("name another file with -o");
}

}  // namespace

void refuse_kept_file(const fs::path& path, const std::vector<std::string>& inputs) {
  if (is_sqlite_database(path)) throw kept(path, "it is a SQLite database");
  if (const std::string database = database_of(path); is_sqlite_database(database)) {
    throw kept(path, fmt::format("it belongs to the SQLite database {}", database));
  }
  for (const std::string& input : inputs) {
    std::error_code ignored;
    const bool is_same = fs::is_regular_file(path, ignored) && fs::equivalent(input, path, ignored);
    if (is_same) throw kept(path, "the command reads it");
  }
}

}  // namespace dbmig
