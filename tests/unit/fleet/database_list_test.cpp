#include "fleet/database_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.hpp"
#include "fleet/outcome.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::fleet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DatabaseList : public testing::Test {
 protected:
  DatabaseList() {
    project.root = folder.path();
    project.config_file = folder / "dbmig.yaml";
    project.database = "sqlite:///dbmig.db";
  }
  void touch(const std::string& name) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << "";
  }
  std::vector<std::string> names(const ListSource& source) const {
    std::vector<std::string> names;
    for (const Database& one : list_databases(project, source, environment)) {
      names.push_back(one.name);
    }
    return names;
  }
  std::string error_of(const ListSource& source) const {
    try {
      list_databases(project, source, environment);
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  test::TempDir folder;
  yaml::Project project;
  yaml::Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "HOST") return "db.example";
    return std::nullopt;
  };
};

TEST_F(DatabaseList, PatternsFitFilesAndNothingThatStandsBesideThem) {
  for (const char* name : {"t/b.db", "t/a.db", "t/a.db-wal", "t/a.db-shm", "t/b.db-journal",
                           "t/a.db-dbmig-lock", "t/c.txt", "t/deep/d.db"}) {
    touch(name);
  }
  std::filesystem::create_directories(folder / "t/folder.db");
  project.databases = {{"all", "sqlite:///t/*"}, {"z", "sqlite:///t/z.db"}};
  EXPECT_THAT(names({}), ElementsAre("t/a.db", "t/b.db", "t/c.txt", "z"));
  project.databases = {{"dbs", "sqlite:///t/*.db"}, {"deep", "sqlite:///t/*/[a-d].db"}};
  EXPECT_THAT(names({}), ElementsAre("t/a.db", "t/b.db", "t/deep/d.db"));
  EXPECT_THAT(names({.name = "deep"}), ElementsAre("t/deep/d.db"));
  EXPECT_THAT(names({.url = "sqlite:///" + (folder / "t").string() + "/[ab].db"}),
              ElementsAre("t/a.db", "t/b.db"));
}

TEST_F(DatabaseList, AFileOfExactlyThatNameIsNoPattern) {
  touch("t/[x].db");
  touch("t/x.db");
  project.databases = {{"odd", "sqlite:///t/[x].db"}};
  EXPECT_THAT(names({}), ElementsAre("odd"));
}

TEST_F(DatabaseList, EachDatabaseIsThereOnce) {
  touch("t/a.db");
  touch("t/b.db");
  std::filesystem::create_symlink(folder / "t/a.db", folder / "t/link.db");
  project.databases = {{"a", "sqlite:///t/a.db"},
                       {"m", "mariadb://u@h/x"},
                       {"n", "mysql://v:secret@H:3306/x"},
                       {"o", "mariadb://u@h:3307/x"},
                       {"p", "mariadb://u@localhost/x?socket=/run/x"},
                       {"tenants", "sqlite:///t/*.db"}};
  EXPECT_THAT(names({}), ElementsAre("a", "m", "o", "p", "t/b.db"));
}

TEST_F(DatabaseList, AFileOfUrls) {
  touch("t/a.db");
  std::ofstream(folder / "urls") << "# all of them\n\nsqlite:///" << (folder / "t/*.db").string()
                                 << "\n  mariadb://me:secret@${HOST}/shop  \r\n";
  EXPECT_THAT(names({.urls_from = folder / "urls"}),
              ElementsAre("t/a.db", "mariadb://me:***@db.example/shop"));
}

TEST_F(DatabaseList, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_THAT(error_of({}), HasSubstr("dbmig.yaml has no databases; add databases:"));
  project.databases = {{"t", "sqlite:///none/*.db"}};
  EXPECT_THAT(error_of({}), HasSubstr("no file matches 'none/*.db'"));
  std::ofstream(folder / "urls") << "sqlite:///a.db\npostgres://me:secret@h/x\n";
  EXPECT_THAT(error_of({.urls_from = folder / "urls"}), HasSubstr("urls:2: "));
  EXPECT_THAT(error_of({.urls_from = folder / "urls"}), testing::Not(HasSubstr("secret")));
  std::ofstream(folder / "urls") << "sqlite:///${NOWHERE}.db\n";
  EXPECT_THAT(error_of({.urls_from = folder / "urls"}), HasSubstr("urls:1: "));
  std::ofstream(folder / "urls") << "# none\n";
  EXPECT_THAT(error_of({.urls_from = folder / "urls"}), HasSubstr("lists no database"));
}

TEST_F(DatabaseList, WhatRanksTellEachOtherArrives) {
  project.databases = {{"m", "mariadb://u:p%40ss@h:3307/x?charset=utf8mb4&ssl_ca=/a"},
                       {"n", "mariadb://u:@h/x"},
                       {"o", "mariadb://u@h/x"},
                       {"s", "sqlite:///a b.db?timeout=3"}};
  for (const Database& one : list_databases(project, {}, environment)) {
    const Database again = database_from(to_bytes(one));
    EXPECT_EQ(again.name, one.name);
    EXPECT_EQ(again.url, one.url);
  }
  Outcome outcome;
  outcome.revisions = {"a", "b"};
  outcome.current = {"b"};
  outcome.applied = 7;
  outcome.findings = {{"drift", "table 't'", "was changed"}};
  outcome.log = {"one", ""};
  outcome.seconds = 0.25;
  outcome.was_begun = true;
  outcome.failure = Error(ErrorCode::busy, {{{"f.yaml", 3, 4}, "locked", "wait"}, {{}, "two", ""}})
                        .native(1205)
                        .sql("SELECT 1");
  const Outcome again = outcome_from(to_bytes(outcome));
  EXPECT_EQ(again.revisions, outcome.revisions);
  EXPECT_EQ(again.current, outcome.current);
  EXPECT_EQ(again.applied, 7U);
  EXPECT_EQ(again.findings.at(0).subject, "table 't'");
  EXPECT_EQ(again.log, outcome.log);
  EXPECT_EQ(again.seconds, 0.25);
  EXPECT_TRUE(again.was_begun);
  EXPECT_STREQ(again.failure->what(), outcome.failure->what());
  EXPECT_EQ(again.failure->code(), ErrorCode::busy);
  EXPECT_EQ(again.failure->native_code(), 1205);
  EXPECT_EQ(again.failure->statement(), "SELECT 1");
  EXPECT_FALSE(outcome_from(to_bytes(Outcome{})).failure.has_value());
}

}  // namespace
}  // namespace dbmig::fleet
