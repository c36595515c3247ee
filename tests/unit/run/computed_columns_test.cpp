// What a database computes or fills in for rows that are there already: generated columns, and the
// defaults of columns that are added to STRICT tables. It is asked about before anything changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/runner.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ComputedColumnsTest : public RunTest {
 protected:
  static std::string revision(const std::string& id, const std::string& parent,
                              const std::string& operations) {
    return "revision: " + id + "\nparents: [" + parent +
           "]\nmessage: m\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n" + operations;
  }

  /// Makes a table t of id, `columns` and `options`, puts `rows` (SQL) into it and applies `step`.
  /// What the upgrade says, having changed nothing; "" when it goes through.
  std::string refusal(const std::string& columns, const std::string& rows, const std::string& step,
                      const std::string& options = "") {
    const history::Graph graph =
        this->graph({revision("aaa", "",
                              "  - create_table:\n      t:\n        columns: {id: {type: integer, "
                              "nullable: false}, " +
                                  columns + "}\n        primary_key: [id]\n" + options),
                     revision("bbb", "aaa", step)});
    Runner runner = this->runner(graph);
    runner.upgrade("aaa", {});
    if (!rows.empty()) connection_->execute("INSERT INTO t " + rows);
    const schema::Schema before = connection_->inspect({}).schema;
    try {
      runner.upgrade("head", {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::constraint) << error.what();
      EXPECT_EQ(connection_->inspect({}).schema, before) << "something was changed";
      EXPECT_EQ(runner.applied(), std::set<std::string>{"aaa"});
      return error.what();
    }
    EXPECT_EQ(runner.applied().size(), 2U);
    return "";
  }

  static constexpr const char* kStrict = "        sqlite: {strict: true}\n";
};

const char* const kTwo = "a: integer, b: integer";
const char* const kRows = "VALUES (1, 1, 1), (2, NULL, 2), (3, 3, NULL), (4, 4, 4)";

/// MariaDB knows no generated column that is NOT NULL.
TEST_P(ComputedColumnsTest, OneThatIsAddedAsNotNull) {
  const std::string said =
      refusal(kTwo, kRows,
              "  - add_column: {table: t, name: g, type: integer, nullable: false, "
              "generated: {sql: a + b}}\n");
  if (!is_sqlite()) {
    EXPECT_EQ(said, "");
    return;
  }
  EXPECT_THAT(said,
              AllOf(HasSubstr("r2.yaml:6:5: upgrade of revision bbb would fail: 2 rows of table "
                              "'t' stand in the way: column 't.g' is to be NOT NULL and computed "
                              "as a + b, which is NULL for them"),
                    HasSubstr("id = 2, a = NULL, b = 2; id = 3, a = 3, b = NULL"),
                    Not(HasSubstr("default"))));
}

TEST_P(ComputedColumnsTest, OneThatIsAddedAsNotNullAndHasAValue) {
  EXPECT_EQ(refusal(kTwo, kRows,
                    "  - add_column: {table: t, name: g, type: integer, nullable: false, "
                    "generated: {sql: \"coalesce(a, b)\", stored: true}}\n"),
            "");
}

TEST_P(ComputedColumnsTest, OneThatBecomesNotNull) {
  const std::string said =
      refusal(std::string(kTwo) + ", g: {type: integer, generated: {sql: a + b, stored: true}}",
              "(id, a, b) " + std::string(kRows),
              "  - alter_column: {table: t, name: g, nullable: false}\n");
  if (!is_sqlite()) {
    EXPECT_EQ(said, "");
    return;
  }
  EXPECT_THAT(said, AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("'t.g' is to be NOT NULL")));
}

class ComputedColumnsTestOnSqlite : public ComputedColumnsTest {};
INSTANTIATE_TEST_SUITE_P(Databases, ComputedColumnsTestOnSqlite,
                         ::testing::Values(DialectKind::sqlite), name_of_kind);

TEST_P(ComputedColumnsTestOnSqlite, OneWithAnotherExpression) {
  const std::string columns =
      std::string(kTwo) +
      ", g: {type: integer, nullable: false, generated: {sql: \"coalesce(a, b)\"}}";
  EXPECT_THAT(refusal(columns, "(id, a, b) " + std::string(kRows),
                      "  - alter_column: {table: t, name: g, generated: {sql: a}}\n"),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("id = 2, a = NULL")));
}

TEST_P(ComputedColumnsTest, OneOfColumnsThatAreAddedAndRenamed) {
  const std::string said = refusal(
      kTwo, kRows,
      "  - alter_column: {table: t, name: a, rename: c}\n"
      "  - add_column: {table: t, name: d, type: integer}\n"
      "  - add_column: {table: t, name: e, type: integer, default: 5}\n"
      "  - add_column: {table: t, name: g, type: integer, nullable: false, generated: {sql: c + "
      "e}}\n"
      "  - add_column: {table: t, name: h, type: integer, nullable: false, generated: {sql: d}}\n");
  if (!is_sqlite()) {
    EXPECT_EQ(said, "");
    return;
  }
  EXPECT_THAT(said, AllOf(HasSubstr("1 row of table 't' stands in the way: column 't.g'"),
                          HasSubstr("id = 2, c = NULL, e = 5"),
                          HasSubstr("4 rows of table 't' stand in the way: column 't.h'")));
}

TEST_P(ComputedColumnsTestOnSqlite, OneThatStaysOverValuesThatChange) {
  const std::string columns =
      "a: varchar(9), g: {type: integer, nullable: false, generated: {sql: \"nullif(a, '5')\"}}";
  EXPECT_THAT(refusal(columns, "(id, a) VALUES (1, '05'), (2, '6')",
                      "  - alter_column: {table: t, name: a, type: integer}\n"),
              "")
      << "a number is no text";
  EXPECT_EQ(scalar("SELECT g FROM t WHERE id = 1"), "5");
}

TEST_P(ComputedColumnsTestOnSqlite, OneThatStaysIsNullForTheNewValues) {
  const std::string columns =
      "a: varchar(9), g: {type: integer, nullable: false, generated: {sql: \"nullif(a, 5)\"}}";
  EXPECT_THAT(refusal(columns, "(id, a) VALUES (1, '05'), (2, '6')",
                      "  - alter_column: {table: t, name: a, type: integer}\n"),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("'t.g' is to be NOT NULL"),
                    HasSubstr("id = 1, a = 5")));
}

TEST_P(ComputedColumnsTest, OneThatIsComputedNoMore) {
  EXPECT_THAT(
      refusal(std::string(kTwo) + ", g: {type: integer, generated: {sql: a + b, stored: true}}",
              "(id, a, b) " + std::string(kRows),
              "  - alter_column: {table: t, name: g, generated: null, nullable: false}\n"),
      AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("'t.g' is to be NOT NULL"),
            HasSubstr("id = 2, g = NULL")));
}

TEST_P(ComputedColumnsTest, OneThatIsComputedNoMoreAndUnique) {
  EXPECT_THAT(refusal("a: integer, g: {type: bigint, generated: {sql: a + 1, stored: true}}",
                      "(id, a) VALUES (1, 1), (2, 1), (3, 2)",
                      "  - alter_column: {table: t, name: g, generated: null, type: integer}\n"
                      "  - create_unique_constraint: {table: t, name: uq, columns: [g]}\n"),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("g = 2")));
}

TEST_P(ComputedColumnsTestOnSqlite, OneThatGivesWhatAStrictTypeDoesNotTake) {
  EXPECT_THAT(refusal("a: text", "VALUES (1, '1'), (2, 'x'), (3, NULL)",
                      "  - add_column: {table: t, name: g, type: integer, generated: {sql: a, "
                      "stored: true}}\n",
                      kStrict),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("'t.g' is to be integer"),
                    HasSubstr("id = 2, a = 'x'")));
}

TEST_P(ComputedColumnsTestOnSqlite, OneThatIsNotStoredIsOfAnyType) {
  EXPECT_EQ(refusal("a: text, h: {type: integer, generated: {sql: a}}",
                    "(id, a) VALUES (1, '1'), (2, 'x')",
                    "  - alter_table: {table: t, sqlite: {strict: true}}\n"
                    "  - add_column: {table: t, name: g, type: integer, generated: {sql: a}}\n"),
            "");
}

TEST_P(ComputedColumnsTestOnSqlite, OneInATableThatBecomesStrict) {
  EXPECT_THAT(refusal("a: text, g: {type: integer, generated: {sql: a, stored: true}}",
                      "(id, a) VALUES (1, '1'), (2, 'x'), (3, NULL)",
                      "  - alter_table: {table: t, sqlite: {strict: true}}\n"),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("g = 'x'")));
}

class StrictDefaultTest : public ComputedColumnsTest {
 protected:
  std::string added(const std::string& column, const std::string& rows = "VALUES (1, 1), (2, 2)") {
    return refusal("a: integer", rows, "  - add_column: {table: t, name: c, " + column + "}\n",
                   kStrict);
  }
};

TEST_P(StrictDefaultTest, OfAnotherType) {
  EXPECT_THAT(
      added("type: integer, default: {sql: \"x'00'\"}"),
      AllOf(HasSubstr("2 rows of table 't' stand in the way: column 't.c' is to be integer, "
                      "which cannot hold the default (x'00')"),
            HasSubstr("id = 1; id = 2")));
}

TEST_P(StrictDefaultTest, OfAnotherTypeThatIsSqlitesOwn) {
  EXPECT_THAT(added("type: inet4, default: 0.0.0.0, sqlite: {type: integer}"),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("'0.0.0.0'")));
}

TEST_P(StrictDefaultTest, ANameIsAText) {
  EXPECT_THAT(added("type: integer, default: {sql: \"'word'\", sqlite: word}"),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("the default 'word'")));
}

TEST_P(StrictDefaultTest, NullIsNone) {
  EXPECT_THAT(added("type: integer, nullable: false, default: {sql: \"NULL\"}"),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("without a default")));
}

TEST_P(StrictDefaultTest, AColumnThatBecomesTheRowidNeedsNone) {
  EXPECT_EQ(refusal("a: integer", "VALUES (1, 1), (7, 2)",
                    "  - drop_constraint: {table: t, kind: primary_key}\n"
                    "  - add_column: {table: t, name: n, type: integer, nullable: false}\n"
                    "  - create_primary_key: {table: t, columns: [n]}\n"),
            "");
  EXPECT_EQ(scalar("SELECT COUNT(DISTINCT n) FROM t"), "2");
}

/// Only in a STRICT table is a TINYINT the rowid.
TEST_P(StrictDefaultTest, AKeyThatIsTheRowidForAMomentIsNone) {
  const std::string step =
      "  - drop_constraint: {table: t, kind: primary_key}\n"
      "  - add_column: {table: t, name: n, type: tinyint, nullable: false, default: 0}\n"
      "  - create_primary_key: {table: t, columns: [n]}\n";
  const std::string relaxed = "  - alter_table: {table: t, sqlite: {strict: false}}\n";
  EXPECT_THAT(refusal("a: integer", "VALUES (1, 1), (7, 2)", step + relaxed, kStrict),
              AllOf(HasSubstr("2 rows of table 't'"), HasSubstr("n = 0")));
}

/// Nothing is copied there, and no rowid holds the rows.
TEST_P(StrictDefaultTest, ANewColumnIsAllThatATableWithoutRowidsHas) {
  const std::string step =
      "  - drop_constraint: {table: t, kind: primary_key}\n"
      "  - add_column: {table: t, name: n, type: varchar(9), nullable: false, default: x}\n"
      "  - create_primary_key: {table: t, columns: [n]}\n"
      "  - drop_column: {table: t, name: id}\n"
      "  - drop_column: {table: t, name: a}\n"
      "  - alter_table: {table: t, sqlite: {without_rowid: true}}\n";
  EXPECT_EQ(refusal("a: integer", "VALUES (1, 1)", step), "");
  EXPECT_EQ(scalar("SELECT n FROM t"), "x");
}

TEST_P(StrictDefaultTest, WhatRefersToANewRowidFindsWhatItWas) {
  const std::string step =
      "  - drop_constraint: {table: t, kind: primary_key}\n"
      "  - add_column: {table: t, name: n, type: integer, nullable: false}\n"
      "  - create_primary_key: {table: t, columns: [n]}\n"
      "  - create_foreign_key: {table: t, name: fk, columns: [a], references: t(n)}\n";
  EXPECT_THAT(refusal("a: integer", "VALUES (1, 1), (7, 2)", step),
              AllOf(HasSubstr("1 row of table 't'"), HasSubstr("n = 7, a = 2")));
}

TEST_P(StrictDefaultTest, TextIsNoBlob) {
  EXPECT_THAT(added("type: inet4, nullable: false, default: 0.0.0.0, sqlite: {type: Blob}"),
              HasSubstr("2 rows of table 't'"));
}

TEST_P(StrictDefaultTest, AClockIsNoNumber) {
  EXPECT_THAT(added("type: integer, default: {sql: CURRENT_TIMESTAMP}"),
              HasSubstr("2 rows of table 't'"));
}

TEST_P(StrictDefaultTest, OfItsType) {
  EXPECT_EQ(added("type: integer, default: {sql: \"'7'\"}"), "");
  EXPECT_EQ(scalar("SELECT c FROM t WHERE id = 1"), "7");
}

TEST_P(StrictDefaultTest, WithoutRowsItIsInNobodysWay) {
  EXPECT_EQ(added("type: integer, default: {sql: \"x'00'\"}", ""), "");
}

TEST_P(StrictDefaultTest, AnotherTableTakesItAsItIs) {
  EXPECT_EQ(refusal("a: integer", "VALUES (1, 1)",
                    "  - add_column: {table: t, name: c, type: integer, default: {sql: "
                    "\"x'00'\"}}\n"),
            "");
}

INSTANTIATE_TEST_SUITE_P(Databases, ComputedColumnsTest,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);
INSTANTIATE_TEST_SUITE_P(Databases, StrictDefaultTest, ::testing::Values(DialectKind::sqlite),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
