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
    "CREATE TABLE log (post INTEGER);"
    "CREATE VIEW v AS SELECT id FROM user;"
    "CREATE TRIGGER tr AFTER INSERT ON post BEGIN DELETE FROM post WHERE id = new.id; END;"
    "INSERT INTO user VALUES (1, 'Ána@x.org', '2024-01-01 10:00:00');"
    "PRAGMA recursive_triggers = OFF; DROP TRIGGER tr;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
    "INSERT INTO post SELECT i, 1, 'text 😀 ' || i FROM n;"
    "CREATE TRIGGER noted AFTER INSERT ON post BEGIN INSERT INTO log VALUES (new.id); END;"
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
    EXPECT_EQ(shell("sqlite3 copy.db \"SELECT group_concat(name) FROM (SELECT name FROM "
                    "sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY name)\"",
                    project.path())
                  .out,
              "noted,tr,v\n");
  }
  EXPECT_THAT(project.expect(4, {"copy", "sqlite:///app.db", target}).err,
              HasSubstr("--truncate deletes them first"));
}

TEST_P(Copies, WhatTheTargetCannotHoldLeavesNothingBehind) {
  ASSERT_EQ(shell("sqlite3 app.db \"UPDATE user SET created = 'yesterday'\"", project.path()).code,
            0);
  if (!on_mariadb()) {  // SQLite holds whatever SQLite does
    project.expect(0, {"copy", "sqlite:///app.db", target});
    EXPECT_EQ(shell("sqlite3 copy.db 'SELECT created FROM user'", project.path()).out,
              "yesterday\n");
    return;
  }
  const Result refused = project.expect(1, {"copy", "sqlite:///app.db", target});
  EXPECT_THAT(refused.out, HasSubstr("'user.created': 'yesterday' is not a date and time"));
  EXPECT_EQ(sql("SHOW TABLES"), "");
}

TEST_P(Copies, OfAProjectTakeItsHistoryAlong) {
  project.start("sqlite:///app.db");
  project.expect(0, {"adopt", "-m", "first"});
  const Result copied = project.expect(0, {"copy", "sqlite:///app.db", target});
  EXPECT_THAT(copied.out, AllOf(HasSubstr("60000 rows"), Not(HasSubstr("DIFFERENT"))));
  EXPECT_THAT(project.expect(0, {"--url", target, "check"}).err, HasSubstr("No differences."));
}

TEST_P(Copies, ThatFailLeaveWhatOthersMadeMeanwhile) {
  if (on_mariadb()) return;  // the hook below makes a table of a SQLite file
  project.start("sqlite:///app.db");
  project.expect(0, {"adopt", "-m", "first"});
  project.write("dbmig.yaml", project.read("dbmig.yaml") +
                                  "\nhooks: {before_run: 'sqlite3 copy.db \"CREATE TABLE theirs "
                                  "(id)\"; exit 1'}\n");
  project.expect(1, {"copy", "sqlite:///app.db", target});
  EXPECT_EQ(shell("sqlite3 copy.db .tables", project.path()).out, "theirs\n");
}

TEST_P(Copies, OfAProjectThatAreKilledKeepTheirTriggers) {
  project.start("sqlite:///app.db");
  project.expect(0, {"adopt", "-m", "first"});
  const std::vector<std::string> command = {dbmig_binary(), "copy", "sqlite:///app.db", target};
  for (const char* moment : {"Dropped until the rows are copied", "'user': 1 row"}) {
    if (!on_mariadb() && moment == std::string("Dropped until the rows are copied"))
      continue;  // it can leave them alone
    Process killed(command, project.options());
    ASSERT_TRUE(killed.wait_for_stderr(moment));
    killed.send(SIGKILL);
    killed.wait();
  }
  project.expect(0, {"copy", "sqlite:///app.db", target});
  EXPECT_THAT(project.expect(0, {"--url", target, "check"}).err, HasSubstr("No differences."));
  project.expect(0, {"copy", "sqlite:///app.db", target, "--resume"});
  project.expect(0, {"diff", "--data", "sqlite:///app.db", target});
  if (on_mariadb()) {
    EXPECT_EQ(sql("SELECT count(*) FROM log"), "0\n");
    EXPECT_THAT(sql("SHOW TRIGGERS"), HasSubstr("noted"));
    EXPECT_EQ(sql("SHOW TABLES LIKE 'dbmig_copy%'"), "");
  }
}

TEST_P(Copies, RefusedForTheTargetsRowsLeaveItAsItWas) {
  project.start("sqlite:///app.db");
  project.expect(0, {"adopt", "-m", "first"});
  const auto on_target = [&](const std::string& query) {
    return on_mariadb() ? sql(query)
                        : shell("sqlite3 copy.db \"" + query + "\"", project.path()).out;
  };
  on_target("CREATE TABLE post (id INTEGER PRIMARY KEY, user_id INTEGER, body TEXT)");
  on_target("INSERT INTO post VALUES (1, NULL, 'theirs')");
  const auto all = [&] {
    return on_target(on_mariadb() ? "SHOW TABLES" : "SELECT name FROM sqlite_schema") +
           on_target("SELECT * FROM post");
  };
  const std::string before = all();
  EXPECT_THAT(project.expect(4, {"copy", "sqlite:///app.db", target}).err,
              HasSubstr("has rows in 'post'"));
  EXPECT_EQ(all(), before);
}

TEST_P(Copies, WhoseRowsHaveNoParentsLeaveNothingBehind) {
  ASSERT_EQ(
      shell("sqlite3 app.db \"UPDATE post SET user_id = 9 WHERE id = 5\"", project.path()).code, 0);
  project.start("sqlite:///app.db");
  project.expect(0, {"adopt", "-m", "first"});
  EXPECT_THAT(project.expect(1, {"copy", "sqlite:///app.db", target}).out,
              HasSubstr("1 row of table 'post': foreign key"));
  if (on_mariadb()) {
    EXPECT_EQ(sql("SHOW TABLES"), "");
  } else {
    EXPECT_EQ(shell("sqlite3 copy.db .schema", project.path()).out, "");
  }
}

TEST_P(Copies, KeepTheDigitsThatSqliteKeepsOfAFloat) {
  ASSERT_EQ(
      shell("sqlite3 app.db \"CREATE TABLE sized (id INTEGER PRIMARY KEY, f FLOAT, g FLOAT(7,3), "
            "d DOUBLE(8,2)); INSERT INTO sized VALUES (1, 0.1, 1234.56789, 1.23456), "
            "(2, 1e300, -0.0, 16777217.0)\"",
            project.path())
          .code,
      0);
  project.expect(0, {"copy", "sqlite:///app.db", target, "--tables", "sized"});
  project.expect(0, {"copy", target, "sqlite:///back.db"});
  const auto digits = [&](const std::string& file) {
    return shell("sqlite3 " + file +
                     " \"SELECT printf('%!.17g %!.17g %!.17g', f, g, d) FROM sized ORDER BY id\"",
                 project.path())
        .out;
  };
  EXPECT_EQ(digits("back.db"), digits("app.db"));
}

TEST_P(Copies, OfAProjectTellWhichNumbersMariadbKeepsFewerDigitsOf) {
  if (!on_mariadb()) return;
  project.start("sqlite:///mine.db");
  project.write("schemas/all.yaml",
                "tables:\n  m:\n    columns: {id: integer, f: float, d: double}\n"
                "    primary_key: [id]\n");
  project.expect(0, {"migrate", "-m", "m", "--no-proof"});
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(4, {"copy", "sqlite:///mine.db", target, "--strict"}).err,
              HasSubstr("'m.f': FLOAT stores about 7 digits on MariaDB"));
  EXPECT_THAT(project.expect(0, {"copy", "sqlite:///mine.db", target}).err,
              AllOf(HasSubstr("'m.f': FLOAT"), Not(HasSubstr("'m.d'"))));
}

TEST_P(Copies, ComparedByThemselvesSayWhichNumbersAFloatOfMariadbDoesNotHold) {
  ASSERT_EQ(shell("sqlite3 app.db \"CREATE TABLE m (id INTEGER PRIMARY KEY, f FLOAT, d DOUBLE); "
                  "INSERT INTO m VALUES (1, 0.1, 0.1), (2, 0.5, 0.1), (3, -1e-3, 7), "
                  "(4, NULL, NULL), (5, 16777217, 0)\"",
                  project.path())
                .code,
            0);
  const std::string create = "CREATE TABLE m (id INTEGER PRIMARY KEY, f FLOAT, d DOUBLE)";
  const std::string rows =
      "INSERT INTO m VALUES (1, 0.1, 0.1), (2, 0.5, 0.1), (3, -1e-3, 7), (4, NULL, NULL), "
      "(5, 16777216, 0)";
  const auto compared = [&](const std::string& from, const std::string& to, int code) {
    return project.expect(code, {"diff", "--data", from, to, "--tables", "m"}).out;
  };
  if (!on_mariadb()) {  // SQLite holds eight bytes of either
    ASSERT_EQ(shell("sqlite3 copy.db \"" + create + "; " + rows + "\"", project.path()).code, 0);
    EXPECT_THAT(compared("sqlite:///app.db", target, 3),
                AllOf(HasSubstr("DIFFERENT"), HasSubstr("id '5'"), Not(HasSubstr("FLOAT"))));
    return;
  }
  sql(create);
  sql(rows);
  const std::string there = compared("sqlite:///app.db", target, 0);
  EXPECT_THAT(
      there,
      AllOf(HasSubstr("  same\n"),
            HasSubstr("'f' is compared with the precision of MariaDB's FLOAT, about 7 digits: 3 "
                      "values of the source have more\n"),
            Not(HasSubstr("'d'"))));
  EXPECT_THAT(compared(target, "sqlite:///app.db", 0),
              AllOf(HasSubstr("  same\n"), HasSubstr("3 values of the target have more\n")));
  EXPECT_EQ(
      project.expect(0, {"diff", "--data", "sqlite:///app.db", target, "--tables", "m", "-j", "2"})
          .out,
      there);
  sql("UPDATE m SET f = 0.25 WHERE id = 2");
  EXPECT_THAT(compared("sqlite:///app.db", target, 3), HasSubstr("id '2'"));
  sql("ALTER TABLE m MODIFY f DOUBLE");
  EXPECT_THAT(compared("sqlite:///app.db", target, 3),
              AllOf(HasSubstr("DIFFERENT"), HasSubstr("id '5'"), Not(HasSubstr("FLOAT"))));
}

/// Definitions from applications in the wild, each with what it means on both sides.
TEST_P(Copies, PublicFixturesHaveTheRightValueOnBothSides) {
  project.write("make.py", R"(import sqlite3
c = sqlite3.connect('public.db')
for name in ('UNICODE_CI', 'localized'):
    c.create_collation(name, lambda a, b: (a > b) - (a < b))
c.executescript("""
CREATE TABLE moments (id INTEGER PRIMARY KEY, tags text DEFAULT '[]', uid text default 0,
  a TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f','NOW')), b DATETIME DEFAULT (datetime('now')));
INSERT INTO moments (id) VALUES (1);
CREATE TABLE country (code TEXT PRIMARY KEY);
CREATE TABLE city (id INTEGER PRIMARY KEY, country TEXT NOT NULL REFERENCES country (code));
INSERT INTO country VALUES ('ES'), ('es'), ('ES ');
INSERT INTO city VALUES (1, 'ES'), (2, 'es'), (3, 'ES ');
CREATE TABLE cased (id INTEGER PRIMARY KEY, mail TEXT UNIQUE);
INSERT INTO cased VALUES (1, 'a@x.org'), (2, 'A@x.org');
CREATE TABLE own (id INTEGER PRIMARY KEY, name TEXT COLLATE UNICODE_CI, nick TEXT COLLATE localized);
INSERT INTO own VALUES (1, 'Ñandú', 'x'), (2, 'ñandú', 'y');
CREATE INDEX own_name ON own (name);
CREATE TABLE sized (id int unsigned NOT NULL PRIMARY KEY, t tinyint unsigned);
INSERT INTO sized VALUES (4294967295, 255);
CREATE TABLE words (id INTEGER PRIMARY KEY, enum_kind TEXT, my_enum VARCHAR(10) DEFAULT 'enum(1)',
  "enum" INTEGER);
INSERT INTO words VALUES (1, 'a', 'b', 3);
""")
c.commit()
)");
  ASSERT_EQ(shell("python3 make.py", project.path()).code, 0);
  const Result copied = project.expect(0, {"copy", "sqlite:///public.db", target});
  project.expect(0, {"copy", target, "sqlite:///back.db"});
  project.expect(0, {"diff", "--data", "sqlite:///public.db", "sqlite:///back.db"});
  const auto in_back = [&](const std::string& query) {
    return shell("sqlite3 back.db \"" + query + "\"", project.path()).out;
  };
  const std::string moment =
      "length(a), substr(a, 20, 1), length(b), tags, uid FROM moments WHERE id = 2";
  in_back("INSERT INTO moments (id) VALUES (2)");
  EXPECT_EQ(in_back("SELECT typeof(uid), abs(julianday(a) - julianday('now')) < 0.01, "
                    "abs(julianday(b) - julianday('now')) < 0.01, " +
                    moment),
            "text|1|1|23|.|19|[]|0\n");
  EXPECT_EQ(in_back("SELECT country FROM city ORDER BY id"), "ES\nes\nES \n");
  EXPECT_EQ(in_back("SELECT group_concat(mail) FROM cased"), "a@x.org,A@x.org\n");
  EXPECT_EQ(in_back("SELECT id, t FROM sized"), "4294967295|255\n");
  EXPECT_EQ(in_back("INSERT INTO words (id) VALUES (2); SELECT my_enum, enum FROM words"),
            "b|3\nenum(1)|\n");
  EXPECT_THAT(copied.err, AllOf(HasSubstr("collation UNICODE_CI of 'own.name'"),
                                HasSubstr("collation localized of 'own.nick'")));
  project.expect(4, {"copy", "sqlite:///public.db", "sqlite:///strict.db", "--strict"});
  if (!on_mariadb()) return;
  sql("INSERT INTO moments (id) VALUES (2)");
  EXPECT_EQ(sql("SELECT abs(timestampdiff(SECOND, a, utc_timestamp())) < 600, "
                "abs(timestampdiff(SECOND, b, utc_timestamp())) < 600, " +
                moment),
            "1|1|23|.|19|[]|0\n");
  EXPECT_EQ(sql("SELECT column_type FROM information_schema.columns WHERE table_schema = "
                "database() AND table_name = 'sized' ORDER BY ordinal_position"),
            "int(10) unsigned\ntinyint(3) unsigned\n");
  sql("INSERT INTO words (id) VALUES (2)");
  EXPECT_EQ(sql("SELECT my_enum, enum FROM words WHERE id = 2"), "enum(1)|NULL\n");
}

TEST_P(Copies, OfMariadbsBitsAndUnsignedNumbersKeepTheirValuesAndDefaults) {
  if (!on_mariadb()) return;
  sql("CREATE TABLE bits (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, b bit(1) NOT NULL DEFAULT "
      "b'1', f bit(8) DEFAULT b'101', n int unsigned DEFAULT 4294967295, big bigint unsigned, "
      "my_enum enum('a','enum(x)') DEFAULT 'enum(x)', tags text DEFAULT '[]')");
  sql("INSERT INTO bits (id) VALUES (1); INSERT INTO bits (b, f, n, my_enum) VALUES (b'0', "
      "b'11111111', 0, 'a')");
  project.expect(0, {"copy", target, "sqlite:///bits.db"});
  EXPECT_EQ(
      shell("sqlite3 bits.db \"INSERT INTO bits (id) VALUES (7); SELECT b, f, n, my_enum, tags "
            "FROM bits; DELETE FROM bits WHERE id = 7\"",
            project.path())
          .out,
      "1|5|4294967295|enum(x)|[]\n0|255|0|a|[]\n1|5|4294967295|enum(x)|[]\n");
  const ServerDatabase again;
  project.expect(0, {"copy", "sqlite:///bits.db", again.url()});
  project.expect(0, {"diff", "--data", target, again.url()});
  mariadb_sql("INSERT INTO bits (id) VALUES (9)", again.name());
  EXPECT_EQ(
      mariadb_sql("SELECT b + 0, f + 0, n, my_enum, tags FROM bits WHERE id = 9", again.name()),
      "1\t5\t4294967295\tenum(x)\t[]\n");
  // What SQLite's numbers end before is named; with --widen it goes there as text, and back.
  sql("UPDATE bits SET big = 18446744073709551615 WHERE id = 1");
  EXPECT_THAT(project.expect(1, {"copy", target, "sqlite:///more.db"}).out,
              HasSubstr("'bits' needs big: text"));
  project.expect(0, {"copy", target, "sqlite:///more.db", "--widen"});
  EXPECT_EQ(shell("sqlite3 more.db 'SELECT big FROM bits WHERE id = 1'", project.path()).out,
            "18446744073709551615\n");
}

TEST_P(Copies, OfMariadbsClocksWorkOnSqliteAndWhatOnlyMariadbHasIsNamed) {
  if (!on_mariadb()) return;
  sql("CREATE TABLE clocks (id INT AUTO_INCREMENT PRIMARY KEY COMMENT 'key', "
      "a DATETIME(3) DEFAULT current_timestamp(3), "
      "b DATETIME(6) DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6), "
      "c TIMESTAMP(2) DEFAULT current_timestamp(2), d DATETIME DEFAULT current_timestamp, "
      "e DATE DEFAULT (curdate()), f TIME(1) DEFAULT (curtime(1)), "
      "g DATETIME(6) NOT NULL DEFAULT utc_timestamp(6), h INT INVISIBLE DEFAULT 4) "
      "WITH SYSTEM VERSIONING");
  sql("CREATE TABLE parted (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2");
  sql("INSERT INTO clocks () VALUES ()");
  const Result copied = project.expect(0, {"copy", target, "sqlite:///clocks.db"});
  EXPECT_THAT(
      copied.err,
      AllOf(HasSubstr("the last 3 digits of the default of 'clocks.b', current_timestamp(6)"),
            HasSubstr("ON UPDATE current_timestamp(6) of 'clocks.b': SQLite does not have it"),
            HasSubstr("INVISIBLE of 'clocks.h'"), HasSubstr("the history of table 'clocks'"),
            HasSubstr("1 comment of table 'clocks'"), HasSubstr("the partitions of table 'parted'"),
            Not(HasSubstr("'clocks.a'")), Not(HasSubstr("of 'clocks.c'"))));
  project.expect(4, {"copy", target, "sqlite:///strict.db", "--strict"});
  EXPECT_EQ(
      shell("sqlite3 clocks.db \"INSERT INTO clocks DEFAULT VALUES; SELECT length(a), length(b), "
            "length(c), length(d), length(e), length(f), length(g), h, abs(julianday(a) - "
            "julianday('now')) < 0.01, abs(julianday(b) - julianday(c)) < 0.01 FROM clocks WHERE "
            "id = 2\"",
            project.path())
          .out,
      "23|23|22|19|10|10|23|4|1|1\n");
  // Back with the row that SQLite's clock has filled: all of it fits.
  const ServerDatabase again;
  project.expect(0, {"copy", "sqlite:///clocks.db", again.url()});
  project.expect(0, {"diff", "--data", "sqlite:///clocks.db", again.url()});
  mariadb_sql("INSERT INTO clocks () VALUES ()", again.name());
  EXPECT_EQ(mariadb_sql("SELECT abs(timestampdiff(SECOND, a, utc_timestamp())) < 600, "
                        "abs(timestampdiff(SECOND, g, utc_timestamp())) < 600 FROM clocks WHERE "
                        "id = 3",
                        again.name()),
            "1\t1\n");
}

TEST_P(Copies, WhatOnlySqliteHasOfKeysIsNamedAndTheRowsGo) {
  if (!on_mariadb()) return;
  ASSERT_EQ(
      shell("sqlite3 keys.db \"CREATE TABLE p (id INTEGER PRIMARY KEY ON CONFLICT REPLACE); "
            "CREATE TABLE c (id INTEGER PRIMARY KEY, n INTEGER NOT NULL ON CONFLICT IGNORE, "
            "name VARCHAR(9) UNIQUE ON CONFLICT FAIL, p INTEGER REFERENCES p (id) ON DELETE SET "
            "DEFAULT, q INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED, "
            "at DATETIME DEFAULT (datetime('now','localtime')), big TEXT AS (Upper (name))); "
            "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 2, 'x', 1, 1, NULL)\"",
            project.path())
          .code,
      0);
  const Result copied = project.expect(0, {"copy", "sqlite:///keys.db", target});
  EXPECT_THAT(copied.err,
              AllOf(HasSubstr("ON CONFLICT REPLACE of the primary key of table 'p'"),
                    HasSubstr("ON CONFLICT IGNORE of NOT NULL of 'c.n'"),
                    HasSubstr("ON CONFLICT FAIL of unique constraint"),
                    HasSubstr("ON DELETE SET DEFAULT of foreign key"), HasSubstr("DEFERRABLE of"),
                    HasSubstr("the exact meaning of upper() in the generated column 'c.big': "
                              "SQLite's changes only the letters a to z")));
  EXPECT_THAT(copied.err, AllOf(HasSubstr("'localtime'"), Not(HasSubstr("check the manual"))));
  EXPECT_EQ(sql("SELECT id, n, name, p, q FROM c"), "1|2|x|1|1\n");
  project.expect(4, {"copy", "sqlite:///keys.db", target, "--truncate", "--strict"});
  // Of tables that are not to be copied nothing is said, and nothing refused.
  ASSERT_EQ(
      shell("sqlite3 keys.db 'CREATE TABLE plain (id INTEGER PRIMARY KEY)'", project.path()).code,
      0);
  const Result plain =
      project.expect(0, {"copy", "sqlite:///keys.db", target, "--tables", "plain", "--strict"});
  EXPECT_THAT(plain.err, Not(HasSubstr("WARN")));
  EXPECT_THAT(project.expect(1, {"copy", "sqlite:///keys.db", target, "--tables", "nada"}).err,
              HasSubstr("there is no table 'nada'"));
}

TEST_P(Copies, WhatTheTargetDoesNotHaveIsLeftOutAndNamed) {
  if (!on_mariadb()) return;
  ASSERT_EQ(shell("sqlite3 app.db \"CREATE TABLE odd (id INTEGER PRIMARY KEY, name VARCHAR(20), "
                  "gone INTEGER, CHECK (printf('%s', name) <> 'b')); "
                  "CREATE INDEX ix_lower ON odd (lower(name)); "
                  "CREATE UNIQUE INDEX ux_there ON odd (name) WHERE gone = 0; "
                  "CREATE INDEX ix_there ON odd (name) WHERE gone = 0; "
                  "INSERT INTO odd VALUES (1, 'a', 0), (2, 'A', 1)\"",
                  project.path())
                .code,
            0);
  const Result strict = project.dbmig({"copy", "sqlite:///app.db", target, "--strict"});
  EXPECT_NE(strict.code, 0);
  EXPECT_EQ(sql("SHOW TABLES"), "");
  const Result copied = project.expect(0, {"copy", "sqlite:///app.db", target});
  EXPECT_THAT(copied.err, AllOf(HasSubstr("'ix_lower'"), HasSubstr("'ux_there'"),
                                HasSubstr("printf"), Not(HasSubstr("'ix_there'"))));
  EXPECT_EQ(sql("SELECT group_concat(index_name) FROM information_schema.statistics WHERE "
                "table_schema = database() AND table_name = 'odd' AND index_name <> 'PRIMARY'"),
            "ix_there\n");
  // And back: SQLite has neither FULLTEXT nor SPATIAL, and not all of the functions.
  sql("ALTER TABLE odd ADD FULLTEXT ft (name), ADD CONSTRAINT letters CHECK (name REGEXP "
      "'^[a-zA-Z]'), "
      "ADD CONSTRAINT short CHECK (gone + 1 < 20), "
      "ADD tag VARCHAR(40) DEFAULT (concat('t', uuid())), "
      "ADD made DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP");
  EXPECT_THAT(project.expect(0, {"copy", target, "sqlite:///back.db"}).err,
              AllOf(HasSubstr("'ft'"), Not(HasSubstr("'ix_there'")), HasSubstr("'letters'"),
                    HasSubstr("'odd.tag'"), Not(HasSubstr("'short'"))));
  EXPECT_THAT(project.expect(0, {"--url", "sqlite:///back.db", "inspect"}).out,
              AllOf(HasSubstr("short"), Not(HasSubstr("letters")), HasSubstr("CURRENT_TIMESTAMP")));
}

/// What an application's database may be like, and what is said of it before anything is written.
struct OddSource {
  const char* sql;
  const char* said;     ///< in the output of both commands
  bool copied = false;  ///< all the same
};

TEST_P(Copies, WhatTheTargetCannotHoldIsTheSameForThePlan) {
  if (!on_mariadb()) return;
  const OddSource sources[] = {
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, a, b banana); INSERT INTO t VALUES (1, x'00', 2)",
       "'t.a' has no type on SQLite, and becomes longblob", true},
      {"CREATE TABLE t (a PRIMARY KEY, b UNIQUE); INSERT INTO t VALUES ('x', 2), ('X', 1)",
       "'t.a' has no type on SQLite, and becomes varchar(255)", true},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT AS (printf('%03d', id)), c AS (id * 2)); "
       "INSERT INTO t (id) VALUES (1)",
       "'t.a' is no longer generated", true},
      {"CREATE TABLE t (a BLOB PRIMARY KEY); INSERT INTO t VALUES (x'00ff')", "1 row", true},
      {"CREATE TABLE t (a TEXT PRIMARY KEY COLLATE NOCASE); INSERT INTO t VALUES ('é'), ('É')",
       "t' needs a: {mariadb: {collation: utf8mb4_nopad_bin}}"},
      {"CREATE TABLE t (a DATETIME UNIQUE); "
       "INSERT INTO t VALUES ('2020-01-01'), ('2020-01-01 00:00:00')",
       "are equal under unique constraint 'uq_t_a' of the target: 2 values"},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, p INT REFERENCES t (id)); "
       "INSERT INTO t VALUES (1, NULL), (2, 9)",
       "refers to 't', which has no row for them (for example id = 2, p = 9)"},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CHECK (a > 0)); "
       "PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES (1, -5)",
       "check 'ck_t_1' requires a>0, and they violate it"},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, p INT REFERENCES gone (id)); "
       "INSERT INTO t VALUES (2, 3)",
       "the target does not have table 'gone'", true},
      {"CREATE TABLE p (id INTEGER PRIMARY KEY); "
       "CREATE TABLE t (id INTEGER PRIMARY KEY, p BIGINT REFERENCES p (id)); "
       "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1)",
       "'p.id' becomes bigint, like the other side of foreign key", true},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, x'ff00')",
       "x'ff00' is a blob, and the column is text: 1 value (row 1)\nTo hold them, 't' needs a: "
       "longblob"},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); "
       "INSERT INTO t VALUES (1, 'a' || char(0) || 'b')",
       "1 row", true},
      {"CREATE VIRTUAL TABLE f USING fts5 (a); CREATE TABLE t (id INTEGER PRIMARY KEY)",
       "table 'f': only SQLite has virtual tables (fts5)", true},
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, \"tail \" INT); INSERT INTO t VALUES (1, 2)",
       "the target cannot have any of the tables"},
  };
  int number = 0;
  for (const OddSource& source : sources) {
    SCOPED_TRACE(source.sql);
    const std::string file = "odd" + std::to_string(++number) + ".db";
    project.write("odd.sql", std::string(source.sql) + ";");
    ASSERT_EQ(shell("sqlite3 " + file + " < odd.sql", project.path()).code, 0);
    const Result plan = project.dbmig({"copy", "sqlite:///" + file, target, "--plan"});
    EXPECT_EQ(sql("SHOW TABLES"), "");
    const Result copied = project.dbmig({"copy", "sqlite:///" + file, target});
    EXPECT_EQ(copied.code, plan.code) << plan.err << copied.err;
    EXPECT_EQ(copied.code == 0, source.copied) << copied.out << copied.err;
    EXPECT_THAT(copied.out + copied.err, HasSubstr(source.said));
    if (!source.copied) {
      EXPECT_THAT(plan.out + plan.err, HasSubstr(source.said));
      EXPECT_EQ(sql("SHOW TABLES"), "");
    }
    for (const char* table : {"t", "p"}) sql("DROP TABLE IF EXISTS " + std::string(table));
  }
}

TEST_P(Copies, WhatTheRevisionsCannotMakeThereIsNamedBeforeTheFirstRuns) {
  if (!on_mariadb()) return;
  ASSERT_EQ(shell("sqlite3 app.db \"CREATE TABLE odd (id INTEGER PRIMARY KEY, a TEXT AS "
                  "(printf('%03d', id)), p INT REFERENCES gone (id))\"",
                  project.path())
                .code,
            0);
  project.start("sqlite:///app.db");
  project.expect(0, {"adopt", "-m", "first"});
  for (const char* plan : {"--plan", "-v"}) {
    EXPECT_THAT(project.expect(1, {"copy", "sqlite:///app.db", target, plan}).err,
                AllOf(HasSubstr("'odd.a' is no longer generated"),
                      HasSubstr("foreign key 'fk_odd_p' of table 'odd'"),
                      HasSubstr("nothing was copied; give it a form")));
    EXPECT_EQ(sql("SHOW TABLES"), "");
  }
}

TEST_P(Copies, ThatAreKilledAreNamedUntilTheyAreDone) {
  project.start("sqlite:///app.db");
  project.expect(0, {"adopt", "-m", "first"});
  const std::vector<std::string> copy = {"copy", "sqlite:///app.db", target, "--truncate"};
  project.expect(0, copy);
  EXPECT_THAT(project.expect(0, {"--url", target, "status"}).out, Not(HasSubstr("A copy")));
  {
    std::vector<std::string> command = copy;
    command.insert(command.begin(), dbmig_binary());
    Process killed(command, project.options());
    ASSERT_TRUE(killed.wait_for_stderr("'user': 1 row"));
    killed.send(SIGKILL);
    killed.wait();
  }
  const auto named = AllOf(HasSubstr("A copy from sqlite:///"), HasSubstr("was interrupted"));
  EXPECT_THAT(project.expect(0, {"--url", target, "status"}).out, named);
  EXPECT_THAT(project.expect(3, {"--url", target, "check"}).out, named);
  EXPECT_THAT(project.expect(0, {"--url", target, "upgrade"}).err, named);
  project.expect(0, copy);
  EXPECT_THAT(project.expect(0, {"--url", target, "status"}).out, Not(HasSubstr("A copy")));
  project.expect(0, {"--url", target, "check"});
}

TEST_P(Copies, OfAnyNumberOfRanksAreComparedAlike) {
  project.expect(0, {"copy", "sqlite:///app.db", target, "-j", "2"});
  const std::vector<std::string> diff = {"diff", "--data", "sqlite:///app.db", target, "-j"};
  const auto with = [&](const std::string& ranks, int code) {
    std::vector<std::string> command = diff;
    command.push_back(ranks);
    return project.expect(code, command).out;
  };
  EXPECT_EQ(with("1", 0), with("3", 0));
  ASSERT_EQ(shell("sqlite3 app.db 'DELETE FROM post WHERE id = 40000; DELETE FROM log; "
                  "UPDATE post SET body = NULL WHERE id = 7'",
                  project.path())
                .code,
            0);
  const std::string alone = with("1", 3);
  EXPECT_THAT(alone,
              AllOf(HasSubstr("in the target: id '40000'"), HasSubstr("in the source: id '7'")));
  EXPECT_EQ(alone, with("3", 3));
  EXPECT_THAT(project.expect(2, {"diff", "-j", "2"}).err, HasSubstr("-j works only with --data"));
}

/// One rank is killed in mid-copy, the root or another one: there are all rows or none, and
/// --resume finishes.
TEST_P(Copies, WithARankThatIsKilledAreWholeOrNothing) {
  const std::string victim = on_mariadb() ? "tail" : "head";
  const Result killed = shell("'" + dbmig_binary().string() + "' copy sqlite:///app.db '" + target +
                                  "' -j 2 & job=$!\n"
                                  "sleep 0.5; kill -9 $(pgrep -P $(pgrep -P $job) | sort -n | " +
                                  victim + " -1); wait $job",
                              project.path());
  const std::string count = "SELECT (SELECT count(*) FROM user) + (SELECT count(*) FROM post)";
  const auto rows = [&] {
    return on_mariadb() ? sql(count) : shell("sqlite3 copy.db '" + count + "'", project.path()).out;
  };
  const bool has_tables = on_mariadb()
                              ? !sql("SHOW TABLES LIKE 'post'").empty()
                              : !shell("sqlite3 copy.db .tables", project.path()).out.empty();
  if (has_tables) {
    EXPECT_THAT(rows(), testing::AnyOf("0\n", "60001\n")) << killed;
  }
  project.expect(0, {"copy", "sqlite:///app.db", target, "-j", "2", "--resume"});
  EXPECT_EQ(rows(), "60001\n");
  project.expect(0, {"diff", "--data", "sqlite:///app.db", target});
}

INSTANTIATE_TEST_SUITE_P(Databases, Copies,
                         testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         [](const auto& databases) {
                           return std::string(to_string(databases.param));
                         });

TEST(Copy, WordsThatAreNoDatabasesAreNamed) {
  Project project;
  EXPECT_THAT(project.expect(2, {"copy", "foo", "bar"}).err,
              AllOf(HasSubstr("the source 'foo' is not a database"),
                    HasSubstr("give a URL, as in sqlite:///app.db")));
  project.write("app.db", "");
  EXPECT_THAT(project.expect(2, {"copy", "app.db", "sqlite:///b.db"}).err,
              HasSubstr("the URL of a SQLite database: sqlite:///app.db"));
}

TEST(Copy, OfNothingIsNamed) {
  Project project;
  EXPECT_THAT(project.expect(1, {"copy", "sqlite:///none.db", "sqlite:///b.db"}).err,
              HasSubstr("does not exist; check the path"));
  EXPECT_EQ(project.files("."), std::vector<std::string>{});
  EXPECT_THAT(project.expect(2, {"copy", "sqlite:///a.db"}).err, HasSubstr("target"));
  ASSERT_EQ(shell("sqlite3 empty.db 'CREATE TABLE t (i); DROP TABLE t'", project.path()).code, 0);
  EXPECT_THAT(project.expect(0, {"copy", "sqlite:///empty.db", "sqlite:///b.db"}).err,
              HasSubstr("The source has no tables"));
}

}  // namespace
}  // namespace dbmig::test
