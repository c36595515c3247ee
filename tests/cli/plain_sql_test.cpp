// Plain SQL in revisions: what it may not do to the upgrade around it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class PlainSql : public OnEachDatabase {
 protected:
  /// Two revisions; the second runs `statements`, an execute each.
  void revisions(const std::vector<std::string>& statements) const {
    project.write("migrations/2026-01-01_aaaaaaaaaaaa_x.yaml",
                  "revision: aaaaaaaaaaaa\nparents: []\nmessage: x\ncreated: 2026-01-01\nupgrade:\n"
                  "  - create_table: {t: {columns: {id: integer}, primary_key: [id]}}\n");
    std::string yaml =
        "revision: bbbbbbbbbbbb\nparents: [aaaaaaaaaaaa]\nmessage: y\ncreated: 2026-01-01\n"
        "upgrade:\n";
    for (const std::string& sql : statements) {
      yaml += "  - execute: " + nlohmann::json(sql).dump() + "\n";
    }
    project.write("migrations/2026-01-01_bbbbbbbbbbbb_y.yaml", yaml);
  }
  bool has_table() const {
    return sql(on_mariadb() ? "SELECT count(*) FROM information_schema.tables WHERE table_schema = "
                              "DATABASE() AND table_name = 't'"
                            : "SELECT count(*) FROM sqlite_master WHERE name = 't'") == "1\n";
  }
};

TEST_P(PlainSql, TransactionsAreRefusedBeforeAnythingRuns) {
  std::vector<std::string> statements = {"COMMIT",
                                         "ROLLBACK",
                                         "BEGIN",
                                         "SAVEPOINT x",
                                         "RELEASE SAVEPOINT x",
                                         "ROLLBACK TO x",
                                         "INSERT INTO t VALUES (5);\nCOMMIT; -- now"};
  if (on_mariadb()) {
    statements.insert(
        statements.end(),
        {"START TRANSACTION", "SET autocommit = 0", "LOCK TABLES t WRITE", "/*! COMMIT */",
         "EXECUTE IMMEDIATE 'COMMIT'", "BEGIN NOT ATOMIC INSERT INTO t VALUES (5); COMMIT; END"});
  } else {
    statements.insert(statements.end(), {"END", "ATTACH 'x.db' AS x", "VACUUM",
                                         "PRAGMA foreign_keys = ON", "PRAGMA journal_mode = WAL"});
  }
  for (const std::string& statement : statements) {
    revisions({"INSERT INTO t VALUES (1)", statement, "INSERT INTO t VALUES (2)"});
    for (const Project::Arguments& command :
         {Project::Arguments{"upgrade"}, Project::Arguments{"upgrade", "--sql"},
          Project::Arguments{"upgrade", "--plan"}, Project::Arguments{"verify"}}) {
      if (command[0] == "verify" && statement != statements.front()) continue;
      EXPECT_THAT(project.expect(1, command).err,
                  HasSubstr("migrations/2026-01-01_bbbbbbbbbbbb_y.yaml:7:5: "))
          << statement;
      EXPECT_FALSE(has_table()) << statement;
    }
  }
}

TEST_P(PlainSql, WhatOnlyLooksLikeATransactionRuns) {
  std::vector<std::string> statements = {"INSERT INTO t VALUES (CASE WHEN 1 THEN 1 ELSE 0 END)",
                                         "UPDATE t SET id = 2 WHERE 'COMMIT' <> 'BEGIN' -- END"};
  if (on_mariadb()) {
    statements.push_back(
        "BEGIN NOT ATOMIC DECLARE commit int DEFAULT 4; IF commit THEN INSERT INTO t VALUES "
        "(commit);"
        " END IF; END");
    statements.push_back("CREATE PROCEDURE p() BEGIN START TRANSACTION; COMMIT; END");
  } else {
    statements.push_back("PRAGMA foreign_keys = OFF");
    statements.push_back("PRAGMA user_version = 7");
    statements.push_back(
        "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; END");
  }
  revisions(statements);
  project.expect(0, {"upgrade"});
  EXPECT_EQ(sql("SELECT id FROM t ORDER BY id"), on_mariadb() ? "2\n4\n" : "2\n");
}

/// What only the server can see, because it is put together or called.
TEST(PlainSqlOnMariadb, ATransactionEndedFromInsideIsSeen) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  struct Case {
    std::string sql;
    std::string message;
    std::string rows;  ///< after the failure
  };
  const std::vector<Case> cases = {
      {"CALL p()", "committed by itself", "1\n11\n12\n"},
      {"CALL q()", "committed by itself", "1\n11\n12\n"},
      {"EXECUTE IMMEDIATE CONCAT('START TRANS', 'ACTION')", "left a transaction open", "1\n"},
      {"EXECUTE IMMEDIATE CONCAT('SET auto', 'commit = 0')", "left a transaction open", "1\n"}};
  for (const Case& one : cases) {
    const ServerDatabase database;
    const Project project;
    project.start(database.url());
    mariadb_sql(
        "DELIMITER $$\n"
        "CREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (11); COMMIT; INSERT INTO t VALUES (12); "
        "END$$\n"
        "CREATE PROCEDURE q() BEGIN INSERT INTO t VALUES (11); COMMIT; START TRANSACTION; INSERT "
        "INTO t VALUES (12); END$$\n",
        database.name());
    project.write("migrations/2026-01-01_aaaaaaaaaaaa_x.yaml",
                  "revision: aaaaaaaaaaaa\nparents: []\nmessage: x\ncreated: 2026-01-01\nupgrade:\n"
                  "  - create_table: {t: {columns: {id: integer}, primary_key: [id]}}\n"
                  "  - execute: INSERT INTO t VALUES (1)\n  - execute: " +
                      nlohmann::json(one.sql).dump() + "\n  - execute: INSERT INTO t VALUES (2)\n");
    EXPECT_THAT(project.expect(1, {"upgrade"}).err,
                AllOf(HasSubstr("aaaaaaaaaaaa_x.yaml:8:5: "), HasSubstr(one.message)));
    EXPECT_EQ(mariadb_sql("SELECT id FROM t ORDER BY id", database.name()), one.rows) << one.sql;
    // Nothing runs twice.
    project.expect(0, {"upgrade"});
    EXPECT_EQ(mariadb_sql("SELECT id FROM t ORDER BY id", database.name()),
              "1\n2\n" + one.rows.substr(2))
        << one.sql;
  }
}

TEST(PlainSqlOnMariadb, ABlockOfRowsIsTakenBackAsOne) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  const ServerDatabase database;
  const Project project;
  project.start(database.url());
  project.write("migrations/2026-01-01_aaaaaaaaaaaa_x.yaml",
                "revision: aaaaaaaaaaaa\nparents: []\nmessage: x\ncreated: 2026-01-01\nupgrade:\n"
                "  - create_table: {t: {columns: {id: integer}, primary_key: [id]}}\n"
                "  - execute: INSERT INTO t VALUES (1)\n"
                "  - execute: BEGIN NOT ATOMIC INSERT INTO t VALUES (2); INSERT INTO t VALUES (1); "
                "END\n");
  project.expect(1, {"upgrade"});
  EXPECT_EQ(mariadb_sql("SELECT id FROM t ORDER BY id", database.name()), "1\n");
}

DBMIG_ON_EACH_DATABASE(PlainSql);

}  // namespace
}  // namespace dbmig::test
