// `dbmig copy` as users type it: on data of an application, into either database, killed and again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A SQLite database as an application makes it, `rows` of them in its second table.
constexpr const char* kApplication =
    "CREATE TABLE user (id INTEGER NOT NULL, email VARCHAR(120) NOT NULL, created DATETIME, "
    "PRIMARY KEY (id), UNIQUE (email));"
    "CREATE TABLE post (id INTEGER NOT NULL, user_id INTEGER, body TEXT, PRIMARY KEY (id), "
    "FOREIGN KEY (user_id) REFERENCES user (id));"
    "CREATE VIEW v AS SELECT id FROM user;"
    "CREATE TRIGGER tr AFTER INSERT ON post BEGIN DELETE FROM post WHERE id = new.id; END;"
    "INSERT INTO user VALUES (1, 'Ána@x.org', '2024-01-01 10:00:00');"
    "PRAGMA recursive_triggers = OFF; DROP TRIGGER tr;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
    "INSERT INTO post SELECT i, 1, 'text 😀 ' || i FROM n;"
    "CREATE TRIGGER tr AFTER INSERT ON post BEGIN DELETE FROM post WHERE id = new.id; END;";

class Copies : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (testing::Test::IsSkipped()) return;
    project.write("app.sql", kApplication);
    ASSERT_EQ(shell("sqlite3 app.db < app.sql", project.path()).code, 0);
    // Not the database of the project that OnEachDatabase has made.
    target = on_mariadb() ? url : "sqlite:///copy.db";
  }

  std::string target;
};

TEST_P(Copies, ThatAreKilledGoOnWithTheNextCommand) {
  const std::vector<std::string> command = {dbmig_binary(), "copy", "sqlite:///app.db", target};
  {
    Process killed(command, project.options());
    ASSERT_TRUE(killed.wait_for_stderr("'user': 1 row"));
    killed.send(SIGKILL);
    killed.wait();
  }
  const Result again = project.expect(0, {"copy", "sqlite:///app.db", target});
  EXPECT_THAT(again.out, AllOf(HasSubstr("60000 rows"), Not(HasSubstr("DIFFERENT"))));
  project.expect(0, {"diff", "--data", "sqlite:///app.db", target});
  if (!on_mariadb()) {
    EXPECT_EQ(shell("sqlite3 copy.db \"SELECT group_concat(name) FROM sqlite_schema WHERE type IN "
                    "('view', 'trigger') ORDER BY name\"",
                    project.path())
                  .out,
              "v,tr\n");
  }
  EXPECT_THAT(project.expect(4, {"copy", "sqlite:///app.db", target}).err,
              HasSubstr("--truncate deletes them first"));
}

TEST_P(Copies, WhatTheTargetCannotHoldLeavesNothingBehind) {
  ASSERT_EQ(shell("sqlite3 app.db \"UPDATE user SET created = 'yesterday'\"", project.path()).code,
            0);
  const Result refused = project.expect(1, {"copy", "sqlite:///app.db", target});
  EXPECT_THAT(refused.out, HasSubstr("'user.created': 'yesterday' is not a date and time"));
  if (on_mariadb()) {
    EXPECT_EQ(sql("SHOW TABLES"), "");
  } else {
    EXPECT_EQ(shell("sqlite3 copy.db .schema", project.path()).out, "");
  }
}

TEST_P(Copies, OfAProjectTakeItsHistoryAlong) {
  ASSERT_EQ(shell("sqlite3 app.db 'DROP TRIGGER tr'", project.path()).code, 0);
  project.start("sqlite:///app.db");
  project.expect(0, {"adopt", "-m", "first"});
  project.expect(0, {"copy", "sqlite:///app.db", target});
  EXPECT_THAT(project.expect(0, {"--url", target, "check"}).err, HasSubstr("No differences."));
}

INSTANTIATE_TEST_SUITE_P(Databases, Copies,
                         testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         [](const auto& databases) {
                           return std::string(to_string(databases.param));
                         });

TEST(Copy, OfNothingIsNamed) {
  Project project;
  EXPECT_THAT(project.expect(1, {"copy", "sqlite:///none.db", "sqlite:///b.db"}).err,
              HasSubstr("there is no database"));
  EXPECT_EQ(project.files("."), std::vector<std::string>{});
  EXPECT_THAT(project.expect(2, {"copy", "sqlite:///a.db"}).err, HasSubstr("target"));
}

}  // namespace
}  // namespace dbmig::test
