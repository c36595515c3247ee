// Nothing can be changed through the page, whatever SQL is typed: a family of statements that
// write, lock, reach files or other databases, on each database. Nothing of the database differs
// afterwards.

#include "backend/read_only.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "serve/console.hpp"
#include "support/mariadb.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::serve {
namespace {

const QueryLimits kLimits{std::chrono::milliseconds(2000), 100, 1 << 20};

/// What the console says to a query: its JSON, or the error's text.
std::string outcome(backend::ReadOnlyConnection& database, const std::string& sql,
                    const QueryLimits& limits = kLimits) {
  try {
    return query_json(database, sql, limits).dump();
  } catch (const Error& error) {
    return std::string("error: ") + error.what();
  }
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ReadOnlySqlite : public testing::Test {
 protected:
  ReadOnlySqlite() : file_(folder_.path() / "app.db") {
    url_ = Url::parse("sqlite:///" + file_.string());
    const auto made = backend::connect(url_, {.create = true});
    for (const char* sql :
         {"CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)", "INSERT INTO t VALUES (1, 'a')",
          "CREATE VIEW v AS SELECT name FROM t", "CREATE VIRTUAL TABLE words USING fts5(body)",
          "INSERT INTO words VALUES ('one two')"}) {
      made->execute(sql);
    }
  }
  test::TempDir folder_;
  std::filesystem::path file_;
  Url url_;
};

TEST_F(ReadOnlySqlite, EveryStatementThatDoesMoreThanReadIsRefused) {
  const std::string before = bytes_of(file_);
  const auto database = backend::connect_read_only(url_);
  const std::string other = (folder_.path() / "other.db").string();
  for (const std::string& sql :
       std::vector<std::string>{"INSERT INTO t VALUES (2, 'b')",
                                "UPDATE t SET name = 'x'",
                                "DELETE FROM t",
                                "WITH x AS (SELECT 1) DELETE FROM t",
                                "UPDATE sqlite_master SET sql = ''",
                                "WITH x AS (SELECT 1) UPDATE sqlite_master SET sql = ''",
                                "WITH x AS (SELECT 1) INSERT INTO t SELECT 9, 'x'",
                                "REPLACE INTO t VALUES (1, 'x')",
                                "INSERT INTO t VALUES (3, 'c') RETURNING id",
                                "DROP TABLE t",
                                "CREATE TABLE u (a)",
                                "CREATE TEMP TABLE u (a)",
                                "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
                                "ALTER TABLE t ADD COLUMN b",
                                "CREATE INDEX i ON t (name)",
                                "REINDEX",
                                "ANALYZE",
                                "VACUUM",
                                "VACUUM INTO '" + other + "'",
                                "ATTACH '" + other + "' AS other",
                                "DETACH main",
                                "BEGIN",
                                "BEGIN IMMEDIATE",
                                "COMMIT",
                                "SAVEPOINT s",
                                "PRAGMA query_only = OFF",
                                "PRAGMA query_only(0)",
                                "PRAGMA main.journal_mode = DELETE",
                                "PRAGMA journal_mode = WAL",
                                "PRAGMA user_version = 7",
                                "PRAGMA writable_schema = ON",
                                "PRAGMA wal_checkpoint(TRUNCATE)",
                                "PRAGMA optimize",
                                "PRAGMA incremental_vacuum",
                                "PRAGMA temp_store_directory = '/tmp'",
                                "SELECT load_extension('/tmp/x.so')",
                                "SELECT \"load_extension\"('/tmp/x.so')",
                                "SELECT LOAD_EXTENSION('/tmp/x.so', 'init')",
                                "SELECT fts3_tokenizer('simple', x'0000')",
                                "SELECT writefile('" + other + "', 'x')",
                                "SELECT readfile('/etc/passwd')",
                                "SELECT edit('x')",
                                "INSERT INTO words(words) VALUES ('rebuild')",
                                "EXPLAIN DELETE FROM t",
                                "SELECT 1; DROP TABLE t",
                                "SELECT 1; SELECT 2",
                                "/* SELECT */ DELETE FROM t",
                                "-- SELECT\nDELETE FROM t",
                                "",
                                ";",
                                "   ",
                                "SELECT",
                                std::string("SELECT 1\0; DROP TABLE t", 23)}) {
    EXPECT_EQ(outcome(*database, sql).substr(0, 6), "error:") << sql;
    EXPECT_THROW(plan_json(*database, sql, kLimits), Error) << sql;
  }
  EXPECT_EQ(bytes_of(file_), before);
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(ReadOnlySqlite, WhatReadsIsAnswered) {
  const auto database = backend::connect_read_only(url_);
  for (const char* sql :
       {"SELECT * FROM t", "select name from v;", "WITH x AS (SELECT 1 AS a) SELECT * FROM x",
        "VALUES (1), (2)", "EXPLAIN SELECT 1", "EXPLAIN QUERY PLAN SELECT * FROM t",
        "PRAGMA table_info(t)", "PRAGMA user_version", "SELECT * FROM pragma_table_info('t')",
        "SELECT body FROM words WHERE words MATCH 'two'", "-- a comment\nSELECT 1 -- and another",
        "SELECT 'DROP TABLE t; --'", "SELECT count(*) FROM sqlite_schema",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM "
        "n"}) {
    EXPECT_NE(outcome(*database, sql).substr(0, 6), "error:") << sql << outcome(*database, sql);
  }
}

TEST_F(ReadOnlySqlite, TimeRowsAndBytesAreBounded) {
  const auto database = backend::connect_read_only(url_);
  const std::string endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT ";
  QueryLimits limits = kLimits;
  limits.time = std::chrono::milliseconds(100);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_NE(outcome(*database, endless + "max(i) FROM n", limits).find("took longer"),
            std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  const Json rows = query_json(*database, endless + "i FROM n", limits);
  EXPECT_EQ(rows["rows"].size(), limits.rows);
  EXPECT_TRUE(rows["more"]);
  const Json wide = query_json(*database, endless + "hex(zeroblob(100000)) FROM n", limits);
  EXPECT_LT(wide["rows"].size(), 10U);
  EXPECT_TRUE(wide["more"]);
  EXPECT_NE(outcome(*database, "SELECT zeroblob(1000000000)").find("error:"), std::string::npos);
  EXPECT_EQ(query_json(*database, "SELECT 1", limits)["rows"].size(), 1U) << "it goes on";
}

TEST_F(ReadOnlySqlite, ADatabaseThatIsNotThereIsNotMade) {
  const auto missing = folder_.path() / "missing.db";
  EXPECT_THROW(backend::connect_read_only(Url::parse("sqlite:///" + missing.string())), Error);
  EXPECT_FALSE(std::filesystem::exists(missing));
  EXPECT_THROW(backend::connect_read_only(Url::parse("sqlite://")), Error);
}

class ReadOnlyMariadb : public test::MariadbTest {};

TEST_F(ReadOnlyMariadb, EveryStatementThatDoesMoreThanReadIsRefused) {
  test::MariadbDatabase made;
  made.run(
      "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20)) ENGINE=InnoDB; INSERT INTO t VALUES "
      "(1, 'a'); CREATE SEQUENCE s; CREATE FUNCTION f() RETURNS INT MODIFIES SQL DATA BEGIN DELETE "
      "FROM t; RETURN 1; END; CREATE PROCEDURE p() DELETE FROM t;");
  const auto database = backend::connect_read_only(made.url());
  for (const std::string& sql :
       std::vector<std::string>{"INSERT INTO t VALUES (2, 'b')",
                                "UPDATE t SET name = 'x'",
                                "DELETE FROM t",
                                "WITH x AS (SELECT 1) DELETE FROM t",
                                "DELETE FROM t RETURNING id",
                                "TRUNCATE t",
                                "DROP TABLE t",
                                "CREATE TABLE u (a INT)",
                                "CREATE TEMPORARY TABLE u (a INT)",
                                "ALTER TABLE t ADD COLUMN b INT",
                                "CALL p()",
                                "DO f()",
                                "SELECT f()",
                                "SELECT NEXT VALUE FOR s",
                                "SELECT NEXTVAL(s)",
                                "SELECT `nextval`(s)",
                                "SELECT SETVAL(s, 100)",
                                "SELECT * FROM t INTO OUTFILE '/tmp/dbmig_out'",
                                "SELECT * INTO DUMPFILE '/tmp/dbmig_out' FROM t",
                                "SELECT 1 INTO @a",
                                "SELECT LOAD_FILE('/etc/passwd')",
                                "SELECT load_file  ('/etc/passwd')",
                                "SELECT /* x */ LOAD_FILE/* y */('/etc/passwd')",
                                "SELECT `LOAD_FILE`('/etc/passwd')",
                                "SELECT /*!50000 LOAD_FILE('/etc/passwd') */",
                                "SELECT 1 /*M!100000 INTO OUTFILE '/tmp/dbmig_out' */",
                                "SELECT GET_LOCK('x', 10)",
                                "SELECT BENCHMARK(1000000000, SHA2('x', 512))",
                                "SELECT * FROM t FOR UPDATE",
                                "SELECT * FROM t LOCK IN SHARE MODE",
                                "LOCK TABLES t WRITE",
                                "SET @a = 1",
                                "SET STATEMENT max_statement_time = 0 FOR SELECT 1",
                                "SET SESSION TRANSACTION READ WRITE",
                                "START TRANSACTION READ WRITE",
                                "COMMIT",
                                "ROLLBACK",
                                "PREPARE x FROM 'DELETE FROM t'",
                                "EXECUTE IMMEDIATE 'DELETE FROM t'",
                                "BEGIN NOT ATOMIC DELETE FROM t; END",
                                "HANDLER t OPEN",
                                "ANALYZE TABLE t",
                                "ANALYZE DELETE FROM t",
                                "OPTIMIZE TABLE t",
                                "FLUSH TABLES",
                                "KILL 1",
                                "USE mysql",
                                "GRANT ALL ON *.* TO x",
                                "SHOW CREATE USER CURRENT_USER()",
                                "SELECT * FROM mysql.global_priv",
                                "SELECT * FROM `mysql`.`user`",
                                "SELECT * FROM mysql . user",
                                "SELECT 1; DROP TABLE t",
                                "SELECT 'open",
                                "SELECT 1 /* open",
                                "",
                                ";"}) {
    EXPECT_EQ(outcome(*database, sql).substr(0, 6), "error:") << sql;
  }
  EXPECT_EQ(made.rows("SELECT id, name FROM t"), "1|a\n");
  EXPECT_EQ(made.rows("SELECT NEXT VALUE FOR s"), "1\n");
}

TEST_F(ReadOnlyMariadb, WhatReadsIsAnswered) {
  test::MariadbDatabase made;
  made.run(
      "CREATE TABLE t (id INT PRIMARY KEY, `into` VARCHAR(20)); INSERT INTO t VALUES (1, 'a')");
  const auto database = backend::connect_read_only(made.url());
  for (const char* sql :
       {"SELECT * FROM t", "(SELECT 1) UNION (SELECT 2);",
        "WITH x AS (SELECT 1 AS a) SELECT * FROM x", "VALUES (1), (2)", "SHOW TABLES",
        "SHOW CREATE TABLE t", "EXPLAIN SELECT * FROM t", "DESCRIBE t", "SELECT 'x INTO OUTFILE y'",
        "SELECT `into` FROM t", "-- note\nSELECT 1",
        "SELECT TABLE_NAME FROM information_schema.TABLES LIMIT 1"}) {
    EXPECT_NE(outcome(*database, sql).substr(0, 6), "error:") << sql << outcome(*database, sql);
  }
  EXPECT_EQ(query_json(*database, "SHOW GRANTS", kLimits).dump().find("IDENTIFIED BY PASSWORD '*"),
            std::string::npos);
}

TEST_F(ReadOnlyMariadb, TimeAndRowsAreBounded) {
  test::MariadbDatabase made;
  const auto database = backend::connect_read_only(made.url());
  QueryLimits limits = kLimits;
  limits.time = std::chrono::milliseconds(200);
  const auto start = std::chrono::steady_clock::now();
  for (const char* sql : {"SELECT SLEEP(30)",
                          "SELECT COUNT(*) FROM seq_1_to_1000000 a, "
                          "seq_1_to_1000000 b"}) {
    EXPECT_EQ(outcome(*database, sql, limits).substr(0, 6), "error:") << sql;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
  const Json rows = query_json(*database, "SELECT seq FROM seq_1_to_1000000", limits);
  EXPECT_EQ(rows["rows"].size(), limits.rows);
  EXPECT_TRUE(rows["more"]);
}

}  // namespace
}  // namespace dbmig::serve
