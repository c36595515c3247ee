// A copy holds what the source holds, and a way back gives the source again; or nothing was copied,
// and what stood in the way is named.
#include "transfer/copy.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "backend/next_number.hpp"
#include "backend/row_source.hpp"
#include "backend/sqlite/connection.hpp"
#include "base/error.hpp"
#include "diff/diff.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "transfer/check_rows.hpp"
#include "transfer/compare_rows.hpp"
#include "transfer/silent_triggers.hpp"
#include "transfer/translate.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using transfer::CopyOptions;
using transfer::TableComparison;

class Quiet final : public EventSink {
 public:
  void on(const Event&) override {}
};

std::atomic<bool> never{false};

std::unique_ptr<backend::Connection> memory(const std::vector<std::string>& statements = {}) {
  auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  for (const std::string& sql : statements) database->execute(sql);
  return database;
}

/// The tables of `source`, made in `target` as `dbmig copy` makes them.
void make_tables(backend::Connection& source, backend::Connection& target) {
  const schema::Schema tables =
      transfer::translate(source.inspect({}).schema, source.dialect().kind(),
                          target.dialect().kind())
          .tables;
  const auto operations = diff::diff({}, tables).operations;
  for (const auto& statement : target.dialect().plan({}, operations, {})) {
    target.execute(statement.sql);
  }
}

std::vector<TableComparison> copy(backend::Connection& source, backend::Connection& target,
                                  const CopyOptions& options = {}) {
  Quiet events;
  return transfer::copy_rows(source, target, options, events, never);
}

std::vector<TableComparison> compare(backend::Connection& one, backend::Connection& two) {
  Quiet events;
  return transfer::compare_rows(one, two, {}, events, never);
}

std::string failure(backend::Connection& source, backend::Connection& target,
                    const CopyOptions& options = {}) {
  try {
    copy(source, target, options);
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "the copy did not fail";
  return {};
}

std::string rows_of(backend::Connection& database, const std::string& sql) {
  std::string out;
  for (const auto& row : database.query(sql).rows) {
    for (const auto& value : row) out += value.value_or("NULL") + "|";
    out += "\n";
  }
  return out;
}

constexpr const char* kParent =
    "CREATE TABLE parent (id INTEGER PRIMARY KEY, code VARCHAR(30) UNIQUE, ok BOOLEAN, "
    "price DECIMAL(12,3), made DATETIME(6), born DATE, at TIME(3), note TEXT, raw BLOB, r DOUBLE, "
    "big BIGINT, doc JSON)";
constexpr const char* kChild =
    "CREATE TABLE child (a INTEGER NOT NULL, b INTEGER NOT NULL, parent INTEGER REFERENCES parent "
    "(id), boss_a INTEGER, boss_b INTEGER, PRIMARY KEY (a, b), FOREIGN KEY (boss_a, boss_b) "
    "REFERENCES child (a, b))";
constexpr const char* kOf[] = {"parent", "child"};

std::string text_literal(std::mt19937& random) {
  static const std::vector<std::string> kParts = {"a", "ñ", "😀",  "''", "\\", "\n", "\t",  " ",
                                                  "0", "é", "\r", "%",  "\"", "`",  "NULL"};
  std::string text = "'";
  for (std::size_t n = random() % 8; n > 0; --n) text += kParts[random() % kParts.size()];
  return text + "'";
}

/// Rows that both kinds of database hold.
void fill(backend::Connection& database, std::mt19937& random) {
  const auto maybe = [&](const std::string& value) {
    return random() % 5 == 0 ? std::string("NULL") : value;
  };
  const std::size_t parents = 1 + random() % 20;
  for (std::size_t i = 1; i <= parents; ++i) {
    std::string bytes = "X'";
    for (std::size_t n = random() % 5; n > 0; --n) bytes += fmt::format("{:02X}", random() % 256);
    database.execute(fmt::format(
        "INSERT INTO parent VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})", i * 7,
        maybe(fmt::format("'c{}'", i)), maybe(std::to_string(random() % 2)),
        maybe(fmt::format("'{}.{:03}'", random() % 100000, random() % 1000)),
        maybe(fmt::format("'20{:02}-0{}-1{} 0{}:11:22.{:06}'", random() % 100, 1 + random() % 9,
                          random() % 10, random() % 10, random() % 1000000)),
        maybe("'1999-12-31'"), maybe(fmt::format("'12:34:56.{:03}'", random() % 1000)),
        maybe(text_literal(random)), maybe(bytes + "'"),
        maybe(fmt::format("{}.5e{}", random() % 1000, random() % 30)),
        maybe(fmt::format("-{}{:09}", random() % 1000000000, random() % 1000000000)),
        maybe("'{\"k\": [1, 2]}'")));
  }
  for (std::size_t i = 0, n = random() % 20; i < n; ++i) {
    database.execute(fmt::format("INSERT INTO child VALUES ({}, {}, {}, {}, {})", i, i * 2,
                                 maybe(std::to_string((1 + random() % parents) * 7)), i, i * 2));
  }
}

std::string all_of(backend::Connection& database) {
  std::string out;
  for (const char* table : kOf) {
    for (const auto& column :
         database.query(fmt::format("SELECT name FROM pragma_table_info('{}')", table)).rows) {
      out += rows_of(database,
                     fmt::format("SELECT quote(\"{}\") FROM {} ORDER BY 1", *column[0], table));
    }
  }
  return out;
}

void expect_copied(const std::vector<TableComparison>& tables) {
  ASSERT_FALSE(tables.empty());
  for (const TableComparison& table : tables) {
    EXPECT_TRUE(table.is_same()) << table.table;
    EXPECT_TRUE(table.examples.empty());
  }
}

TEST(Copy, IntoSqliteHoldsTheSame) {
  for (std::uint64_t seed = 1; seed <= property_seeds(40); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const auto source = memory({kParent, kChild});
    fill(*source, random);
    const auto target = memory();
    make_tables(*source, *target);
    expect_copied(copy(*source, *target));
    ASSERT_EQ(all_of(*target), all_of(*source)) << "seed " << seed;
  }
}

class CopyOnMariadb : public MariadbTest {};

/// Rows that are read one after the other, in the binary protocol, have moments as the server
/// itself writes them.
TEST_F(CopyOnMariadb, MomentsAreReadAsTheServerWritesThem) {
  MariadbDatabase database;
  std::string columns;
  std::string row;
  const auto add = [&](const std::string& type, const std::string& value) {
    columns += fmt::format("{}c{} {} NULL", columns.empty() ? "" : ", ", columns.size(), type);
    row += (row.empty() ? "" : ", ") + value;
  };
  for (int places = 0; places <= 6; ++places) {
    for (const char* value : {"'0000-00-00'", "'2024-00-10 01:02:03.045'", "NULL",
                              "'9999-12-31 23:59:59.000001'", "'0001-02-03 00:00:00.9'"}) {
      add(fmt::format("DATETIME({})", places), value);
    }
    add(fmt::format("TIMESTAMP({})", places), "'2024-02-29 10:11:12.120034'");
    add(fmt::format("TIMESTAMP({})", places), "'0000-00-00 00:00:00'");
  }
  database.run("SET sql_mode = ''");
  database.run(fmt::format("CREATE TABLE t ({})", columns));
  database.run(fmt::format("INSERT INTO t VALUES ({})", row));
  const std::string sql = "SELECT t.*, TIMESTAMP('2024-01-01 00:00:01.5') FROM t";
  const auto rows = database.connection().read_rows(sql);
  std::vector<backend::Cell> cells;
  ASSERT_TRUE(rows->next(cells));
  std::string typed;
  for (const backend::Cell& cell : cells) {
    typed += (cell.kind == backend::Cell::Kind::null ? "NULL" : transfer::value_text(cell)) + "|";
  }
  EXPECT_FALSE(rows->next(cells));
  EXPECT_EQ(typed + "\n", rows_of(database.connection(), sql));
}

TEST_F(CopyOnMariadb, ThereAndBackIsTheIdentity) {
  MariadbDatabase middle;
  for (std::uint64_t seed = 1; seed <= property_seeds(20); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const auto source = memory({kParent, kChild});
    fill(*source, random);
    if (seed == 1) make_tables(*source, middle.connection());
    CopyOptions options;
    options.truncate = seed > 1;
    expect_copied(copy(*source, middle.connection(), options));
    expect_copied(compare(*source, middle.connection()));
    const auto back = memory({kParent, kChild});
    expect_copied(copy(middle.connection(), *back));
    ASSERT_EQ(all_of(*back), all_of(*source)) << "seed " << seed;
  }
}

TEST_F(CopyOnMariadb, BetweenTwoOfThemEveryTypeGoes) {
  MariadbDatabase from;
  MariadbDatabase to;
  from.run(
      "CREATE TABLE t (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, u BIGINT UNSIGNED, f FLOAT, "
      "d DECIMAL(65,30), b BIT(64), y YEAR, e ENUM('a','b,c'), s SET('x','y'), g POINT, "
      "i INET6, i4 INET4, q UUID, ts TIMESTAMP(6) NULL, c CHAR(5), bin BINARY(4), "
      "z INT(6) ZEROFILL, lat VARCHAR(10) CHARACTER SET latin1, made DOUBLE AS (f + 1) STORED)");
  from.run(
      "INSERT INTO t (u, f, d, b, y, e, s, g, i, i4, q, ts, c, bin, z, lat) VALUES "
      "(18446744073709551615, 0.1, -1.5, b'1', 1999, 'b,c', 'y,x', ST_GeomFromText('POINT(1 "
      "2.5)'), "
      "'2001:db8::1', '10.0.0.1', '123e4567-e89b-12d3-a456-426655440000', '2020-02-02 "
      "02:02:02.000001', 'ab ', 'x', 7, 'é'), "
      "(0, 3.4e38, 0, b'0', 0, 'a', '', NULL, '::', NULL, NULL, NULL, '', '', 0, '')");
  make_tables(from.connection(), to.connection());
  expect_copied(copy(from.connection(), to.connection()));
  const std::string all = "SELECT *, f + 0.0e0, HEX(bin), HEX(b), ST_AsText(g) FROM t ORDER BY id";
  EXPECT_EQ(to.rows(all), from.rows(all));
}

TEST_F(CopyOnMariadb, GeometriesKeepTheirReferenceSystems) {
  MariadbDatabase from;
  MariadbDatabase to;
  MariadbDatabase back;
  from.run(
      "CREATE TABLE t (g POINT, id INT AUTO_INCREMENT PRIMARY KEY, h GEOMETRY REF_SYSTEM_ID=4326)");
  from.run(
      "INSERT INTO t (g, h) VALUES (ST_GeomFromText('POINT(1 0.1)', 4326), "
      "ST_GeomFromText('GEOMETRYCOLLECTION EMPTY', 3857)), (NULL, NULL), "
      "(ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('LINESTRING(0 0,1e300 5e-324)', "
      "4294967295))");
  make_tables(from.connection(), to.connection());
  expect_copied(copy(from.connection(), to.connection()));
  const std::string all = "SELECT id, HEX(g), HEX(h) FROM t ORDER BY id";
  EXPECT_EQ(to.rows(all), from.rows(all));
  // Another reference system is a difference.
  to.run("UPDATE t SET g = ST_GeomFromText('POINT(1 2)', 4326) WHERE id = 3");
  Quiet events;
  EXPECT_FALSE(compare(from.connection(), to.connection()).front().is_same());
  // By way of SQLite, too.
  const auto lite = memory({});
  make_tables(from.connection(), *lite);
  expect_copied(copy(from.connection(), *lite));
  make_tables(from.connection(), back.connection());
  expect_copied(copy(*lite, back.connection()));
  EXPECT_EQ(back.rows(all), from.rows(all));
}

TEST(Copy, WhatTheTargetDoesNotHoldIsNamedBeforeAnythingIsWritten) {
  const auto source = memory({
      "CREATE TABLE t (id INTEGER PRIMARY KEY, made DATETIME, name VARCHAR(5), n INTEGER)",
      "INSERT INTO t VALUES (1, '2020-01-01 10:00:00.123456', 'Short', 1)",
      "INSERT INTO t VALUES (2, '2020-01-01 10:00:00', 'far too long', 3000000000)",
      "CREATE TABLE u (id INTEGER PRIMARY KEY, made DATETIME, name VARCHAR(5), n INTEGER)",
      "INSERT INTO u VALUES (1, 'yesterday', x'00ff', 'many')",
      "INSERT INTO u VALUES (2, '2020-01-01 10:00:00.5', 'far too long', 3000000000)",
      "CREATE TABLE w (id INTEGER PRIMARY KEY, n INTEGER)",
      "INSERT INTO w VALUES (1, x'00ff')",
  });
  const schema::Schema tables =
      transfer::translate(source->inspect({}).schema, DialectKind::sqlite, DialectKind::mariadb)
          .tables;
  std::string said;
  Quiet events;
  for (const auto& problem :
       transfer::check_rows(*source, dialect::dialect(DialectKind::mariadb).canonical(tables),
                            DialectKind::mariadb, {}, events, never)) {
    said += fmt::format("{}.{}|{}|{}|{}|{}\n", problem.what.file, problem.what.column,
                        problem.what.reason, problem.what.records, problem.what.lines.front(),
                        problem.remedy());
  }
  EXPECT_THAT(said, AllOf(HasSubstr("t.made|has 6 digits after the second, and datetime stores "
                                    "0|1|1|made: datetime(6)\n"),
                          HasSubstr("t.name|is too long: 12 characters, and varchar(5) holds 5|1|2|"
                                    "name: varchar(50)\n"),
                          HasSubstr("|1|2|n: bigint\n")));
  // What is neither a number nor a day is text; where no type holds all values, none is named.
  EXPECT_THAT(said, AllOf(HasSubstr("u.made|has 1 digit after the second, and datetime stores "
                                    "0|1|2|made: varchar(50)\n"),
                          HasSubstr("u.name|is a blob"),
                          HasSubstr("u.n|is not an integer|1|1|n: varchar(50)\n"),
                          HasSubstr("w.n|is a blob, and the column is integer|1|1|\n")));
}

TEST(Copy, ATargetWithRowsIsRefusedUnlessItIsToBeEmptied) {
  const auto source =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)"});
  const auto target =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (9)"});
  EXPECT_THAT(failure(*source, *target),
              AllOf(HasSubstr("has rows in 't'"), HasSubstr("--truncate")));
  EXPECT_EQ(rows_of(*target, "SELECT id FROM t"), "9|\n");
  CopyOptions options;
  options.truncate = true;
  expect_copied(copy(*source, *target, options));
  EXPECT_EQ(rows_of(*target, "SELECT id FROM t"), "1|\n");
}

TEST(Copy, ARowThatTheTargetRefusesLeavesItAsItWas) {
  const auto source = memory({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
                              "INSERT INTO t VALUES (1, 'x'), (2, 'X')"});
  const auto target =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE UNIQUE)",
              "CREATE TABLE other (a)"});
  EXPECT_THAT(failure(*source, *target), AllOf(HasSubstr("'t'"), HasSubstr("UNIQUE")));
  EXPECT_EQ(rows_of(*target, "SELECT count(*) FROM t"), "0|\n");
  EXPECT_EQ(rows_of(*target, "PRAGMA foreign_keys"), "1|\n");
  EXPECT_FALSE(target->in_transaction());
}

/// Also where the target checks all rows together at the end.
TEST(Copy, TheRowThatTheTargetRefusesIsNamed) {
  struct Case {
    const char* rows;
    const char* table;
    const char* message;
  };
  for (const Case& one :
       {Case{"('1'), ('01')", "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, k INT UNIQUE)",
             "refused a row of 'a' (row 2): UNIQUE constraint failed: a.k"},
        Case{"('y'), ('z'), ('x')", "CREATE TABLE a (k TEXT UNIQUE CHECK (k <> 'x'))",
             "refused a row of 'a' (row 3): CHECK constraint failed: k <> 'x'"},
        Case{"('x'), (NULL)", "CREATE TABLE a (k TEXT NOT NULL CHECK (k <> 'x'))",
             "refused a row of 'a' (row 1): CHECK constraint failed: k <> 'x'"}}) {
    const auto source =
        memory({"CREATE TABLE a (k TEXT)", std::string("INSERT INTO a VALUES ") + one.rows});
    const auto target = memory({one.table});
    EXPECT_THAT(failure(*source, *target),
                AllOf(HasSubstr(one.message), HasSubstr("nothing was copied")));
    EXPECT_EQ(rows_of(*target, "SELECT count(*) FROM a"), "0|\n");
  }
}

TEST(Copy, RowsWithoutParentsAreNamed) {
  const auto source = memory({"PRAGMA foreign_keys = OFF", kParent, kChild,
                              "INSERT INTO child VALUES (1, 1, 77, NULL, NULL)"});
  const auto target = memory({kParent, kChild});
  EXPECT_THAT(failure(*source, *target), AllOf(HasSubstr("no parent"), HasSubstr("child")));
  EXPECT_EQ(rows_of(*target, "SELECT count(*) FROM child"), "0|\n");
}

TEST_F(CopyOnMariadb, RowsWithoutParentsAreNamed) {
  const auto source = memory({"PRAGMA foreign_keys = OFF", kParent, kChild,
                              "INSERT INTO child VALUES (1, 1, 77, NULL, NULL)"});
  MariadbDatabase target;
  make_tables(*source, target.connection());
  EXPECT_THAT(failure(*source, target.connection()),
              AllOf(HasSubstr("1 row has no parent"), HasSubstr("'child.parent' refers to '77'")));
  EXPECT_EQ(target.rows("SELECT count(*) FROM child"), "0\n");
  EXPECT_EQ(target.rows("SELECT @@foreign_key_checks"), "1\n");
}

TEST(Copy, TriggersAreSilentAndSpeakAgain) {
  const auto source =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)"});
  const auto target =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY)", "CREATE TABLE log (id INTEGER)",
              "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END"});
  CopyOptions options;
  options.tables = {"t"};
  expect_copied(copy(*source, *target, options));
  EXPECT_EQ(rows_of(*target, "SELECT id FROM log"), "");
  target->execute("INSERT INTO t VALUES (5)");
  EXPECT_EQ(rows_of(*target, "SELECT id FROM log"), "5|\n");
}

/// How the server words the triggers of `t`, in the order in which they fire.
std::string triggers_of(MariadbDatabase& database) {
  std::string out = database.rows(
      "SELECT TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, ACTION_STATEMENT, "
      "SQL_MODE, DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION FROM "
      "information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY 2, 3, 4");
  return out + database.rows("SHOW TABLES");
}

TEST_F(CopyOnMariadb, TriggersDoNotFireAndAreAsBefore) {
  const auto source =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)"});
  MariadbDatabase target;
  target.run("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE log (id VARCHAR(20))");
  for (const char* sql :
       {"CREATE TRIGGER z AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (new.id)",
        "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
        "CREATE TRIGGER `a TRIGGER \"` AFTER INSERT ON t FOR EACH ROW INSERT INTO \"log\" VALUES "
        "('\\ñ')",
        "CREATE TRIGGER gone AFTER DELETE ON t FOR EACH ROW INSERT INTO log VALUES ('gone')",
        "CREATE TRIGGER other AFTER UPDATE ON t FOR EACH ROW INSERT INTO log VALUES ('up')",
        "SET SESSION sql_mode = DEFAULT"}) {
    target.connection().execute(sql);
  }
  const std::string before = triggers_of(target);
  expect_copied(copy(*source, target.connection()));
  CopyOptions options;
  options.truncate = true;
  expect_copied(copy(*source, target.connection(), options));
  EXPECT_EQ(target.rows("SELECT id FROM log"), "");
  EXPECT_EQ(triggers_of(target), before);
  // Refused, they stay as they are, too.
  EXPECT_THAT(failure(*source, target.connection()), HasSubstr("--truncate"));
  EXPECT_EQ(triggers_of(target), before);
  options.fire_triggers = true;
  expect_copied(copy(*source, target.connection(), options));
  EXPECT_EQ(target.rows("SELECT id FROM log ORDER BY hex(id)"), "1\n\\ñ\ngone\n");
}

/// The rows are read back while others are written, in ranges of the key.
TEST_F(CopyOnMariadb, WhatATriggerMakesOfARowIsADifference) {
  const auto source = memory({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
                              "WITH RECURSIVE n (i) AS (SELECT -1 UNION ALL SELECT i + 1 FROM n "
                              "WHERE i < 40000) INSERT INTO t SELECT i, 'x' FROM n"});
  for (const char* id : {"-1", "16384", "40000"}) {
    MariadbDatabase target;
    target.run("CREATE TABLE t (id INT PRIMARY KEY, a TEXT)");
    target.connection().execute(
        std::string("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = IF(NEW.id = ") +
        id + ", 'other', NEW.a)");
    CopyOptions options;
    options.fire_triggers = true;
    const auto tables = copy(*source, target.connection(), options);
    ASSERT_EQ(tables.size(), 1U);
    EXPECT_FALSE(tables[0].is_same());
    EXPECT_EQ(tables[0].examples,
              (std::vector<std::string>{std::string("in the target: id '") + id + "'",
                                        std::string("in the source: id '") + id + "'"}));
    EXPECT_EQ(target.rows("SELECT id FROM t"), "");
  }
}

TEST_F(CopyOnMariadb, WhatATriggerChangesInATableThatWasWrittenBeforeIsADifference) {
  const auto source =
      memory({"CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT)",
              "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
              "WHERE i < 40000) INSERT INTO a SELECT i, 'x' FROM n",
              "CREATE TABLE b (id INTEGER PRIMARY KEY)", "INSERT INTO b VALUES (1)"});
  MariadbDatabase target;
  target.run("CREATE TABLE a (id INT PRIMARY KEY, v TEXT); CREATE TABLE b (id INT PRIMARY KEY)");
  target.connection().execute(
      "CREATE TRIGGER tr AFTER INSERT ON b FOR EACH ROW UPDATE a SET v = 'other' WHERE id = 2");
  CopyOptions options;
  options.fire_triggers = true;
  const auto tables = copy(*source, target.connection(), options);
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_FALSE(tables[0].is_same());
  EXPECT_TRUE(tables[1].is_same());
  EXPECT_EQ(target.rows("SELECT id FROM a"), "");
}

TEST_F(CopyOnMariadb, TriggersThatAKilledCopyLeftDroppedComeBack) {
  const auto source =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)"});
  MariadbDatabase target;
  target.run("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE log (id INT)");
  target.connection().execute(
      "CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (new.id)");
  const std::string before = triggers_of(target);
  {
    const auto lost = target.open();
    const std::string id = *lost->query("SELECT CONNECTION_ID()").rows[0][0];
    Quiet events;
    transfer::SilentTriggers triggers(*lost, events);
    triggers.drop({"t"});
    ASSERT_NE(triggers_of(target), before);
    target.connection().execute("KILL " + id);
  }
  ASSERT_NE(triggers_of(target), before);
  expect_copied(copy(*source, target.connection()));
  EXPECT_EQ(triggers_of(target), before);
  EXPECT_EQ(target.rows("SELECT id FROM log"), "");
}

TEST(Copy, ResumeLeavesWhatIsTheSame) {
  const auto source =
      memory({"CREATE TABLE a (id INTEGER PRIMARY KEY)", "CREATE TABLE b (id INTEGER PRIMARY KEY)",
              "INSERT INTO a VALUES (1)", "INSERT INTO b VALUES (2)"});
  const auto target =
      memory({"CREATE TABLE a (id INTEGER PRIMARY KEY)", "CREATE TABLE b (id INTEGER PRIMARY KEY)",
              "INSERT INTO a VALUES (1)"});
  CopyOptions options;
  options.resume = true;
  expect_copied(copy(*source, *target, options));
  expect_copied(copy(*source, *target, options));
  EXPECT_EQ(rows_of(*target, "SELECT * FROM a, b"), "1|2|\n");
  target->execute("UPDATE a SET id = 9");
  EXPECT_THAT(failure(*source, *target, options),
              AllOf(HasSubstr("'a' has rows that are not the source's"), HasSubstr("id '9'")));
}

/// A canonical form may have a unique index among the unique constraints.
TEST(Copy, UniqueIndexesStayUniqueOnMariadb) {
  const auto source = memory({"CREATE TABLE users (id INTEGER PRIMARY KEY, n VARCHAR(50) NOT NULL)",
                              "CREATE UNIQUE INDEX ix ON users (n)"});
  const transfer::Translation there =
      transfer::translate(source->inspect({}).schema, DialectKind::sqlite, DialectKind::mariadb);
  EXPECT_THAT(there.left_out, IsEmpty());
  const schema::Schema tables = dialect::dialect(DialectKind::mariadb).canonical(there.tables);
  EXPECT_EQ(tables.table("users").uniques.size() + tables.table("users").indexes.size(), 1U);
}

/// A column that converts nothing.
TEST(Copy, BetweenSqlitesAnyKeepsTheClassOfAValue) {
  const std::string any = "CREATE TABLE t (id INTEGER PRIMARY KEY, v ANY) STRICT";
  const auto source = memory({any,
                              "INSERT INTO t VALUES (1, 2), (2, 2.5), (3, 9007199254740993), "
                              "(4, 1e300), (5, '2'), (6, x'00ff'), (7, NULL), (8, '007')"});
  const auto target = memory();
  make_tables(*source, *target);
  expect_copied(copy(*source, *target));
  const std::string classes = "SELECT id, typeof(v), quote(v) FROM t ORDER BY id";
  EXPECT_EQ(rows_of(*target, classes), rows_of(*source, classes));
  // And what has another class is no longer the same.
  const auto other = memory({any, "INSERT INTO t VALUES (1, '2')"});
  const auto one = memory({any, "INSERT INTO t VALUES (1, 2)"});
  EXPECT_FALSE(compare(*one, *other).at(0).is_same());
  const auto untyped =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY, v)", "INSERT INTO t VALUES (1, '2')"});
  EXPECT_FALSE(compare(*one, *untyped).at(0).is_same());
}

/// SQLite compares whole values by their bytes.
TEST(Copy, UniqueKeysThatForbidLessOnSqliteAreNamed) {
  schema::Schema schema;
  schema::Table& table = schema.tables["t"];
  table.name = "t";
  for (const char* name : {"id", "mail", "n", "exact"}) {
    schema::Column column;
    column.name = name;
    column.type = schema::parse_type(name == std::string("id") ? "integer" : "varchar(50)");
    table.columns.push_back(column);
  }
  table.columns[2].mariadb.collation = "utf8mb4_bin";
  table.columns[3].mariadb.collation = "utf8mb4_nopad_bin";
  table.primary_key = schema::PrimaryKey{"pk_t", {"id"}, {}};
  table.uniques.push_back({"mail", {"mail"}, {}, {}, {}});
  table.uniques.push_back({"k", {"n"}, {}, {{3, false, {}}}, {}});
  table.uniques.push_back({"e", {"exact"}, {}, {}, {}});
  const auto left_out =
      transfer::translate(schema, DialectKind::mariadb, DialectKind::sqlite).left_out;
  EXPECT_THAT(left_out,
              ElementsAre(AllOf(HasSubstr("the collation of 'mail' in unique constraint 'mail'"),
                                HasSubstr("COLLATE NOCASE")),
                          HasSubstr("the length of 'n' in unique constraint 'k' of table 't'")));
  EXPECT_THAT(transfer::translate(schema, DialectKind::mariadb, DialectKind::mariadb).left_out,
              IsEmpty());
}

/// Of a sequence the numbers that its server has in its cache count as used.
TEST_F(CopyOnMariadb, SequencesGoOnWhereTheyWere) {
  MariadbDatabase source;
  MariadbDatabase target;
  for (MariadbDatabase* one : {&source, &target}) {
    one->run("CREATE SEQUENCE plain START WITH 7 INCREMENT BY 3 NOCACHE");
    one->run(
        "CREATE SEQUENCE falls START WITH 5 MINVALUE -100 MAXVALUE 100 INCREMENT BY -2 NOCACHE");
    one->run("CREATE SEQUENCE again START WITH 1 MAXVALUE 2 NOCACHE CYCLE");
    one->run("CREATE SEQUENCE ended START WITH 1 MAXVALUE 2 NOCACHE");
    one->run("CREATE SEQUENCE cached START WITH 1 CACHE 10");
    one->run("CREATE SEQUENCE further START WITH 1 NOCACHE");
  }
  for (const char* name :
       {"plain", "falls", "again", "again", "again", "ended", "ended", "cached"}) {
    source.run(fmt::format("SELECT NEXTVAL({})", name));
  }
  target.run("SELECT SETVAL(further, 50)");
  for (int i = 0; i < 2; ++i) {  // again, there is nothing to do
    backend::continue_sequences(source.connection(), target.connection());
  }
  EXPECT_EQ(
      target.rows("SELECT NEXTVAL(plain), NEXTVAL(falls), NEXTVAL(again), NEXTVAL(cached) > 1, "
                  "NEXTVAL(further)"),
      "10|3|2|1|51\n");
  EXPECT_THROW(target.run("SELECT NEXTVAL(ended)"), Error);
}

TEST_F(CopyOnMariadb, CountersGoOnWhereTheyWere) {
  const auto source =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)",
              "INSERT INTO t VALUES (41, 'x')", "DELETE FROM t", "INSERT INTO t VALUES (3, 'y')"});
  MariadbDatabase target;
  make_tables(*source, target.connection());
  expect_copied(copy(*source, target.connection()));
  target.run("INSERT INTO t (a) VALUES ('z')");
  EXPECT_EQ(target.rows("SELECT id FROM t ORDER BY id"), "3\n42\n");
  const auto back = memory({"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)"});
  target.run("DELETE FROM t WHERE id = 42");
  expect_copied(copy(target.connection(), *back));
  back->execute("INSERT INTO t (a) VALUES ('z')");
  EXPECT_EQ(rows_of(*back, "SELECT max(id) FROM t"), "43|\n");
}

TEST(Copy, DifferencesAreNamedByTheirKeys) {
  const auto one = memory({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
                           "INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z')"});
  const auto two = memory({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
                           "INSERT INTO t VALUES (1, 'x'), (2, 'Y'), (4, 'z')"});
  const auto tables = compare(*one, *two);
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_FALSE(tables[0].is_same());
  EXPECT_EQ(tables[0].examples,
            (std::vector<std::string>{"in the target: id '2'", "in the target: id '4'",
                                      "in the source: id '2'", "in the source: id '3'"}));
}

TEST(Copy, ARowThatIsThereOnceMoreIsNamedOnce) {
  const auto one = memory({"CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1), (1), (2), (3)"});
  const auto two = memory({"CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1), (1), (1), (3)"});
  const auto tables = compare(*one, *two);
  EXPECT_EQ(tables.at(0).examples,
            (std::vector<std::string>{"in the target: row 3", "in the source: row 3"}));
}

TEST(Copy, AnInterruptLeavesNothing) {
  const auto source =
      memory({"CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)"});
  const auto target = memory({"CREATE TABLE t (id INTEGER PRIMARY KEY)"});
  const std::atomic<bool> stop{true};
  Quiet events;
  EXPECT_THROW(transfer::copy_rows(*source, *target, {}, events, stop), Error);
  EXPECT_EQ(rows_of(*target, "SELECT count(*) FROM t"), "0|\n");
  EXPECT_FALSE(source->in_transaction());
}

}  // namespace
}  // namespace dbmig::test
