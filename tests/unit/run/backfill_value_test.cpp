// Columns that come back with a downgrade: their values are gone, and their rows are still there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/text.hpp"
#include "run/offline.hpp"
#include "run/runner.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::string revision(const std::string& id, const std::string& parent, const std::string& rest) {
  return "revision: " + id + "\nparents: [" + parent + "]\nmessage: " + id +
         "\ncreated: 2026-01-02T00:00:00Z\nupgrade:\n" + rest;
}

class BackfillValueTest : public RunTest {
 protected:
  /// A table `item` of `columns`, two rows (`id` 1 and 2), and `dropped` (operations) after that;
  /// then the way back.
  void lose(const std::string& table, const std::string& values, const std::string& dropped) {
    graph_ = graph({revision("aaa", "", table), revision("bbb", "aaa", dropped)});
    Runner runner = this->runner(*graph_);
    runner.upgrade("aaa", {});
    before_ = connection_->inspect({}).schema;
    for (const char* id : {"1", "2"}) {
      connection_->execute("INSERT INTO item VALUES (" + std::string(id) +
                           (values.empty() ? "" : ", " + values) + ")");
    }
    runner.upgrade("head", {});
    sink_.lines.clear();
  }

  void take_back() {
    Runner runner = this->runner(*graph_);
    runner.downgrade("aaa", RunOptions::losing_data());
    // A counter has moved on.
    EXPECT_EQ(connection_->dialect().reconciled(connection_->inspect({}).schema, before_), before_);
    EXPECT_EQ(scalar("SELECT COUNT(*) FROM item"), "2");
  }

  /// What the way back says when it is refused, having changed nothing.
  std::string refusal() {
    Runner runner = this->runner(*graph_);
    const schema::Schema there = connection_->inspect({}).schema;
    try {
      runner.downgrade("aaa", RunOptions::losing_data());
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::constraint) << error.what();
      EXPECT_EQ(connection_->inspect({}).schema, there) << "something was changed";
      EXPECT_EQ(runner.applied().count("bbb"), 1U);
      return error.what();
    }
  }

  struct Lost {
    std::string type;            ///< as in the model
    std::string value;           ///< SQL: what the column held
    std::string backfill_value;  ///< what it holds when it is back
  };

  /// Drops a NOT NULL column of each type from a table with rows and takes that back.
  void expect_backfill_values(const std::vector<Lost>& lost, const std::string& options = "",
                              const std::string& shown = "{}") {
    std::string table =
        "  - create_table:\n      item:\n        columns:\n"
        "          id: {type: integer, nullable: false}\n";
    std::string values;
    std::string drops;
    for (std::size_t i = 0; i < lost.size(); ++i) {
      const std::string column = "c" + std::to_string(i);
      table += "          " + column + ": {type: " + lost[i].type + ", nullable: false}\n";
      values += (i == 0 ? "" : ", ") + lost[i].value;
      drops += "  - drop_column: {table: item, name: " + column + "}\n";
    }
    lose(table + "        primary_key: [id]\n" + options, values, drops);
    take_back();
    for (std::size_t i = 0; i < lost.size(); ++i) {
      const std::string column = text::replace_all(shown, "{}", "c" + std::to_string(i));
      EXPECT_EQ(scalar("SELECT COUNT(DISTINCT c" + std::to_string(i) + ") FROM item"), "1");
      EXPECT_EQ(scalar("SELECT " + column + " FROM item LIMIT 1"), lost[i].backfill_value)
          << lost[i].type;
    }
  }

  void another_database() {
    connection_.reset();
    if (is_sqlite()) std::filesystem::remove(folder_.path() / "app.db");
    SetUp();
  }

  std::optional<history::Graph> graph_;
  schema::Schema before_;
};

const char* const kTwoColumns =
    "  - create_table:\n"
    "      item:\n"
    "        columns:\n"
    "          id: {type: integer, nullable: false}\n"
    "          born: {type: date, nullable: false}\n"
    "          code: {type: varchar(9), nullable: false}\n"
    "        primary_key: [id]\n";
const char* const kTwoValues = "'2001-02-03', 'x'";

TEST_P(BackfillValueTest, EveryTypeHasAValidOne) {
  const bool lite = is_sqlite();
  expect_backfill_values(
      {{"integer", "7", "0"},
       {"bigint unsigned", "7", "0"},
       {"\"decimal(5,2)\"", "7.5", lite ? "0" : "0.00"},
       {"double", "1.5", lite ? "0.0" : "0"},
       {"boolean", "1", "0"},
       {"bit(9)", "7", lite ? "0" : std::string(2, '\0')},
       {"year", "2001", lite ? "0" : "0000"},
       {"varchar(20)", "'x'", ""},
       {"text", "'x'", ""},
       {"binary(2)", "x'4142'", std::string(2, '\0')},
       {"longblob", "x'4142'", ""},
       {"date", "'2001-02-03'", "1970-01-01"},
       {"time", "'10:20:30'", "00:00:00"},
       {"datetime", "'2001-02-03 10:20:30'", "1970-01-01 00:00:00"},
       {"timestamp", "'2001-02-03 10:20:30'", "1970-01-02 00:00:00"},
       {"json", "'{}'", "null"},
       {"uuid", "'123e4567-e89b-12d3-a456-426614174000'", "00000000-0000-0000-0000-000000000000"},
       {"inet4", "'1.2.3.4'", "0.0.0.0"},
       {"inet6", "'::1'", "::"},
       {"\"enum('x','y')\"", "'y'", "x"},
       {"\"set('x','y')\"", "'y'", ""}});
}

TEST_P(BackfillValueTest, GeometriesAreValidOnes) {
  if (is_sqlite()) {
    expect_backfill_values({{"polygon", "x'00'", ""}, {"point", "x'00'", ""}});
    return;
  }
  expect_backfill_values(
      {{"point", "POINT(1,1)", "POINT(0 0)"},
       {"geometry", "POINT(1,1)", "POINT(0 0)"},
       {"linestring", "ST_GeomFromText('LINESTRING(0 0,1 1)')", "LINESTRING(0 0,0 0)"},
       {"polygon", "ST_GeomFromText('POLYGON((0 0,1 1,1 0,0 0))')", "POLYGON((0 0,0 0,0 0,0 0))"},
       {"multipoint", "ST_GeomFromText('MULTIPOINT(1 1)')", "MULTIPOINT(0 0)"},
       {"multilinestring", "ST_GeomFromText('MULTILINESTRING((0 0,1 1))')",
        "MULTILINESTRING((0 0,0 0))"},
       {"multipolygon", "ST_GeomFromText('MULTIPOLYGON(((0 0,1 1,1 0,0 0)))')",
        "MULTIPOLYGON(((0 0,0 0,0 0,0 0)))"},
       {"geometrycollection", "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')",
        "GEOMETRYCOLLECTION EMPTY"}},
      "", "ST_AsText({})");
}

class BackfillValueTestOnSqlite : public BackfillValueTest {};
INSTANTIATE_TEST_SUITE_P(Databases, BackfillValueTestOnSqlite,
                         ::testing::Values(DialectKind::sqlite), name_of_kind);

TEST_P(BackfillValueTestOnSqlite, StrictTablesAndTablesWithoutRowids) {
  for (const std::string option : {"strict", "without_rowid"}) {
    expect_backfill_values({{"\"decimal(5,2)\"", "7.5", option == "strict" ? "0.0" : "0"},
                            {"varchar(20)", "'x'", ""},
                            {"blob", "x'41'", ""},
                            {"datetime", "'2001-02-03 10:20:30'", "1970-01-01 00:00:00"},
                            {"\"enum('x','y')\"", "'y'", "x"},
                            {"point", "x'00'", ""},
                            {"json", "'[]'", "null"}},
                           "        sqlite: {" + option + ": true}\n");
    another_database();
  }
}

TEST_P(BackfillValueTestOnSqlite, TypesThatSqliteNeverHeardOf) {
  expect_backfill_values({{"text, sqlite: {type: {native: fancy_amount}}", "1", "integer"},
                          {"text, sqlite: {type: {native: \"nvarchar2(9)\"}}", "1", "text"},
                          {"text, sqlite: {type: {native: xblobx}}", "1", "blob"}},
                         "", "typeof({})");
}

TEST_P(BackfillValueTest, SeveralColumnsAndWhatIsComputedFromThem) {
  lose(
      "  - create_table:\n"
      "      item:\n"
      "        columns:\n"
      "          id: {type: integer, nullable: false}\n"
      "          a: {type: integer, nullable: false}\n"
      "          b: {type: varchar(9), nullable: false}\n"
      "          c: {type: date, nullable: false}\n"
      "          note: text\n"
      "          twice: {type: integer, generated: {sql: a + 2, stored: true}}\n"
      "        primary_key: [id]\n",
      is_sqlite() ? "5, 'x', '2001-02-03', 'kept'" : "5, 'x', '2001-02-03', 'kept', DEFAULT",
      "  - drop_column: {table: item, name: twice}\n"
      "  - drop_column: {table: item, name: c}\n"
      "  - drop_column: {table: item, name: a}\n"
      "  - drop_column: {table: item, name: b}\n");
  take_back();
  EXPECT_EQ(scalar("SELECT twice FROM item WHERE id = 2"), "2");
  EXPECT_EQ(scalar("SELECT c FROM item WHERE id = 2"), "1970-01-01");
  EXPECT_EQ(scalar("SELECT note FROM item WHERE id = 2"), "kept");
}

TEST_P(BackfillValueTest, TheUserIsTold) {
  lose(kTwoColumns, kTwoValues,
       "  - drop_column: {table: item, name: born}\n"
       "  - drop_column: {table: item, name: code}\n");
  take_back();
  EXPECT_THAT(
      sink_.lines,
      AllOf(
          Contains(AllOf(HasSubstr("'item.born'"), HasSubstr("'1970-01-01'"), HasSubstr("2 rows"))),
          Contains(AllOf(HasSubstr("'item.code'"), HasSubstr("''"), HasSubstr("2 rows")))));
}

TEST_P(BackfillValueTest, AnEmptyTableNeedsNone) {
  lose(kTwoColumns, kTwoValues, "  - drop_column: {table: item, name: born}\n");
  connection_->execute("DELETE FROM item");
  Runner runner = this->runner(*graph_);
  runner.downgrade("aaa", RunOptions::losing_data());
  EXPECT_EQ(connection_->inspect({}).schema, before_);
  EXPECT_THAT(sink_.lines, Not(Contains(HasSubstr("item.born"))));
}

TEST_P(BackfillValueTest, AColumnWithADefaultTakesThat) {
  lose(
      "  - create_table:\n"
      "      item:\n"
      "        columns:\n"
      "          id: {type: integer, nullable: false}\n"
      "          n: {type: integer, nullable: false, default: 42}\n"
      "        primary_key: [id]\n",
      "1", "  - drop_column: {table: item, name: n}\n");
  take_back();
  EXPECT_EQ(scalar("SELECT n FROM item LIMIT 1"), "42");
  EXPECT_THAT(sink_.lines, Not(Contains(HasSubstr("item.n"))));
}

TEST_P(BackfillValueTest, AUniqueKeyOverSeveralRowsIsInTheWay) {
  lose(
      "  - create_table:\n"
      "      item:\n"
      "        columns:\n"
      "          id: {type: integer, nullable: false}\n"
      "          code: {type: varchar(9), nullable: false}\n"
      "        primary_key: [id]\n",
      "'x'", "  - drop_column: {table: item, name: code}\n");
  // The key stands in the history that is taken back, not in the data that was put in.
  graph_ = graph({revision("aaa", "",
                           "  - create_table:\n"
                           "      item:\n"
                           "        columns:\n"
                           "          id: {type: integer, nullable: false}\n"
                           "          code: {type: varchar(9), nullable: false}\n"
                           "        primary_key: [id]\n"
                           "        unique: {uq_code: [code]}\n"),
                  revision("bbb", "aaa",
                           "  - drop_constraint: {table: item, name: uq_code, kind: unique}\n"
                           "  - drop_column: {table: item, name: code}\n")});
  Runner(*connection_, *graph_, yaml::parse_revision, sink_).repair({});
  EXPECT_THAT(refusal(), AllOf(HasSubstr("2 rows of table 'item'"), HasSubstr("uq_code"),
                               HasSubstr("comes back")));
  connection_->execute("DELETE FROM item WHERE id = 2");
  EXPECT_EQ(refusal(), "") << "one row is alone with its value";
}

TEST_P(BackfillValueTest, AForeignKeyIsInTheWay) {
  graph_ =
      graph({revision("aaa", "",
                      "  - create_table: {owner: {columns: {id: {type: integer, nullable: false}}, "
                      "primary_key: [id]}}\n"
                      "  - create_table:\n"
                      "      item:\n"
                      "        columns:\n"
                      "          id: {type: integer, nullable: false}\n"
                      "          owner_id: {type: integer, nullable: false}\n"
                      "        primary_key: [id]\n"
                      "        foreign_keys:\n"
                      "          fk_owner: {columns: [owner_id], references: owner(id)}\n"),
             revision("bbb", "aaa",
                      "  - drop_constraint: {table: item, name: fk_owner, kind: foreign_key}\n"
                      "  - drop_column: {table: item, name: owner_id}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("aaa", {});
  connection_->execute("INSERT INTO owner VALUES (5)");
  connection_->execute("INSERT INTO item VALUES (1, 5), (2, 5)");
  runner.upgrade("head", {});
  EXPECT_THAT(refusal(), AllOf(HasSubstr("2 rows of table 'item'"), HasSubstr("'fk_owner'"),
                               HasSubstr("comes back")));
}

TEST_P(BackfillValueTest, ACheckThatRefusesItIsInTheWay) {
  graph_ = graph({revision("aaa", "",
                           "  - create_table:\n"
                           "      item:\n"
                           "        columns:\n"
                           "          id: {type: integer, nullable: false}\n"
                           "          n: {type: integer, nullable: false}\n"
                           "        primary_key: [id]\n"
                           "        checks: {ck_n: n > 0}\n"),
                  revision("bbb", "aaa",
                           "  - drop_constraint: {table: item, name: ck_n, kind: check}\n"
                           "  - drop_column: {table: item, name: n}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("aaa", {});
  connection_->execute("INSERT INTO item VALUES (1, 5)");
  runner.upgrade("head", {});
  EXPECT_THAT(refusal(), AllOf(HasSubstr("1 row of table 'item'"), HasSubstr("'ck_n'")));
}

TEST_P(BackfillValueTestOnSqlite, AnIntegerKeyIsTheRowidAgain) {
  graph_ = graph({revision("aaa", "",
                           "  - create_table:\n"
                           "      item:\n"
                           "        columns:\n"
                           "          id: {type: integer, nullable: false}\n"
                           "          note: text\n"
                           "        primary_key: [id]\n"),
                  revision("bbb", "aaa",
                           "  - drop_constraint: {table: item, kind: primary_key}\n"
                           "  - drop_column: {table: item, name: id}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("aaa", {});
  before_ = connection_->inspect({}).schema;
  connection_->execute("INSERT INTO item VALUES (3, 'a'), (9, 'b')");
  runner.upgrade("head", {});
  take_back();
  EXPECT_EQ(scalar("SELECT group_concat(id) FROM item"), "3,9");
}

TEST_P(BackfillValueTest, ACounterComesBackBesideThem) {
  graph_ = graph({revision("aaa", "",
                           "  - create_table:\n"
                           "      item:\n"
                           "        columns:\n"
                           "          id: {type: integer, autoincrement: true}\n"
                           "          code: {type: varchar(9), nullable: false}\n"
                           "          n: {type: integer, nullable: false}\n"
                           "        primary_key: [id]\n"
                           "        indexes: {ix_code: [code]}\n"),
                  revision("bbb", "aaa",
                           "  - alter_column: {table: item, name: id, autoincrement: false}\n"
                           "  - drop_constraint: {table: item, kind: primary_key}\n"
                           "  - drop_index: {table: item, name: ix_code}\n"
                           "  - drop_column: {table: item, name: code}\n"
                           "  - drop_column: {table: item, name: id}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("aaa", {});
  before_ = connection_->inspect({}).schema;
  connection_->execute("INSERT INTO item VALUES (1, 'x', 5), (2, 'y', 6)");
  runner.upgrade("head", {});
  take_back();
  EXPECT_EQ(scalar("SELECT COUNT(DISTINCT id) FROM item WHERE code = ''"), "2");
}

TEST_P(BackfillValueTest, AWrittenDowngradeIsFilledToo) {
  graph_ = graph({revision("aaa", "", kTwoColumns),
                  revision("bbb", "aaa",
                           "  - drop_column: {table: item, name: born}\n"
                           "downgrade:\n"
                           "  - add_column: {table: item, name: born, type: date, nullable: false, "
                           "after: id}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("aaa", {});
  before_ = connection_->inspect({}).schema;
  connection_->execute("INSERT INTO item VALUES (1, '2001-02-03', 'x'), (2, '2001-02-03', 'x')");
  runner.upgrade("head", {});
  take_back();
  EXPECT_EQ(scalar("SELECT born FROM item LIMIT 1"), "1970-01-01");
}

TEST_P(BackfillValueTest, AScriptFillsThemToo) {
  const history::Graph graph =
      this->graph({revision("aaa", "", kTwoColumns),
                   revision("bbb", "aaa", "  - drop_column: {table: item, name: born}\n")});
  EXPECT_THAT(offline_script(graph, GetParam(), Direction::downgrade, {"bbb"}, {"aaa"}),
              HasSubstr("'1970-01-01'"));
}

TEST_P(BackfillValueTest, AnUpgradeInventsNothing) {
  graph_ = graph({revision("aaa", "", kTwoColumns),
                  revision("bbb", "aaa",
                           "  - add_column: {table: item, name: n, type: integer, nullable: "
                           "false}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("aaa", {});
  connection_->execute("INSERT INTO item VALUES (1, '2001-02-03', 'x')");
  EXPECT_THROW(runner.upgrade("head", {}), Error);
}

TEST_P(BackfillValueTest, RowsKeepTheDefaultThatAColumnWasAddedWith) {
  graph_ =
      graph({revision("aaa", "", kTwoColumns),
             revision("bbb", "aaa",
                      "  - add_column: {table: item, name: n, type: integer, nullable: false, "
                      "default: 5}\n"
                      "  - add_column: {table: item, name: m, type: integer}\n"
                      "  - add_column: {table: item, name: w, type: varchar(9), default: a b}\n"
                      "  - alter_column: {table: item, name: n, default: null}\n"
                      "  - alter_column: {table: item, name: m, default: 6}\n"
                      "  - alter_column: {table: item, name: w, rename: v, default: c}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("aaa", {});
  connection_->execute("INSERT INTO item VALUES (1, '2001-02-03', 'x')");
  runner.upgrade("head", {});
  EXPECT_EQ(scalar("SELECT n FROM item"), "5");
  EXPECT_EQ(scalar("SELECT m FROM item"), "NULL");
  EXPECT_EQ(scalar("SELECT v FROM item"), "a b");
  EXPECT_THAT(sink_.lines, Not(Contains(HasSubstr("item.n"))));
}

INSTANTIATE_TEST_SUITE_P(Databases, BackfillValueTest,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
