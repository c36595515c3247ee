#include "yaml/project.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/file.hpp"
#include "support.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::yaml {
namespace {

namespace fs = std::filesystem;

Environment environment(const std::map<std::string, std::string>& variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

/// A project whose dbmig.yaml holds `config`.
Project project_with(const test::TempDir& dir, const std::string& config) {
  write_file(dir / "dbmig.yaml", config, true);
  return find_project({.directory = dir.path(), .config = {}});
}

ErrorCode code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::failed;
}

TEST(Expand, VariablesAndDefaults) {
  const Environment env = environment({{"A", "x"}, {"EMPTY", ""}, {"B_2", "${A}"}});
  EXPECT_EQ(expand_variables("", env), "");
  EXPECT_EQ(expand_variables("a${A}b${A}", env), "axbx");
  EXPECT_EQ(expand_variables("${A:-y}${GONE:-y}${EMPTY:-z}", env), "xyz");
  EXPECT_EQ(expand_variables("${GONE:-}", env), "");
  EXPECT_EQ(expand_variables("[${EMPTY}]", env), "[]");
  EXPECT_EQ(expand_variables("${GONE:-sqlite:///${A}.db}", env), "sqlite:///x.db");
  EXPECT_EQ(expand_variables("$${A} $$$$ $5 $", env), "${A} $$ $5 $");
  // A value is taken as it is.
  EXPECT_EQ(expand_variables("${B_2}", env), "${A}");
}

TEST(Expand, MistakesAreNamed) {
  const auto complaint = [](const std::string& text) {
    return test::complaint([&] { expand_variables(text, environment({{"A", "secret"}})); });
  };
  EXPECT_EQ(complaint("x${GONE}"),
            "the environment variable GONE is not set; set it, or give a default: ${GONE:-…}");
  EXPECT_EQ(complaint("${GONE:-${TOO}}"),
            "the environment variable TOO is not set; set it, or give a default: ${TOO:-…}");
  EXPECT_EQ(complaint("${A"), "a '${' is never closed; write ${NAME}, or $$ for a dollar");
  EXPECT_EQ(complaint("${}"),
            "a '${' without the name of a variable; write ${NAME}, or $$ for a "
            "dollar");
  EXPECT_EQ(complaint("${A:=x}"),
            "'${A' goes on with ':'; only ${A}, ${A:-default} and ${A:?message} are known");
  EXPECT_EQ(complaint("${GONE:?}"),
            "the environment variable GONE is required: it is not set; set GONE");
  EXPECT_EQ(complaint("${GONE:?ask ops}"),
            "the environment variable GONE is required: ask ops; set GONE");
  std::string deep = "x";
  for (int i = 0; i < 1000; ++i) deep = "${GONE:-" + deep + "}";
  EXPECT_EQ(complaint(deep), "variables are nested too deeply");
}

TEST(FindProject, TheNearestFolderUpwards) {
  const test::TempDir dir;
  fs::create_directories(dir / "a/b/c");
  write_file(dir / "a/dbmig.yaml", "", false);
  const Project project = find_project({.directory = dir / "a/b/c/", .config = {}});
  EXPECT_EQ(project.root, dir / "a");
  EXPECT_EQ(project.config_file, dir / "a/dbmig.yaml");
  EXPECT_EQ(project.schemas, dir / "a/schemas");
  EXPECT_EQ(project.migrations, dir / "a/migrations");
  EXPECT_EQ(project.database, "sqlite:///dbmig.db");
}

TEST(FindProject, WithoutAConfigurationTwoFoldersTellIt) {
  const test::TempDir dir;
  fs::create_directories(dir / "schemas/sub");
  EXPECT_EQ(code_of([&] { find_project({.directory = dir.path(), .config = {}}); }),
            ErrorCode::not_found);
  fs::create_directories(dir / "migrations");
  const Project project = find_project({.directory = dir / "schemas/sub", .config = {}});
  EXPECT_EQ(project.root, dir.path());
  EXPECT_TRUE(project.config_file.empty());
}

TEST(FindProject, NoneSaysWhatToDo) {
  const test::TempDir dir;
  EXPECT_EQ(test::complaint([&] { find_project({.directory = dir.path(), .config = {}}); }),
            "no dbmig project in " + dir.path().string() + " or above; run `dbmig init`");
  EXPECT_EQ(test::complaint([&] { find_project({.directory = dir / "gone", .config = {}}); }),
            "the folder " + (dir / "gone").string() + " does not exist; check -C");
}

TEST(FindProject, AConfigurationElsewhere) {
  const test::TempDir dir;
  fs::create_directories(dir / "conf");
  write_file(dir / "conf/other.yaml", "schemas: ../model/\nmigrations: /srv/migrations\n", false);
  const Project project = find_project({.directory = dir.path(), .config = "conf/other.yaml"});
  EXPECT_EQ(project.root, dir / "conf");
  EXPECT_EQ(project.schemas, dir / "model");
  EXPECT_EQ(project.migrations, "/srv/migrations");
  EXPECT_EQ(test::complaint([&] { find_project({.directory = dir.path(), .config = "x.yaml"}); }),
            "the file " + (dir / "x.yaml").string() + " does not exist; check --config");
}

TEST(Config, MistakesHaveTheirPlace) {
  const test::TempDir dir;
  const auto complaint = [&](const std::string& config) {
    return test::complaint([&] { project_with(dir, config); });
  };
  EXPECT_EQ(complaint("databse: x\n"),
            "dbmig.yaml:1:1: unknown key 'databse' in dbmig.yaml; did you mean 'database'?");
  EXPECT_EQ(complaint("schemas: [a]\nmigrations:\ndatabases: x\ndatabase: \" \"\n"),
            "dbmig.yaml:1:10: 'schemas' must be text, not a list\n"
            "dbmig.yaml:2:1: 'migrations' must be a list of names, not nothing; as in [a, b]\n"
            "dbmig.yaml:3:12: 'databases' must be a mapping, not text; as in databases: {ci: "
            "\"mariadb://…\"}\n"
            "dbmig.yaml:4:11: 'database' is empty; give it a value, or leave it out");
  EXPECT_EQ(complaint("databases: {a: {url: x}}\n"),
            "dbmig.yaml:1:16: database 'a' must be text, not a mapping");
  EXPECT_EQ(complaint("database: a: b\n").rfind("dbmig.yaml:1:12: ", 0), 0U);
  EXPECT_EQ(complaint("- x\n"), "dbmig.yaml:1:1: dbmig.yaml must be a mapping, not a list");
}

TEST(DatabaseUrl, ComesFromTheFirstThatSaysOne) {
  const test::TempDir dir;
  const Project project = project_with(
      dir, "database: ${URL:-sqlite:///app.db}\ndatabases: {ci: \"mariadb://u:p@h/${DB}\"}\n");
  const Environment env = environment({{"DB", "shop"}});
  EXPECT_EQ(database_url(project, std::nullopt, std::nullopt, env).database,
            (dir / "app.db").string());
  const Url ci = database_url(project, std::nullopt, "ci", env);
  EXPECT_EQ(ci.dialect, DialectKind::mariadb);
  EXPECT_EQ(ci.database, "shop");
  EXPECT_EQ(database_url(project, "sqlite:///x.db", "ci", env).database,
            (fs::current_path() / "x.db").string());
  EXPECT_EQ(database_url(project, "sqlite:////abs/x.db", std::nullopt, env).database, "/abs/x.db");
  EXPECT_TRUE(database_url(project, "sqlite://", std::nullopt, env).in_memory());
  // A command line is the shell's to expand.
  EXPECT_EQ(database_url(project, "sqlite:////a/${DB}", std::nullopt, env).database, "/a/${DB}");
}

TEST(DatabaseUrl, MistakesAreNamedWhereTheyAreMade) {
  const test::TempDir dir;
  const Project project = project_with(
      dir, "schemas: s\ndatabase: \"${PROD_URL}\"\ndatabases:\n  ci: nosuch://u:geheim@h/d\n");
  const Environment none = environment({});
  EXPECT_EQ(test::complaint([&] { database_url(project, std::nullopt, std::nullopt, none); }),
            "dbmig.yaml:2:11: the environment variable PROD_URL is not set; set it, or give a "
            "default: ${PROD_URL:-…}");
  EXPECT_EQ(code_of([&] { database_url(project, std::nullopt, std::nullopt, none); }),
            ErrorCode::invalid);
  const std::string said =
      test::complaint([&] { database_url(project, std::nullopt, "ci", none); });
  EXPECT_EQ(said.rfind("dbmig.yaml:4:7: ", 0), 0U) << said;
  EXPECT_EQ(said.find("geheim"), std::string::npos) << said;
  EXPECT_EQ(test::complaint([&] { database_url(project, std::nullopt, "cj", none); }),
            "dbmig.yaml has no database 'cj'; did you mean 'ci'?");
  EXPECT_EQ(code_of([&] { database_url(project, std::nullopt, "cj", none); }), ErrorCode::usage);
  EXPECT_EQ(code_of([&] { database_url(project, "nosuch://x", std::nullopt, none); }),
            ErrorCode::usage);
}

TEST(PrintConfig, ReadsBack) {
  for (const std::string& database :
       {std::string("${DATABASE_URL:-sqlite:///app.db}"), std::string("sqlite:///a b #c.db"),
        std::string("mariadb://u:p%40@[::1]:3306/d?charset=utf8mb4"), std::string("x: \"y\"")}) {
    const test::TempDir dir;
    const Project project = project_with(dir, print_config(database));
    EXPECT_EQ(project.database, database);
    EXPECT_EQ(project.schemas, dir / "schemas");
    EXPECT_EQ(project.migrations, dir / "migrations");
    EXPECT_TRUE(project.databases.empty());
  }
}

TEST(Project, DialectsAndSelection) {
  const test::TempDir dir;
  const Project both = project_with(dir, "include: 'shop_*'\nexclude: ['tmp_?', old]\n");
  EXPECT_TRUE(both.dialects.empty());
  EXPECT_EQ(both.only_dialect(), std::nullopt);
  EXPECT_TRUE(both.selection.takes("shop_a"));
  EXPECT_FALSE(both.selection.takes("other"));
  EXPECT_EQ(project_with(dir, "dialects: [SQLite, mariadb]\n").only_dialect(), std::nullopt);
  EXPECT_EQ(project_with(dir, "dialects: mariadb\n").only_dialect(), DialectKind::mariadb);
  EXPECT_EQ(test::complaint([&] { project_with(dir, "dialects: [db2]\n"); }),
            "dbmig.yaml:1:11: unknown dialect 'db2'; write [sqlite], [mariadb] or [sqlite, "
            "mariadb]");
}

TEST(Project, ADialectIsAddedToTheFile) {
  const test::TempDir dir;
  for (const std::string before : {"", "database: sqlite:///x.db", "# only this\n"}) {
    const Project project = project_with(dir, with_dialect(before, DialectKind::sqlite));
    EXPECT_EQ(project.only_dialect(), DialectKind::sqlite) << before;
  }
}

TEST(Project, LevelsOfLint) {
  const test::TempDir dir;
  const lint::Levels levels =
      project_with(dir, "lint: {DS102: warning, NM: off, BL401: Error}\n").lint;
  EXPECT_EQ(levels, (lint::Levels{{"DS102", lint::Level::warning},
                                  {"NM", lint::Level::off},
                                  {"BL401", lint::Level::error}}));
  EXPECT_EQ(lint::level_of(levels, *lint::find_code("NM901")), lint::Level::off);
  EXPECT_TRUE(project_with(dir, "lint:\n").lint.empty());
  const auto complaint = [&](const std::string& config) {
    return test::complaint([&] { project_with(dir, config); });
  };
  EXPECT_EQ(complaint("lint: {DS1002: off}\n"),
            "dbmig.yaml:1:8: unknown code 'DS1002' in 'lint'; did you mean 'DS102'?");
  EXPECT_EQ(complaint("lint: {ds: off}\n"),
            "dbmig.yaml:1:8: unknown code 'ds' in 'lint'; did you mean 'DS'?");
  EXPECT_EQ(complaint("lint: {everything: off}\n"),
            "dbmig.yaml:1:8: unknown code 'everything' in 'lint'; `dbmig lint --codes` lists them");
  EXPECT_EQ(complaint("lint:\n  NM: warn\n"),
            "dbmig.yaml:2:7: the level of NM cannot be 'warn'; known: off, info, warning, error");
  EXPECT_EQ(complaint("lint: off\n"),
            "dbmig.yaml:1:7: 'lint' must be a mapping, not text; as in lint: {DS102: warning, NM: "
            "off}");
}

TEST(Project, ScratchIsAServerOrAPrivateOne) {
  const test::TempDir dir;
  using Kind = ScratchServer::Kind;
  std::map<std::string, std::string> variables = {{"HOST", "db"}};
  const auto scratch = [&](const std::string& config) {
    return scratch_server(project_with(dir, config), environment(variables));
  };
  EXPECT_EQ(scratch("").kind, Kind::automatic);
  EXPECT_EQ(scratch("scratch: auto\n").kind, Kind::automatic);
  EXPECT_EQ(scratch("scratch: off\n").kind, Kind::off);
  EXPECT_EQ(scratch("scratch: mariadb://u@${HOST}/\n").kind, Kind::named);
  EXPECT_EQ(scratch("scratch: mariadb://u@${HOST}/\n").url.host, "db");
  EXPECT_EQ(test::complaint([&] { scratch("\nscratch: sqlite://\n"); }),
            "dbmig.yaml:2:10: 'scratch' is not the URL of a MariaDB server; SQLite's scratch "
            "databases are in "
            "memory; write auto, off or mariadb://user@host/");
  EXPECT_EQ(test::complaint([&] { scratch("scratch: '${NONE}'\n"); }),
            "dbmig.yaml:1:10: the environment variable NONE is not set; set it, or give a default: "
            "${NONE:-…}");
  // Where the project says nothing, the machine does.
  variables["DBMIG_SCRATCH"] = "off";
  EXPECT_EQ(scratch("").kind, Kind::off);
  EXPECT_EQ(scratch("scratch: auto\n").kind, Kind::automatic);
  variables["DBMIG_SCRATCH"] = "mariadb://u@ci/";
  EXPECT_EQ(scratch("").url.host, "ci");
}

}  // namespace
}  // namespace dbmig::yaml
