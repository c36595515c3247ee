// The arrows between the rooms of lib/ point only down, and each outside library has one user.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Include {
  std::string file;  ///< relative to lib/ or cli/
  std::string room;
  std::string target;
};

std::vector<Include> includes_below(const fs::path& folder) {
  static const std::regex directive(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  std::vector<Include> includes;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".cpp" && path.extension() != ".hpp") continue;
    const fs::path relative = fs::relative(path, folder);
    std::ifstream stream(path);
    std::string line;
    while (std::getline(stream, line)) {
      std::smatch match;
      if (std::regex_search(line, match, directive)) {
        includes.push_back({relative.string(), relative.begin()->string(), match[1]});
      }
    }
  }
  return includes;
}

const fs::path kSource = DBMIG_SOURCE_DIR;

// Room → the rooms that it may include. ARCHITECTURE.md draws the same table.
const std::map<std::string, std::set<std::string>> kMayUse{
    {"base", {}},
    {"schema", {"base"}},
    {"ops", {"schema", "base"}},
    {"history", {"ops", "schema", "base"}},
    {"diff", {"ops", "schema", "base"}},
    {"dialect", {"ops", "schema", "base"}},
    {"lint", {"dialect", "history", "ops", "schema", "base"}},
    {"yaml", {"history", "lint", "ops", "schema", "base"}},
    {"backend", {"dialect", "ops", "schema", "base"}},
    {"run", {"backend", "dialect", "history", "diff", "lint", "ops", "schema", "base"}},
    {"proof", {"run", "backend", "dialect", "history", "diff", "ops", "schema", "base"}},
    {"import", {"backend", "dialect", "schema", "base"}},
    {"mpi", {"import", "base"}},
};

// Outside library, by the beginning of its includes → where it may be used.
const std::map<std::string, std::set<std::string>> kOnlyUser{
    {"soci/", {"backend"}},     {"mysql.h", {"backend"}},  {"mariadb/", {"backend"}},
    {"mysql/", {"backend"}},    {"errmsg.h", {"backend"}}, {"mysqld_error.h", {"backend"}},
    {"sqlite3.h", {"backend"}}, {"yaml-cpp/", {"yaml"}},   {"yaml.h", {"yaml"}},
    {"mpi.h", {"mpi"}},         {"CLI/", {"cli"}},         {"openssl/", {"base"}},
};

TEST(Rooms, IncludesPointOnlyDown) {
  const std::vector<Include> includes = includes_below(kSource / "lib");
  ASSERT_GT(includes.size(), 100U);
  for (const Include& include : includes) {
    if (kMayUse.count(include.room) == 0) {
      ADD_FAILURE() << include.file << " is in a room that no table knows: " << include.room;
      continue;
    }
    const std::string target = include.target.substr(0, include.target.find('/'));
    if (include.target.find('/') == std::string::npos || kMayUse.count(target) == 0) continue;
    if (target == include.room) continue;
    EXPECT_EQ(kMayUse.at(include.room).count(target), 1U)
        << include.file << " includes " << include.target << ": " << include.room << " may not use "
        << target;
  }
}

TEST(Rooms, EachOutsideLibraryHasOneUser) {
  std::vector<Include> includes = includes_below(kSource / "lib");
  for (Include include : includes_below(kSource / "cli")) {
    include.room = "cli";
    includes.push_back(include);
  }
  for (const Include& include : includes) {
    for (const auto& [prefix, users] : kOnlyUser) {
      if (include.target.rfind(prefix, 0) != 0) continue;
      EXPECT_EQ(users.count(include.room), 1U)
          << include.room << "/" << include.file << " includes " << include.target;
    }
  }
}

TEST(Rooms, LibraryKnowsNothingOfTheCommandLine) {
  for (const Include& include : includes_below(kSource / "lib")) {
    EXPECT_NE(include.target.rfind("cli/", 0), 0U) << include.file;
    EXPECT_NE(include.target, "iostream") << include.file << ": the library never prints";
  }
}

}  // namespace
