// The arrows between the modules of lib/ point only down, and each outside library has one user.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/source_path.hpp"

namespace {

namespace fs = std::filesystem;

struct Include {
  std::string file;  ///< relative to lib/ or cli/
  std::string module;
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
      if (line.find("#") == std::string::npos) continue;
      std::smatch match;
      if (std::regex_search(line, match, directive)) {
        includes.push_back({relative.string(), relative.begin()->string(), match[1]});
      }
    }
  }
  return includes;
}

const fs::path kSource = dbmig::test::source_path("");

// Module → the modules that it may include. ARCHITECTURE.md draws the same table.
const std::map<std::string, std::set<std::string>> kMayUse{
    {"base", {}},
    {"schema", {"base"}},
    {"ops", {"schema", "base"}},
    {"history", {"ops", "schema", "base"}},
    {"diff", {"ops", "schema", "base"}},
    {"dialect", {"ops", "schema", "base"}},
    {"lint", {"dialect", "history", "ops", "schema", "base"}},
    {"yaml", {"history", "lint", "ops", "schema", "base"}},
    {"git", {"yaml", "history", "base"}},
    {"report", {"base"}},
    {"diagram", {"yaml", "lint", "dialect", "history", "ops", "schema", "base"}},
    {"backend", {"dialect", "ops", "schema", "base"}},
    {"data_check", {"backend", "dialect", "ops", "schema", "base"}},
    {"sql_script", {"backend", "dialect", "schema", "base"}},
    {"run",
     {"data_check", "sql_script", "backend", "dialect", "history", "diff", "ops", "schema",
      "base"}},
    {"evidence",
     {"run", "data_check", "backend", "dialect", "history", "lint", "ops", "schema", "base"}},
    {"proof",
     {"run", "data_check", "backend", "dialect", "history", "diff", "ops", "schema", "base"}},
    {"teams",
     {"yaml", "proof", "run", "backend", "dialect", "history", "diff", "ops", "schema", "base"}},
    {"import", {"backend", "dialect", "schema", "base"}},
    {"transfer", {"import", "data_check", "backend", "dialect", "ops", "schema", "base"}},
    {"serve",
     {"diagram", "transfer", "import", "yaml", "backend", "dialect", "lint", "history", "ops",
      "schema", "base"}},
    {"http", {"serve"}},
    {"mpi", {"import", "base"}},
    {"embed",
     {"run", "yaml", "backend", "lint", "dialect", "diff", "history", "ops", "schema", "base"}},
    {"project",
     {"hooks", "git", "teams", "transfer", "import", "proof", "evidence", "sql_script", "run",
      "yaml", "backend", "lint", "dialect", "diff", "history", "ops", "schema", "base"}},
    {"hooks", {"run", "backend", "dialect", "history", "diff", "ops", "schema", "base"}},
    {"scenario",
     {"proof", "run", "yaml", "backend", "dialect", "history", "diff", "ops", "schema", "base"}},
    {"fleet",
     {"teams", "import", "run", "yaml", "backend", "dialect", "history", "diff", "ops", "schema",
      "base"}},
};

// Outside library, by the beginning of its includes → where it may be used.
const std::map<std::string, std::set<std::string>> kOnlyUser{
    {"soci/", {"embed"}},       {"mysql.h", {"backend"}},  {"mariadb/", {"backend"}},
    {"mysql/", {"backend"}},    {"errmsg.h", {"backend"}}, {"mysqld_error.h", {"backend"}},
    {"sqlite3.h", {"backend"}}, {"yaml-cpp/", {"yaml"}},   {"mpi.h", {"mpi"}},
    {"CLI/", {"cli"}},          {"openssl/", {"base"}},    {"kainjow/", {"diagram"}},
    {"httplib.h", {"http"}},
};

TEST(Modules, IncludesPointOnlyDown) {
  const std::vector<Include> includes = includes_below(kSource / "lib");
  ASSERT_GT(includes.size(), 100U);
  for (const Include& include : includes) {
    if (kMayUse.count(include.module) == 0) {
      ADD_FAILURE() << include.file << " is in a module that no table knows: " << include.module;
      continue;
    }
    const std::string target = include.target.substr(0, include.target.find('/'));
    if (include.target.find('/') == std::string::npos || kMayUse.count(target) == 0) continue;
    if (target == include.module) continue;
    EXPECT_EQ(kMayUse.at(include.module).count(target), 1U)
        << include.file << " includes " << include.target << ": " << include.module
        << " may not use " << target;
  }
}

/// Whoever knows one vendor's folder cannot serve the next vendor: what differs by database is
/// asked of the interfaces in dialect/ and backend/.
TEST(Modules, VendorsFoldersAreKnownToDialectAndBackendAlone) {
  static const std::regex vendor("^(dialect|backend)/(sqlite|mariadb)/");
  std::vector<Include> includes = includes_below(kSource / "lib");
  for (const Include& include : includes_below(kSource / "cli")) includes.push_back(include);
  for (const Include& include : includes) {
    if (include.module == "dialect" || include.module == "backend") continue;
    EXPECT_FALSE(std::regex_search(include.target, vendor))
        << include.module << "/" << include.file << " includes " << include.target;
  }
}

/// What differs by database is asked of dialect/ and backend/: of dialect::Capabilities,
/// TypeRanges, SqlForms, RowRules, and of a connection. Comparisons of the kind of database outside
/// of them are counted here, by file, so that their number grows only where somebody says why, and
/// falls with them.
const std::map<std::string, int> kComparesKinds{
    // URLs, names and the choice of a database.
    {"lib/base/dialect_kind.hpp", 2},
    {"lib/base/url.cpp", 3},
    {"lib/base/url.hpp", 1},
    {"lib/fleet/database_list.cpp", 1},
    {"lib/project/adoption.cpp", 3},
    {"lib/project/new_revision.cpp", 1},
    {"lib/project/next_revision.cpp", 1},
    {"lib/project/workspace.cpp", 2},
    {"lib/yaml/project.cpp", 2},
    // Parts of the model and of revisions that are written for one database.
    {"lib/lint/lint.cpp", 1},
    {"lib/lint/sql.hpp", 1},
    {"lib/lint/step.hpp", 1},
    {"lib/ops/risk.cpp", 1},
    {"lib/schema/column.cpp", 1},
    {"lib/schema/sql_text.hpp", 1},
    {"lib/schema/table.cpp", 1},
    {"lib/teams/adopted_history.cpp", 1},
    // Below dialect/, which it may not use: how SQL is cut into words.
    {"lib/ops/sql_tokens.cpp", 1},
    // What still knows the two apart.
    {"lib/import/lock_retry.cpp", 1},
    {"lib/import/plan.cpp", 1},
    {"lib/import/final_commit.cpp", 1},
    {"lib/import/reject_files.cpp", 1},
    {"lib/import/row_circles.cpp", 3},
    {"lib/import/unique_keys.cpp", 1},
    {"lib/lint/data.cpp", 2},
    {"lib/project/comparison_side.cpp", 1},
    {"lib/serve/browse.cpp", 1},
    {"lib/serve/console.cpp", 1},
    {"lib/serve/server_info.cpp", 1},
    {"lib/sql_script/script.cpp", 3},
    {"lib/sql_script/script_statement.cpp", 2},
    {"lib/transfer/check_relations.cpp", 1},
    {"lib/transfer/check_rows.cpp", 1},
    {"lib/transfer/copy_transaction.cpp", 1},
    {"lib/transfer/fit_schema.cpp", 2},
    {"lib/transfer/row_writer.cpp", 1},
    {"lib/transfer/table_order.cpp", 1},
    {"lib/transfer/table_pair.cpp", 2},
    {"lib/transfer/translate.cpp", 1},
};

TEST(Modules, KindsOfDatabasesAreComparedWhereTheListSays) {
  static const std::regex comparison(
      R"((==|!=)\s*DialectKind::|DialectKind::\w+\s*(==|!=)|case DialectKind::)");
  std::map<std::string, int> found;
  for (const char* const folder : {"lib", "cli"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kSource / folder)) {
      const fs::path& path = entry.path();
      if (path.extension() != ".cpp" && path.extension() != ".hpp") continue;
      const std::string name = fs::relative(path, kSource).string();
      if (name.rfind("lib/dialect/", 0) == 0 || name.rfind("lib/backend/", 0) == 0) continue;
      std::ifstream stream(path);
      const std::string text((std::istreambuf_iterator<char>(stream)), {});
      if (text.find("DialectKind::") == std::string::npos) continue;
      const auto count =
          std::distance(std::sregex_iterator(text.begin(), text.end(), comparison), {});
      if (count != 0) found[name] = static_cast<int>(count);
    }
  }
  for (const auto& [name, count] : found) {
    const auto known = kComparesKinds.find(name);
    EXPECT_EQ(known == kComparesKinds.end() ? 0 : known->second, count)
        << name << ": ask dialect/ or backend/ for the property that the code depends on";
  }
  for (const auto& [name, count] : kComparesKinds) {
    EXPECT_EQ(found.count(name), 1U) << name << " compares no kinds any more: take it off the list";
  }
}

TEST(Modules, EachOutsideLibraryHasOneUser) {
  std::vector<Include> includes = includes_below(kSource / "lib");
  for (Include include : includes_below(kSource / "cli")) {
    include.module = "cli";
    includes.push_back(include);
  }
  for (const Include& include : includes) {
    for (const auto& [prefix, users] : kOnlyUser) {
      if (include.target.rfind(prefix, 0) != 0) continue;
      EXPECT_EQ(users.count(include.module), 1U)
          << include.module << "/" << include.file << " includes " << include.target;
    }
  }
}

TEST(Modules, LibraryKnowsNothingOfTheCommandLine) {
  for (const Include& include : includes_below(kSource / "lib")) {
    EXPECT_NE(include.target.rfind("cli/", 0), 0U) << include.file;
    EXPECT_NE(include.target, "iostream") << include.file << ": the library never prints";
  }
}

/// What a file defines in its anonymous namespace, or a header in its named one: "Key (a type)",
/// "kLimit", "quoted(std::string&)".
class Definitions {
 public:
  /// Reads a file formatted as `.clang-format` says: nothing in a namespace is indented.
  Definitions(const fs::path& path, bool in_anonymous) {
    std::ifstream stream(path);
    std::string line;
    std::string namespace_name;
    bool is_anonymous = false;
    while (std::getline(stream, line)) {
      std::smatch match;
      static const std::regex named(R"(^namespace ([\w:]+) \{)");
      if (line.starts_with("namespace ") && std::regex_search(line, match, named)) {
        namespace_name = match[1];
      }
      if (line == "namespace {") is_anonymous = true;
      if (line == "}  // namespace") is_anonymous = false;
      if (!namespace_name.empty() && is_anonymous == in_anonymous) read(line, namespace_name);
    }
  }
  std::set<std::string> names;
  std::map<std::string, std::string> aliases;  ///< what each is another name of

 private:
  /// An alias may stand in several files when it means the same in each.
  void read_alias(const std::string& line, const std::string& namespace_name) {
    static const std::regex alias(R"(^using (\w+) = (.*))");
    std::smatch match;
    if (line.starts_with("using ") && std::regex_search(line, match, alias)) {
      aliases[namespace_name + " " + match[1].str()] = match[2];
    }
  }

  void read(const std::string& line, const std::string& namespace_name) {
    static const std::regex skipped(
        R"(^(\}|//|#|namespace|using |template|extern |static_assert))");
    if (open_.empty()) read_alias(line, namespace_name);
    if (open_.empty() && (line.empty() || line[0] == ' ' || std::regex_search(line, skipped))) {
      return;
    }
    open_ += line + ' ';
    // A definition's head ends with its body, its value or its end.
    int depth = 0;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const char c = open_[i];
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth != 0 || (c != '{' && c != ';' && c != '=')) continue;
      const std::string name = name_of(open_.substr(0, i));
      if (!name.empty()) names.insert(namespace_name + " " + name);
      open_.clear();
      return;
    }
  }

  /// The name, with the types of a function's parameters: overloads may live beside each other.
  static std::string name_of(const std::string& head) {
    std::smatch match;
    static const std::regex type(R"(^(?:struct|class|enum|union)(?: class)? (\w+))");
    static const std::regex function(R"(^[^(]*?([\w:~]+)(\(.*\)))");
    static const std::regex variable(R"((\w+)(?:\[.*\])? *$)");
    if (std::regex_search(head, match, type)) return match[1].str() + " (a type)";
    if (std::regex_search(head, match, function)) {
      if (match[1].str().find(':') != std::string::npos) return {};
      static const std::regex parameter(R"(([\w>&*]) +\w+ *(?=[,)]))");
      static const std::regex value(R"( *= *[^,)]*)");
      static const std::regex blanks(R"(\s+)");
      std::string types = std::regex_replace(match[2].str(), value, "");
      types = std::regex_replace(types, parameter, "$1");
      return match[1].str() + std::regex_replace(types, blanks, " ");
    }
    return std::regex_search(head, match, variable) ? match[1].str() : std::string();
  }

  std::string open_;
};

/// The files of lib/ with `extension` that a compiler may see as one, by module; of backend/ those
/// of each database.
std::map<std::string, std::vector<fs::path>> files_by_module(const char* extension) {
  std::map<std::string, std::vector<fs::path>> files;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / "lib")) {
    if (entry.path().extension() != extension) continue;
    const fs::path relative = fs::relative(entry.path(), kSource / "lib");
    const std::string module = relative.begin()->string();
    if (module != "backend") {
      files[module].push_back(entry.path());
    } else if (std::distance(relative.begin(), relative.end()) > 2) {
      files[relative.parent_path().string()].push_back(entry.path());
    }
  }
  return files;
}

/// With DBMIG_UNITY the compiler sees several files of a module as one, and their anonymous
/// namespaces as one too. What would clash there is told here, in every build.
TEST(Modules, HelpersOfTwoFilesHaveTwoNames) {
  std::size_t count = 0;
  for (const auto& [module, files] : files_by_module(".cpp")) {
    std::map<std::string, fs::path> users;
    std::map<std::string, std::pair<std::string, fs::path>> aliases;
    for (const fs::path& file : files) {
      const Definitions helpers(file, true);
      for (const std::string& name : helpers.names) {
        const auto [first, is_new] = users.emplace(name, file);
        EXPECT_TRUE(is_new) << name << " is in " << first->second << " and " << file
                            << ": give one of them another name";
        ++count;
      }
      for (const auto& [name, meaning] : helpers.aliases) {
        const auto& [first, where] = *aliases.try_emplace(name, meaning, file).first;
        EXPECT_EQ(where.first, meaning) << name << " means two things in " << where.second
                                        << " and " << file << " of " << module;
      }
    }
  }
  EXPECT_GT(count, 1000U);
}

/// A helper that is called like something of its module's headers hides it in a file of its own,
/// and is ambiguous where files are compiled as one.
TEST(Modules, HelpersAreNotCalledLikeWhatHeadersDeclare) {
  std::map<std::string, std::map<std::string, fs::path>> declared;
  for (const auto& [module, files] : files_by_module(".hpp")) {
    for (const fs::path& file : files) {
      for (const std::string& name : Definitions(file, false).names) {
        declared[module].emplace(name, file);
      }
    }
  }
  EXPECT_GT(declared.size(), 20U);
  for (const auto& [module, files] : files_by_module(".cpp")) {
    for (const fs::path& file : files) {
      for (const std::string& name : Definitions(file, true).names) {
        const auto found = declared[module].find(name);
        EXPECT_TRUE(found == declared[module].end())
            << name << " of " << file << " is declared in " << found->second << ", too";
      }
    }
  }
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// tests/README.md says what tries each kind of thing, and on how many generated cases.
TEST(Modules, TheReadmeOfTheTestsNamesFilesThatExistWithTheirNumbers) {
  std::istringstream lines(text_of(kSource / "tests/README.md"));
  static const std::regex row(R"(\| [^|]+ \| ([^|]+) \| ([^|]+) \|)");
  static const std::regex file(R"(`([\w/]+\.(?:cpp|yaml|md))`)");
  static const std::regex number(R"((?:^|[ ])(\d{2,})(?=$| ))");
  std::size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    std::smatch cells;
    if (!std::regex_match(line, cells, row)) continue;
    const std::string named = cells[1];
    const std::string counts = cells[2];
    std::string text;
    for (std::sregex_iterator it(named.begin(), named.end(), file), end; it != end; ++it) {
      const fs::path path = kSource / "tests" / (*it)[1].str();
      EXPECT_TRUE(fs::exists(path)) << path;
      text += text_of(path);
      ++rows;
    }
    for (std::sregex_iterator it(counts.begin(), counts.end(), number), end; it != end; ++it) {
      EXPECT_NE(text.find((*it)[1].str()), std::string::npos) << (*it)[1] << " of: " << line;
    }
  }
  EXPECT_GT(rows, 20U);
}

}  // namespace
