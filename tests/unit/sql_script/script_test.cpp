#include "sql_script/script.hpp"

#include <gmock/gmock.h>

#include "backend/scratch.hpp"
#include "base/hash.hpp"
#include "unit/run/support.hpp"

namespace dbmig::sql_script {
namespace {

using run::name_of_kind;
using run::RunTest;

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ScriptTest : public RunTest {
 protected:
  backend::ScratchOptions scratch_options() const {
    backend::ScratchOptions options{.kind = GetParam()};
    if (!is_sqlite()) options.server = url_;
    return options;
  }
  ScriptSchema read(const std::string& text, bool is_part = false) {
    backend::Scratch scratch(scratch_options());
    return read_scripts(scratch, {{"x.sql", text}}, {.is_part = is_part}, sink_);
  }
  std::vector<std::string> tables(const std::string& text) {
    std::vector<std::string> names;
    for (const auto& [name, table] : read(text).inspection.schema.tables) names.push_back(name);
    return names;
  }
  std::string mistake(const std::string& text) {
    try {
      read(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  /// Names of all databases of the server that a scratch database could have.
  std::vector<std::string> scratch_databases() {
    std::vector<std::string> names;
    for (const auto& row : connection_->query("SHOW DATABASES LIKE 'dbmig\\_scratch\\_%'").rows) {
      names.push_back(row[0].value_or(""));
    }
    return names;
  }
};

/// What only one of the databases has.
class ScriptOnSqlite : public ScriptTest {};
class ScriptOnMariadb : public ScriptTest {};

TEST_P(ScriptTest, MakesWhatTheScriptMakes) {
  EXPECT_THAT(tables("CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);\n"
                     "CREATE TABLE b (id int);\nDROP TABLE b;\n"),
              ElementsAre("a"));
}

TEST_P(ScriptTest, AStatementThatFailsIsShownWithItsPlace) {
  EXPECT_THAT(mistake("CREATE TABLE a (id int);\n\n  CREATE TABLE a (id int);"),
              testing::StartsWith("x.sql:3:3: "));
  EXPECT_THAT(mistake("CREATE TABEL a (id int);"), HasSubstr("x.sql:1:1: "));
}

TEST_P(ScriptTest, NothingThatLeavesTheDatabaseIsRun) {
  if (is_sqlite()) {
    EXPECT_THAT(mistake("ATTACH DATABASE 'y.db' AS y;"), HasSubstr("ATTACH is not run"));
    return;
  }
  for (const char* sql :
       {"CALL p()", "PREPARE s FROM 'SELECT 1'", "EXECUTE IMMEDIATE 'DROP DATABASE x'", "SHUTDOWN",
        "KILL 1", "INSTALL PLUGIN x SONAME 'y'", "CREATE FUNCTION f RETURNS INT SONAME 'x.so'"}) {
    EXPECT_THAT(mistake(sql), HasSubstr("is not run in a scratch database")) << sql;
  }
  const std::string other = url_.database;
  connection_->execute("CREATE TABLE kept (id int)");
  const std::string start = "CREATE TABLE t (id int);\n";
  for (const std::string& sql :
       {"DROP TABLE " + other + ".kept", "DROP TABLE t, " + other + ".kept",
        "ALTER TABLE `" + other + "` . kept ADD a int", "RENAME TABLE t TO " + other + ".t2",
        "ALTER TABLE t RENAME TO " + other + ".t2", "ALTER TABLE t RENAME " + other + ".t2",
        "CREATE TABLE IF NOT EXISTS " + other + ".t2 (id int)",
        "CREATE INDEX i ON " + other + ".kept (id)",
        "CREATE TRIGGER g AFTER INSERT ON " + other + ".kept FOR EACH ROW SET @a = 1",
        "/*!50001 DROP TABLE " + other + ".kept */"}) {
    EXPECT_THAT(mistake(start + sql), HasSubstr("another database")) << sql;
  }
  EXPECT_THAT(table_names(), ElementsAre("kept"));
  // These are about the script's own database, whatever is there on the server.
  EXPECT_THAT(tables("DROP DATABASE IF EXISTS " + other + "; CREATE DATABASE " + other + "; USE " +
                     other + ";\nCREATE TABLE a (id int); TRUNCATE TABLE a; DELETE FROM a"),
              ElementsAre("a"));
  EXPECT_THAT(tables("DROP DATABASE IF EXISTS " + other + ";\nCREATE TABLE " + other +
                     ".kept (id int); DROP TABLE " + other + ".kept"),
              IsEmpty());
  EXPECT_THAT(table_names(), ElementsAre("kept"));
  EXPECT_THAT(mistake("USE a; CREATE TABLE t (id int); USE b; CREATE TABLE u (id int)"),
              HasSubstr("two databases, 'a' and 'b'"));
}

/// Each would reach a table of another database, run a function, or open a file or a connection.
TEST_P(ScriptOnMariadb, WhatIsNotKnownToStayIsNotRun) {
  const std::string other = url_.database;
  connection_->execute(
      "CREATE TABLE kept (id int) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100))");
  connection_->execute("CREATE TABLE plain (id int)");
  connection_->execute("INSERT INTO plain VALUES (1), (2)");
  connection_->execute("INSERT INTO kept VALUES (1), (2)");
  connection_->execute("CREATE SEQUENCE numbers");
  const std::string start =
      "CREATE TABLE t (id int) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100));\n"
      "CREATE FUNCTION f() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM " +
      other + ".plain; RETURN 1; END;\n";
  const std::vector<std::string> leaks = {
      "ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE OTHER.plain",
      "ALTER TABLE t ADD a int, EXCHANGE PARTITION p0 WITH TABLE OTHER.plain",
      "/*!50600 ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE OTHER.plain */",
      "ALTER /*!50600 TABLE t EXCHANGE PARTITION p0 WITH TABLE */ OTHER.plain",
      "ALTER TABLE t CONVERT PARTITION p0 TO TABLE OTHER.stolen",
      "ALTER TABLE t DISCARD TABLESPACE",
      "ALTER TABLE t IMPORT TABLESPACE",
      "CREATE TABLE x AS SELECT f()",
      "CREATE TABLE x SELECT f() AS a",
      "CREATE TABLE x IGNORE AS SELECT `f`()",
      "CREATE OR REPLACE TABLE x (a int) AS SELECT 1 + f() AS a",
      "CREATE TABLE x AS (SELECT f())",
      "CREATE TABLE x AS WITH c AS (SELECT f() AS a) SELECT * FROM c",
      "CREATE TEMPORARY TABLE x AS SELECT f()",
      "CREATE TABLE x AS VALUES (f())",
      "CREATE TABLE x AS SELECT * FROM t WHERE id = f()",
      "CREATE TABLE x AS SELECT sys.f()",
      "CREATE TABLE x AS SELECT * FROM OTHER.plain",
      "CREATE TABLE x AS SELECT 1 FROM t, OTHER.plain",
      "CREATE TABLE x AS SELECT 1 FROM t JOIN OTHER.plain",
      "CREATE TABLE x AS SELECT NEXTVAL(OTHER.numbers)",
      "CREATE TABLE x AS SELECT NEXT VALUE FOR OTHER.numbers",
      "CREATE TABLE x AS SELECT load_file('/etc/passwd')",
      "CREATE TABLE x AS SELECT get_lock('x', 1)",
      "CREATE TABLE x AS SELECT sleep(100)",
      "SET @a = f()",
      "SET @a = (SELECT f())",
      "SET @a = 1, @b = IFNULL(f(), 1)",
      "CREATE TABLE x (id int) ENGINE=MERGE UNION=(t)",
      "CREATE TABLE x (id int) ENGINE=CONNECT TABLE_TYPE=CSV FILE_NAME='/tmp/x'",
      "CREATE TABLE x (id int) ENGINE = FEDERATED CONNECTION = 'mysql://h/d/t'",
      "CREATE TABLE x (id int) ENGINE 'SPIDER'",
      "CREATE TABLE x (id int) DATA DIRECTORY='/tmp'",
      "CREATE TABLE x (id int) PARTITION BY HASH (id) (PARTITION p DATA DIRECTORY '/tmp')",
      "ALTER TABLE t ENGINE=CONNECT",
      "ALTER TABLE t ADD a int, ENGINE FEDERATED",
      "CREATE TABLE x (id int, FOREIGN KEY (id) REFERENCES OTHER.plain (id))",
      "CREATE TABLE x LIKE OTHER.plain",
      "RENAME TABLE t TO t2, t2 TO OTHER.t3",
      "CREATE TABLE t9 (id int);\nCREATE VIEW OTHER.v AS SELECT 1",
      "BEGIN NOT ATOMIC DELETE FROM OTHER.plain; END",
      "DROP TABLE t, OTHER.plain",
      "/*!110000 ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE OTHER.plain */"};
  backend::Scratch scratch(scratch_options());
  read_scripts(scratch, {{"start.sql", start}}, {}, sink_);
  const auto refused = [&](const std::string& sql) {
    try {
      read_scripts(scratch, {{"x.sql", sql}}, {}, sink_);
      return false;
    } catch (const Error&) {
      return true;
    }
  };
  for (std::string sql : leaks) {
    const std::string::size_type at = sql.find("OTHER");
    if (at != std::string::npos) sql.replace(at, 5, other);
    EXPECT_TRUE(refused(sql)) << sql;
    EXPECT_EQ(scalar("SELECT count(*) FROM plain"), "2") << sql;
    EXPECT_EQ(scalar("SELECT count(*) FROM kept"), "2") << sql;
    EXPECT_EQ(scalar("SELECT next_not_cached_value FROM numbers"), "1") << sql;
  }
}

/// What dumps and migrations of real projects hold.
TEST_P(ScriptOnMariadb, WhatStaysIsRun) {
  const std::string start =
      "DROP TABLE IF EXISTS t, u, x; DROP VIEW IF EXISTS v; DROP FUNCTION IF EXISTS f; DROP "
      "PROCEDURE IF EXISTS p;\nCREATE TABLE t (id int, engine varchar(20));\n";
  backend::Scratch scratch(scratch_options());
  for (const std::string sql :
       {"/*M!999999\\- enable the sandbox mode */ \n",
        "SET NAMES utf8mb4",
        "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */",
        "/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */",
        "/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */",
        "/*!40111 SET SQL_NOTES=IFNULL(@OLD_SQL_NOTES, @@SQL_NOTES) */",
        "SET SQL_MODE = \"NO_AUTO_VALUE_ON_ZERO\"",
        "START TRANSACTION",
        "SET time_zone = \"+00:00\"",
        "CREATE TABLE x LIKE t",
        "ALTER TABLE t ADD a int, ADD b int",
        "ALTER TABLE `t` ADD PRIMARY KEY (`id`), ADD KEY `k` (`engine`), MODIFY `id` int NOT NULL "
        "AUTO_INCREMENT, AUTO_INCREMENT=7",
        "ALTER TABLE t ENGINE=MyISAM, COMMENT 'x', ROW_FORMAT=DYNAMIC",
        "ALTER TABLE t ADD connection int, ADD `union` int, CHANGE engine engine2 varchar(20)",
        "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4",
        "ALTER TABLE t DISABLE KEYS",
        "ALTER TABLE t DROP COLUMN engine, ADD COLUMN (x int, y int)",
        "ALTER TABLE t ORDER BY id",
        "ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 2",
        "ALTER TABLE t RENAME TO u",
        "CREATE TABLE x (connection int, engine varchar(20) DEFAULT 'connect', directory int, "
        "CHECK "
        "(engine <> 'connect')) ENGINE=Aria",
        "CREATE TABLE x AS SELECT id, count(*) AS n, concat(engine, 'x') AS y FROM t WHERE id IN "
        "(SELECT max(id) FROM t) GROUP BY id",
        "CREATE TABLE x AS SELECT coalesce(cast(id AS decimal(10,2)), 0) AS a FROM t AS u JOIN t "
        "USING (id)",
        "CREATE TABLE x (id int) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin "
        "/*!50100 PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (5) ENGINE = InnoDB) */",
        "CREATE FUNCTION f() RETURNS int RETURN 1; CREATE VIEW v AS SELECT f() AS a",
        "CREATE PROCEDURE p() BEGIN CALL p(); SELECT f(); END",
        "CREATE TABLE x (id int DEFAULT (uuid_short()), a int AS (id + 1))"}) {
    EXPECT_NO_THROW(read_scripts(scratch, {{"x.sql", start + sql}}, {}, sink_)) << sql;
  }
}

TEST_P(ScriptTest, NamesMayBeQualifiedWithTheScriptsDatabase) {
  if (is_sqlite()) {
    EXPECT_THAT(tables("CREATE TABLE main.a (id int);"), ElementsAre("a"));
    return;
  }
  const schema::Schema schema =
      read(
          "CREATE SCHEMA IF NOT EXISTS `shop`;\n"
          "CREATE TABLE IF NOT EXISTS `shop`.`a` (id int PRIMARY KEY);\n"
          "CREATE TABLE shop.b (a int, FOREIGN KEY fk_b (a) REFERENCES `shop`.`a` (`id`));\n"
          "CREATE VIEW shop.v AS SELECT shop.a.id, b.a FROM shop.a, shop.b;\n")
          .inspection.schema;
  EXPECT_EQ(schema.tables.size(), 2U);
  EXPECT_EQ(schema.table("b").foreign_keys.size(), 1U);
  ASSERT_EQ(schema.views.size(), 1U);
  EXPECT_THAT(schema.views.at("v").sql.for_dialect(GetParam()), Not(HasSubstr("scratch")));
}

TEST_P(ScriptTest, PartsOfAModelMayReferToOthers) {
  const std::string sql =
      "CREATE TABLE b (a int, CONSTRAINT fk_b FOREIGN KEY (a) REFERENCES elsewhere (id));";
  EXPECT_EQ(read(sql, true).inspection.schema.table("b").foreign_keys.size(), 1U);
}

TEST_P(ScriptTest, PlacesAreThoseOfTheObjects) {
  const Places places = read("CREATE TABLE a (id int);\n CREATE VIEW v AS SELECT 1 AS x;").places;
  EXPECT_EQ(to_string(places.at({"tables", "a"})), "x.sql:1:1");
  EXPECT_EQ(to_string(places.at({"views", "v"})), "x.sql:2:2");
}

TEST_P(ScriptTest, TwoScriptsMayNotMakeOneObject) {
  backend::Scratch scratch(scratch_options());
  try {
    read_scripts(scratch,
                 {{"a.sql", "CREATE TABLE t (id int);"},
                  {"b.sql", "DROP TABLE IF EXISTS t;\nCREATE TABLE t (a int);"}},
                 {}, sink_);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "b.sql:2:1: table 't' is defined twice; the first one is at a.sql:1:1");
  }
}

TEST_P(ScriptTest, AnEmptyScriptIsAnEmptySchema) {
  EXPECT_THAT(tables(""), IsEmpty());
  EXPECT_THAT(tables("-- nothing\n"), IsEmpty());
  EXPECT_THAT(sink_.lines, Contains("x.sql holds no statement"));
}

TEST_P(ScriptOnMariadb, TheSessionsSettingsDoNotShow) {
  const schema::Schema schema =
      read(
          "SET SESSION sql_mode = 'ANSI_QUOTES,NO_AUTO_VALUE_ON_ZERO';\n"
          "SET GLOBAL max_connections = 17; SET @@global.max_connections = 17;\n"
          "CREATE TABLE \"a\" (id int DEFAULT 5 COMMENT 'x');\n")
          .inspection.schema;
  EXPECT_EQ(schema.table("a").column("id").comment, "x");
  EXPECT_NE(scalar("SELECT @@global.max_connections"), "17");
}

TEST_P(ScriptOnSqlite, ADumpOfAVirtualTableWorks) {
  const backend::Inspection found =
      read(
          "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nPRAGMA writable_schema=ON;\n"
          "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','f','f',0,"
          "'CREATE VIRTUAL TABLE f USING fts5(a)');\n"
          "CREATE TABLE IF NOT EXISTS 'f_data'(id INTEGER PRIMARY KEY, block BLOB);\n"
          "CREATE TABLE IF NOT EXISTS 'f_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) "
          "WITHOUT ROWID;\n"
          "CREATE TABLE IF NOT EXISTS 'f_content'(id INTEGER PRIMARY KEY, c0);\n"
          "CREATE TABLE IF NOT EXISTS 'f_docsize'(id INTEGER PRIMARY KEY, sz BLOB);\n"
          "CREATE TABLE IF NOT EXISTS 'f_config'(k PRIMARY KEY, v) WITHOUT ROWID;\n"
          "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);\n"
          "DELETE FROM sqlite_sequence;\nINSERT INTO sqlite_sequence VALUES('t',5);\n"
          "PRAGMA writable_schema=OFF;\nCOMMIT;\n")
          .inspection;
  EXPECT_EQ(found.schema.tables.count("t"), 1U);
  EXPECT_EQ(found.schema.tables.count("f_data"), 0U);
}

TEST_P(ScriptOnMariadb, ScratchDatabasesAreGoneAfterwards) {
  std::string name;
  {
    backend::Scratch scratch(scratch_options());
    name = scratch.name();
    scratch.connection().execute("CREATE TABLE t (id int)");
    EXPECT_THAT(scratch_databases(), Contains(name));
    // Another process' sweep leaves a living one alone.
    backend::sweep_scratch(*connection_);
    EXPECT_THAT(scratch_databases(), Contains(name));
  }
  EXPECT_THAT(scratch_databases(), Not(Contains(name)));
}

TEST_P(ScriptOnMariadb, WhatDeadProcessesLeftIsSweptAndNothingElse) {
  // A machine that is none, so that no process of this one is meant.
  const std::string dead = "dbmig_scratch_00000000_1_" + random_hex(12);
  const std::string held = "dbmig_scratch_00000000_2_" + random_hex(12);
  const std::string other = "dbmig_scratch_mine_" + random_hex(12);
  for (const std::string& name : {dead, held, other}) {
    connection_->execute("CREATE DATABASE " + name);
  }
  const auto holder = connect();
  holder->query("SELECT GET_LOCK('" + held + "', 0)");
  { backend::Scratch scratch(scratch_options()); }
  const std::vector<std::string> left = scratch_databases();
  EXPECT_THAT(left, Not(Contains(dead)));
  EXPECT_THAT(left, Contains(held));
  EXPECT_THAT(left, Contains(other));
  for (const std::string& name : {held, other}) connection_->execute("DROP DATABASE " + name);
}

TEST_P(ScriptOnMariadb, ScratchDatabasesHaveTheCharsetAskedFor) {
  backend::ScratchOptions options = scratch_options();
  options.charset = "latin1";
  options.collation = "latin1_bin";
  backend::Scratch scratch(options);
  EXPECT_EQ(scratch.connection().query("SELECT @@collation_database").rows[0][0], "latin1_bin");
}

TEST_P(ScriptTest, MariadbNeedsAServer) {
  EXPECT_THROW(backend::Scratch({.kind = DialectKind::mariadb}), Error);
}

INSTANTIATE_TEST_SUITE_P(Databases, ScriptOnSqlite, testing::Values(DialectKind::sqlite),
                         name_of_kind);
INSTANTIATE_TEST_SUITE_P(Databases, ScriptOnMariadb, testing::Values(DialectKind::mariadb),
                         name_of_kind);
INSTANTIATE_TEST_SUITE_P(Databases, ScriptTest,
                         testing::Values(DialectKind::sqlite, DialectKind::mariadb), name_of_kind);

}  // namespace
}  // namespace dbmig::sql_script
