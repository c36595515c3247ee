// Which plain SQL a revision may hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dialect/dialect.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"

namespace dbmig::dialect {
namespace {

/// Why one of the statements of `sql` is refused; empty when all may run.
std::string refused(DialectKind kind, const std::string& sql) {
  for (const std::string& statement : dialect(kind).split_statements(sql)) {
    if (const auto refusal = dialect(kind).sql_refusal(statement)) return refusal->reason;
  }
  return {};
}

TEST(Refusal, TransactionsAreTheUpgradesOwn) {
  for (const std::string sql :
       {"COMMIT", "commit;", "/* x */ COMMIT -- y", "-- x\nRollback", "BEGIN", "ROLLBACK TO x",
        "ROLLBACK TO SAVEPOINT x", "SAVEPOINT x", "RELEASE SAVEPOINT x",
        "UPDATE t SET a = 1; COMMIT", "UPDATE t SET a = 1; BEGIN; UPDATE t SET a = 2"}) {
    EXPECT_NE(refused(DialectKind::sqlite, sql), "") << sql;
    EXPECT_NE(refused(DialectKind::mariadb, sql), "") << sql;
  }
  for (const std::string sql :
       {"END", "END TRANSACTION", "BEGIN IMMEDIATE", "COMMIT TRANSACTION", "RELEASE x",
        "ATTACH 'x.db' AS x", "DETACH DATABASE x", "VACUUM", "VACUUM INTO 'x.db'",
        "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys=1", "pragma main.foreign_keys(on)",
        "PRAGMA journal_mode = WAL", "PRAGMA journal_mode(wal)", "PRAGMA synchronous = off",
        "PRAGMA wal_checkpoint", "PRAGMA encoding = 'UTF-16'"}) {
    EXPECT_NE(refused(DialectKind::sqlite, sql), "") << sql;
  }
  for (const std::string sql :
       {"START TRANSACTION",
        "start /* */ transaction read only",
        "BEGIN WORK",
        "COMMIT AND CHAIN",
        "ROLLBACK AND NO CHAIN RELEASE",
        "COMMIT NO RELEASE",
        "SET autocommit = 0",
        "SET @@autocommit=1",
        "SET SESSION autocommit = 0",
        "SET @a = 1, autocommit = 0",
        "SET @@session.autocommit = 0",
        "SET @@local.`autocommit` = 0",
        "SET `autocommit` = 0",
        "SET completion_type = 1",
        "LOCK TABLES t WRITE",
        "LOCK TABLE t READ",
        "UNLOCK TABLES",
        "XA START 'x'",
        "XA COMMIT 'x'",
        "FLUSH TABLES WITH READ LOCK",
        "/*! COMMIT */",
        "/*!50001 COMMIT */",
        "SELECT 1 /*!110000 ; COMMIT */",
        "/*M!100100 COMMIT */",
        "USE mysql",
        "BEGIN NOT ATOMIC UPDATE t SET a = 1; COMMIT; END",
        "BEGIN NOT ATOMIC IF 1 THEN ROLLBACK; END IF; END",
        "BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION ROLLBACK; UPDATE t SET a = 1; END",
        "BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLSTATE VALUE '23000', 1062 BEGIN ROLLBACK; "
        "END; UPDATE t SET a = 1; END",
        "BEGIN NOT ATOMIC x: LOOP START TRANSACTION; LEAVE x; END LOOP; END",
        "BEGIN NOT ATOMIC SET autocommit = 0; END",
        "PREPARE s FROM 'COMMIT'",
        "EXECUTE IMMEDIATE 'START TRANSACTION'",
        "SET STATEMENT max_statement_time = 1 FOR COMMIT"}) {
    EXPECT_NE(refused(DialectKind::mariadb, sql), "") << sql;
  }
}

TEST(Refusal, WhatOnlyLooksLikeItMayRun) {
  for (const std::string sql :
       {"UPDATE t SET a = CASE WHEN b THEN 1 ELSE 0 END", "SELECT 'COMMIT'", "SELECT 1 -- COMMIT",
        "SELECT 1 /* ; COMMIT; */", "INSERT INTO t VALUES ('a; COMMIT; b')",
        "DELETE FROM t WHERE a = 'BEGIN'", "CREATE TABLE savepoint_log (a int)"}) {
    EXPECT_EQ(refused(DialectKind::sqlite, sql), "") << sql;
    EXPECT_EQ(refused(DialectKind::mariadb, sql), "") << sql;
  }
  for (const std::string sql :
       {"UPDATE t SET \"begin\" = \"end\"", "UPDATE [commit] SET a = 1", "PRAGMA foreign_keys",
        "PRAGMA foreign_keys = OFF", "PRAGMA user_version = 3", "PRAGMA journal_mode",
        "PRAGMA table_info(t)", "REINDEX", "ANALYZE", "EXPLAIN COMMIT",
        "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; END",
        "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT RAISE(ROLLBACK, 'no'); END"}) {
    EXPECT_EQ(refused(DialectKind::sqlite, sql), "") << sql;
  }
  for (const std::string sql :
       {"UPDATE t SET commit = 1, `begin` = rollback",
        "SELECT commit FROM t",
        "SELECT CASE WHEN a THEN commit ELSE rollback END FROM t",
        "SET @autocommit = 0",
        "SET GLOBAL x = 1",
        "SET foreign_key_checks = 0",
        "SET @a = @@autocommit",
        "XA RECOVER",
        "PREPARE s FROM @sql",
        "EXECUTE s",
        "CALL p()",
        "SELECT 1 LOCK IN SHARE MODE",
        "BEGIN NOT ATOMIC UPDATE t SET a = CASE WHEN a THEN commit ELSE savepoint END; END",
        "BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR NOT FOUND SET @done = 1; SET @x = 1; END",
        "CREATE PROCEDURE p() BEGIN START TRANSACTION; COMMIT; END",
        "CREATE PROCEDURE p() COMMIT",
        "CREATE TABLE t2 AS SELECT 1",
        "TRUNCATE t",
        "DROP TABLE t",
        "/*!999999 SELECT 1 */"}) {
    EXPECT_EQ(refused(DialectKind::mariadb, sql), "") << sql;
  }
}

/// Bodies of MariaDB's compound statements, as deep as one likes.
class Bodies {
 public:
  explicit Bodies(std::uint64_t seed) : random_(seed) {}

  /// With a statement of `forbidden` somewhere, if it is given.
  std::string block(const std::string& forbidden) {
    forbidden_ = forbidden;
    place_ = forbidden.empty() ? 0 : 1 + static_cast<int>(random_.below(6));
    std::string body = statements(3);
    if (place_ > 0) body += forbidden_ + "; ";
    return body;
  }

 private:
  std::string statements(int depth) {
    std::string out;
    const std::size_t count = 1 + random_.below(3);
    for (std::size_t i = 0; i < count; ++i) out += statement(depth) + ";" + blank();
    return out;
  }

  std::string statement(int depth) {
    if (place_ > 0 && --place_ == 0) return forbidden_;
    if (depth == 0) return simple();
    const std::string inner_condition = condition();
    switch (random_.below(9)) {
      case 0:
        return "IF " + inner_condition + " THEN " + statements(depth - 1) + "ELSEIF " +
               condition() + " THEN " + statements(depth - 1) + "ELSE " + statements(depth - 1) +
               "END IF";
      case 1:
        return "CASE WHEN " + inner_condition + " THEN " + statements(depth - 1) + "ELSE " +
               statements(depth - 1) + "END CASE";
      case 2:
        return "WHILE " + inner_condition + " DO " + statements(depth - 1) + "END WHILE";
      case 3:
        return "REPEAT " + statements(depth - 1) + "UNTIL " + inner_condition + " END REPEAT";
      case 4: {
        const std::string label = "l" + std::to_string(++labels_);
        return label + ": LOOP " + statements(depth - 1) + "LEAVE " + label + "; END LOOP " + label;
      }
      case 5:
        return "BEGIN " + statements(depth - 1) + "END";
      case 6:
        return "BEGIN DECLARE EXIT HANDLER FOR " +
               random_.pick(std::vector<std::string>{"SQLEXCEPTION", "NOT FOUND", "1062, 1048",
                                                     "SQLSTATE '23000'"}) +
               " " + statement(depth - 1) + "; " + statements(depth - 1) + "END";
      default:
        return simple();
    }
  }

  std::string simple() {
    return random_.pick(std::vector<std::string>{
        "SET NEW.commit = CASE WHEN NEW.a THEN commit ELSE 0 END", "UPDATE t SET a = 'COMMIT; x'",
        "SELECT savepoint, rollback FROM t WHERE `begin` = 1", "SET @commit = 1, @b = 'BEGIN'",
        "DELETE FROM commit WHERE rollback > 0", "INSERT INTO t (start, transaction) VALUES (1, 2)",
        "SELECT IF(a, commit, rollback) FROM t", "SELECT REPEAT('x', 3)",
        "SET x = CASE a WHEN 1 THEN (SELECT commit FROM t) ELSE release END",
        "/* COMMIT; */ SELECT 1", "SELECT 1 -- COMMIT;\n"});
  }

  std::string condition() {
    return random_.pick(std::vector<std::string>{"a > 1", "(SELECT commit FROM t) IS NULL",
                                                 "CASE WHEN a THEN rollback ELSE 0 END",
                                                 "EXISTS (SELECT 1 FROM t)"});
  }
  std::string blank() {
    return random_.pick(std::vector<std::string>{" ", "\n", " /* ; ROLLBACK */ ", "\n# COMMIT;\n"});
  }

  test::RandomSource random_;
  std::string forbidden_;
  int place_ = 0;
  int labels_ = 0;
};

TEST(Refusal, IsFoundInEveryBodyAndInNoOther) {
  const std::vector<std::string> forbidden = {"COMMIT",
                                              "ROLLBACK",
                                              "START TRANSACTION",
                                              "SAVEPOINT x",
                                              "ROLLBACK TO x",
                                              "RELEASE SAVEPOINT x",
                                              "SET autocommit = 0",
                                              "COMMIT AND CHAIN",
                                              "XA END 'x'"};
  for (std::uint64_t seed = 1; seed <= test::property_seeds(600); ++seed) {
    const std::string good = "BEGIN NOT ATOMIC " + Bodies(seed).block("") + "END";
    ASSERT_EQ(dialect(DialectKind::mariadb).split_statements(good).size(), 1U) << good;
    ASSERT_EQ(refused(DialectKind::mariadb, good), "") << "seed " << seed << ": " << good;
    const std::string bad =
        "BEGIN NOT ATOMIC " + Bodies(seed).block(forbidden[seed % forbidden.size()]) + "END";
    ASSERT_NE(refused(DialectKind::mariadb, bad), "") << "seed " << seed << ": " << bad;
    const std::string stored = "CREATE PROCEDURE p() BEGIN " + Bodies(seed).block("COMMIT") + "END";
    ASSERT_EQ(dialect(DialectKind::mariadb).split_statements(stored).size(), 1U) << stored;
    ASSERT_EQ(refused(DialectKind::mariadb, stored), "") << "seed " << seed << ": " << stored;
  }
}

}  // namespace
}  // namespace dbmig::dialect
