#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/runner.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const char* const kViolationsBase = R"yaml(revision: aaa
parents: []
message: base
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table:
      person:
        columns:
          id: {type: integer}
          name: {type: varchar(60)}
          mood: {type: "enum('good','bad')"
}
          born: {type: datetime}
          boss_id: {type: integer}
        primary_key: [id]
  - bulk_insert:
      table: person
      columns: [id, name, mood, born, boss_id]
      rows:
        - [1, Ana, good, "2001-02-03 00:00:00", null]
        - [2, Ana, bad, "2001-02-03 10:20:30", 1]
        - [3, null, good, null, 77]
        - [4, "Maximiliana", bad, null, 78]
        - [5, null, null, null, 1]
)yaml";

std::string second(const std::string& operations) {
  return "revision: bbb\nparents: [aaa]\nmessage: next\ncreated: "
         "2026-01-02T00:00:00Z\nupgrade:\n" +
         operations;
}

class ViolationTest : public RunTest {
 protected:
  /// Applies the base and then `operations`; returns what the second upgrade says, or "".
  std::string refusal(const std::string& operations) {
    const history::Graph graph = this->graph({kViolationsBase, second(operations)});
    Runner runner = this->runner(graph);
    runner.upgrade("aaa", {});
    const schema::Schema before = connection_->inspect({}).schema;
    try {
      runner.upgrade("head", {});
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::constraint) << error.what();
      EXPECT_EQ(connection_->inspect({}).schema, before) << "something was changed";
      EXPECT_EQ(runner.applied(), std::set<std::string>{"aaa"});
      return error.what();
    }
  }
};

TEST_P(ViolationTest, NullsUnderNotNull) {
  EXPECT_THAT(refusal("  - create_table: {other: {columns: {id: integer}, primary_key: [id]}}\n"
                      "  - alter_column: {table: person, name: name, nullable: false}\n"),
              AllOf(HasSubstr("r2.yaml:7:5"), HasSubstr("2 rows of table 'person'"),
                    HasSubstr("column 'person.name' is to be NOT NULL"),
                    HasSubstr("id = 3, name = NULL; id = 5, name = NULL")));
}

TEST_P(ViolationTest, DuplicatesUnderAUniqueConstraint) {
  EXPECT_THAT(refusal("  - create_unique_constraint: {table: person, name: uq_name, "
                      "columns: [name]}\n"),
              AllOf(HasSubstr("2 rows of table 'person'"), HasSubstr("uq_name"),
                    HasSubstr("name = 'Ana'")));
}

TEST_P(ViolationTest, DuplicatesUnderAUniqueIndex) {
  EXPECT_THAT(refusal("  - create_index: {table: person, name: ux, columns: [name, boss_id], "
                      "unique: true}\n"),
              "");
}

TEST_P(ViolationTest, AnEnumValueInUse) {
  EXPECT_THAT(refusal("  - alter_column: {table: person, name: mood, type: \"enum('good')\"}\n"),
              AllOf(HasSubstr("2 rows of table 'person'"), HasSubstr("id = 2, mood = 'bad'")));
}

TEST_P(ViolationTest, AColumnWithoutAnyValue) {
  EXPECT_THAT(refusal("  - add_column: {table: person, name: code, type: integer, "
                      "nullable: false}\n"),
              AllOf(HasSubstr("5 rows of table 'person'"), HasSubstr("'person.code' is NOT NULL")));
}

TEST_P(ViolationTest, ChecksAndForeignKeysAreAskedTogether) {
  const std::string what = refusal(
      "  - create_check_constraint: {table: person, name: ck, sql: \"boss_id < 78\"}\n"
      "  - create_foreign_key: {table: person, name: fk_boss, columns: [boss_id], "
      "references: "
      "person(id)}\n");
  EXPECT_THAT(what, AllOf(HasSubstr("1 row of table 'person' stands in the way: check 'ck'"),
                          HasSubstr("2 rows of table 'person' stand in the way: foreign key "
                                    "'fk_boss'"),
                          HasSubstr("id = 3, boss_id = 77; id = 4, boss_id = 78")));
}

TEST_P(ViolationTest, RenamesAreFollowedAndNewColumnsKnown) {
  const std::string what = refusal(
      "  - rename_table: {name: person, to: human}\n"
      "  - alter_column: {table: human, name: name, rename: title}\n"
      "  - add_column: {table: human, name: kind, type: varchar(5), default: x}\n"
      "  - alter_column: {table: human, name: title, nullable: false}\n"
      "  - create_unique_constraint: {table: human, name: uq_kind, columns: [kind]}\n");
  EXPECT_THAT(what, AllOf(HasSubstr("2 rows of table 'person'"), HasSubstr("id = 3, title = NULL"),
                          HasSubstr("5 rows of table 'person'"), HasSubstr("kind = 'x'")));
}

TEST_P(ViolationTest, WhatComesAfterPlainSqlIsLeftToTheStatements) {
  EXPECT_EQ(refusal("  - execute: UPDATE person SET name = 'x' WHERE name IS NULL\n"
                    "  - alter_column: {table: person, name: name, nullable: false}\n"),
            "");
}

TEST_P(ViolationTest, AnEmptyTableIsInNobodysWay) {
  EXPECT_EQ(refusal("  - create_table: {other: {columns: {id: integer, n: integer}, primary_key: "
                    "[id]}}\n"
                    "  - alter_column: {table: other, name: n, nullable: false}\n"
                    "  - create_unique_constraint: {table: other, name: uq, columns: [n]}\n"),
            "");
}

TEST_P(ViolationTest, ANarrowingThatWouldCut) {
  const std::string what =
      refusal("  - alter_column: {table: person, name: name, type: varchar(5)}\n");
  // SQLite would keep it without a word; the one history must mean the same on both.
  EXPECT_THAT(what, AllOf(HasSubstr("1 row of table 'person'"), HasSubstr("varchar(5)"),
                          HasSubstr("id = 4, name = 'Maximiliana'")));
}

TEST_P(ViolationTest, ATimeThatWouldBeCutOff) {
  const std::string what = refusal("  - alter_column: {table: person, name: born, type: date}\n");
  if (is_sqlite()) {
    EXPECT_EQ(what, "");  // it keeps what a column holds, whatever the type says
    return;
  }
  EXPECT_THAT(what, AllOf(HasSubstr("1 row of table 'person'"), HasSubstr("id = 2, born"),
                          Not(HasSubstr("id = 1"))));
}

TEST_P(ViolationTest, TextThatIsNoNumber) {
  EXPECT_THAT(refusal("  - alter_column: {table: person, name: name, type: integer}\n"),
              HasSubstr("3 rows of table 'person'"));
}

std::string third(const std::string& operations) {
  return "revision: ccc\nparents: [bbb]\nmessage: last\ncreated: "
         "2026-01-03T00:00:00Z\nupgrade:\n" +
         operations;
}

/// A longer upgrade: violations of any of its revisions are said before the first runs.
class PreflightTest : public RunTest {
 protected:
  /// Applies the base and then both revisions; the ids that the database has after that. What the
  /// second upgrade says goes to `said_`.
  std::set<std::string> upgraded(const std::string& bbb, const std::string& ccc) {
    graph_ = graph({kViolationsBase, second(bbb), third(ccc)});
    Runner runner = this->runner(*graph_);
    runner.upgrade("aaa", {});
    sink_.statements.clear();
    try {
      runner.upgrade("head", {});
    } catch (const Error& error) {
      said_ = error.what();
    }
    return runner.applied();
  }

  std::optional<history::Graph> graph_;
  std::string said_;
};

class PreflightTestOnSqlite : public PreflightTest {};
INSTANTIATE_TEST_SUITE_P(Databases, PreflightTestOnSqlite, ::testing::Values(DialectKind::sqlite),
                         name_of_kind);

TEST_P(PreflightTestOnSqlite, ATableThatBecomesStrict) {
  graph_ = graph(
      {kViolationsBase, second("  - alter_table: {table: person, sqlite: {strict: true}}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("aaa", {});
  connection_->execute("UPDATE person SET boss_id = 'nobody' WHERE id = 3");
  try {
    runner.upgrade("head", {});
  } catch (const Error& error) {
    said_ = error.what();
  }
  EXPECT_THAT(said_, AllOf(HasSubstr("1 row of table 'person'"), HasSubstr("'person.boss_id'"),
                           HasSubstr("boss_id = 'nobody'")));
}

TEST_P(PreflightTestOnSqlite, AKeyThatIsNoNumberCannotBecomeTheRowid) {
  graph_ = graph({kViolationsBase,
                  second("  - create_table: {other: {columns: {k: {type: varchar(9), "
                         "nullable: false}}, primary_key: [k]}}\n"),
                  third("  - alter_column: {table: other, name: k, type: integer}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("bbb", {});
  connection_->execute("INSERT INTO other VALUES ('7'), ('seven')");
  try {
    runner.upgrade("head", {});
  } catch (const Error& error) {
    said_ = error.what();
  }
  EXPECT_THAT(said_, AllOf(HasSubstr("1 row of table 'other'"), HasSubstr("k = 'seven'")));
}

const std::set<std::string> kNothingRan{"aaa"};
const char* const kOtherTable =
    "  - create_table: {other: {columns: {id: {type: integer, nullable: false}}, primary_key: "
    "[id]}}\n";

TEST_P(PreflightTest, AllOfAllRevisionsAreSaidBeforeTheFirstRuns) {
  EXPECT_EQ(upgraded(std::string(kOtherTable) +
                         "  - create_check_constraint: {table: person, name: ck, sql: \"boss_id < "
                         "78\"}\n",
                     "  - alter_column: {table: person, name: name, nullable: false}\n"),
            kNothingRan);
  EXPECT_THAT(said_,
              AllOf(HasSubstr("r2.yaml:7:5: upgrade of revision bbb would fail: 1 row of table "
                              "'person' stands in the way: check 'ck'"),
                    HasSubstr("r3.yaml:6:5: upgrade of revision ccc would fail: 2 rows of table "
                              "'person' stand in the way: column 'person.name'"),
                    HasSubstr("id = 3, name = NULL; id = 5, name = NULL")));
  EXPECT_TRUE(sink_.statements.empty());
}

TEST_P(PreflightTest, RenamesAreFollowed) {
  EXPECT_EQ(upgraded("  - rename_table: {name: person, to: human}\n"
                     "  - alter_column: {table: human, name: name, rename: title}\n",
                     "  - alter_column: {table: human, name: title, nullable: false}\n"),
            kNothingRan);
  EXPECT_THAT(said_, AllOf(HasSubstr("revision ccc"), HasSubstr("2 rows of table 'person'"),
                           HasSubstr("column 'human.title'"), HasSubstr("id = 3, title = NULL")));
}

TEST_P(PreflightTest, AColumnThatAnEarlierRevisionAddsIsKnown) {
  EXPECT_EQ(upgraded("  - add_column: {table: person, name: kind, type: integer, default: 7}\n",
                     "  - create_unique_constraint: {table: person, name: uq, columns: [kind]}\n"),
            kNothingRan);
  EXPECT_THAT(said_, AllOf(HasSubstr("5 rows of table 'person'"), HasSubstr("kind = 7")));
}

TEST_P(PreflightTest, WhatComesAfterPlainSqlIsAskedInItsTurn) {
  EXPECT_EQ(upgraded("  - execute: UPDATE person SET name = 'x' WHERE id = 3\n",
                     "  - alter_column: {table: person, name: name, nullable: false}\n"),
            (std::set<std::string>{"aaa", "bbb"}));
  EXPECT_THAT(said_, AllOf(HasSubstr("revision ccc"), HasSubstr("1 row of table 'person'")));
}

TEST_P(PreflightTest, PlainSqlMayClearTheWay) {
  EXPECT_EQ(upgraded("  - execute: UPDATE person SET name = 'x' WHERE name IS NULL\n",
                     "  - alter_column: {table: person, name: name, nullable: false}\n")
                .size(),
            3U)
      << said_;
}

TEST_P(PreflightTest, RowsThatARevisionDeletesMayTakeOthersAlong) {
  EXPECT_EQ(upgraded("  - bulk_delete: {table: person, columns: [id], rows: [[3], [5]]}\n",
                     "  - alter_column: {table: person, name: name, nullable: false}\n")
                .size(),
            3U)
      << said_;
}

TEST_P(PreflightTest, ATableThatIsMadeAnewHasNoRows) {
  EXPECT_EQ(upgraded("  - drop_table: person\n"
                     "  - create_table: {person: {columns: {id: {type: integer, nullable: false}, "
                     "name: varchar(9)}, primary_key: [id]}}\n",
                     "  - alter_column: {table: person, name: name, nullable: false}\n")
                .size(),
            3U)
      << said_;
}

class PreflightTestOnMariadb : public PreflightTest {};
INSTANTIATE_TEST_SUITE_P(Databases, PreflightTestOnMariadb, ::testing::Values(DialectKind::mariadb),
                         name_of_kind);

TEST_P(PreflightTestOnMariadb, AnotherCollationTellsApartWhatWasTheSame) {
  connection_->execute("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
  graph_ =
      graph({kViolationsBase,
             second("  - alter_column: {table: person, name: name, mariadb: {charset: utf8mb4, "
                    "collation: utf8mb4_bin}}\n"),
             third("  - create_unique_constraint: {table: person, name: uq, columns: [name]}\n")});
  Runner runner = this->runner(*graph_);
  runner.upgrade("aaa", {});
  connection_->execute("UPDATE person SET name = 'ANA' WHERE id = 2");
  EXPECT_EQ(runner.upgrade("head", {}).size(), 2U);
}

TEST_P(PreflightTest, NothingOfALongerWayBackIsDone) {
  graph_ =
      graph({"revision: aaa\nparents: []\nmessage: base\ncreated: 2026-01-01T00:00:00Z\n"
             "upgrade:\n  - create_table: {person: {columns: {id: {type: integer, nullable: "
             "false}, name: {type: varchar(9), nullable: false}}, primary_key: [id]}}\n",
             second("  - alter_column: {table: person, name: name, nullable: true}\n"),
             third(kOtherTable)});
  Runner runner = this->runner(*graph_);
  runner.upgrade("head", {});
  connection_->execute("INSERT INTO person VALUES (1, NULL)");
  try {
    runner.downgrade("aaa", RunOptions::losing_data());
  } catch (const Error& error) {
    said_ = error.what();
  }
  EXPECT_THAT(said_, AllOf(HasSubstr("downgrade of revision bbb would fail"),
                           HasSubstr("1 row of table 'person'")));
  EXPECT_EQ(runner.applied().size(), 3U);
}

/// Old versions of rows are converted with them, and must have a value where they must.
TEST_P(PreflightTestOnMariadb, OldVersionsStandInTheWayLikeRows) {
  struct RowChange {
    const char* operation;
    const char* says;  ///< "": nothing is in the way
  };
  const std::vector<RowChange> changes{
      {"alter_column: {table: t, name: c, nullable: false}",
       "1 row of table 't' stands in the way: column 't.c' is to be NOT NULL, and they hold NULL "
       "there, old versions of rows among them"},
      {"alter_column: {table: t, name: d, type: varchar(2)}", "1 row of table 't'"},
      {"alter_column: {table: t, name: d, type: integer}", "table 't'"},
      {"create_check_constraint: {table: t, name: ck, sql: c > 0}", ""},
      {"create_unique_constraint: {table: t, name: uq, columns: [d]}", ""},
      {"alter_column: {table: t, name: d, type: varchar(99)}", ""},
  };
  for (const RowChange& change : changes) {
    SCOPED_TRACE(change.operation);
    const history::Graph graph = this->graph(
        {"revision: aaa\nparents: []\nmessage: base\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n"
         "  - create_table: {t: {columns: {id: integer, c: integer, d: varchar(9)}, primary_key: "
         "[id], mariadb: {system_versioned: true}}}\n",
         second(std::string("  - ") + change.operation + "\n")});
    Runner runner = this->runner(graph);
    runner.upgrade("aaa", {});
    connection_->execute("INSERT INTO t VALUES (1, NULL, 'abcdef')");
    connection_->execute("UPDATE t SET c = 5, d = '7'");
    std::string said;
    try {
      runner.upgrade("head", {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::constraint) << error.what();
      said = error.what();
    }
    if (*change.says == '\0') {
      EXPECT_EQ(said, "");
    } else {
      EXPECT_THAT(said, HasSubstr(change.says));
    }
    runner.downgrade("base", RunOptions::losing_data());
  }
}

/// Rows for which no partition is left are counted before anything runs, and nothing else is.
TEST_P(PreflightTestOnMariadb, RowsThatNoPartitionTakes) {
  struct RowChange {
    const char* partition;
    int rows;  ///< of 1, 5, 10, 15, 25
  };
  const std::vector<RowChange> changes{
      {"PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (10))", 3},
      {"PARTITION BY RANGE (`id`) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN "
       "(20))",
       1},
      {"PARTITION BY RANGE (id * 2) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS "
       "THAN "
       "(11 * 2))",
       2},
      {"PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN "
       "MAXVALUE)",
       0},
      {"PARTITION BY RANGE COLUMNS (id) (PARTITION a VALUES LESS THAN (6))", 3},
      {"PARTITION BY RANGE COLUMNS (id) (PARTITION a VALUES LESS THAN (MAXVALUE))", 0},
      {"PARTITION BY LIST (id) (PARTITION a VALUES IN (1, 5), PARTITION b VALUES IN (15))", 2},
      {"PARTITION BY LIST (id) (PARTITION a VALUES IN (1, NULL))", 4},
      {"PARTITION BY LIST (id) (PARTITION a VALUES IN (1), PARTITION b DEFAULT)", 0},
      {"PARTITION BY HASH (id) PARTITIONS 3", 0},
      {"PARTITION BY KEY (id) PARTITIONS 2", 0},
  };
  for (const RowChange& change : changes) {
    SCOPED_TRACE(change.partition);
    const history::Graph graph = this->graph(
        {"revision: aaa\nparents: []\nmessage: base\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n"
         "  - create_table: {t: {columns: {id: integer}, primary_key: [id]}}\n",
         second(std::string("  - alter_table: {table: t, mariadb: {partition: \"") +
                change.partition + "\"}}\n")});
    Runner runner = this->runner(graph);
    runner.upgrade("aaa", {});
    connection_->execute("INSERT INTO t VALUES (1), (5), (10), (15), (25)");
    try {
      runner.upgrade("head", {});
      EXPECT_EQ(change.rows, 0);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::constraint) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(std::to_string(change.rows) +
                                          (change.rows == 1 ? " row" : " rows") + " of table 't'"));
    }
    EXPECT_EQ(scalar("SELECT COUNT(*) FROM t"), "5");
    runner.downgrade("base", RunOptions::losing_data());
  }
}

/// NULL is in the lowest range, and in a list only where that says so.
TEST_P(PreflightTestOnMariadb, NullInPartitions) {
  for (const auto& [partition, row] : std::vector<std::pair<std::string, std::string>>{
           {"PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (2))", "id = 2"},
           {"PARTITION BY LIST (id) (PARTITION a VALUES IN (1, NULL))", "id = 2"},
           {"PARTITION BY LIST (id) (PARTITION a VALUES IN (1, 2))", "id = NULL"},
           {"PARTITION BY LIST (id) (PARTITION a VALUES IN (1, 2), PARTITION b VALUES IN (NULL))",
            ""}}) {
    SCOPED_TRACE(partition);
    const history::Graph graph = this->graph(
        {"revision: aaa\nparents: []\nmessage: base\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n"
         "  - create_table: {t: {columns: {id: {type: integer, nullable: true}}}}\n",
         second("  - alter_table: {table: t, mariadb: {partition: \"" + partition + "\"}}\n")});
    Runner runner = this->runner(graph);
    runner.upgrade("aaa", {});
    connection_->execute("INSERT INTO t VALUES (NULL), (1), (2)");
    std::string said;
    try {
      runner.upgrade("head", {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::constraint) << error.what();
      said = error.what();
    }
    if (row.empty()) {
      EXPECT_EQ(said, "");
    } else {
      EXPECT_THAT(said, AllOf(HasSubstr("1 row of table 't'"), HasSubstr(row)));
    }
    runner.downgrade("base", RunOptions::losing_data());
  }
}

/// Only InnoDB has foreign keys: the key goes before the engine, or nothing is begun.
TEST_P(PreflightTestOnMariadb, AnEngineChangesBehindItsForeignKeysOrNotAtAll) {
  const std::string drop =
      "  - drop_constraint: {table: child, name: fk_child_parent, kind: foreign_key}\n";
  for (const std::string table : {"parent", "child"}) {
    const std::string change =
        "  - alter_table: {table: " + table + ", mariadb: {engine: MyISAM}}\n";
    for (const std::string& operations : {drop + change, change + drop, change}) {
      SCOPED_TRACE(operations);
      const history::Graph graph = this->graph(
          {"revision: aaa\nparents: []\nmessage: base\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n"
           "  - create_table: {parent: {columns: {id: integer}, primary_key: [id]}}\n"
           "  - create_table: {child: {columns: {id: integer, p: integer}, primary_key: [id], "
           "foreign_keys: {fk_child_parent: {columns: [p], references: parent(id)}}}}\n",
           second("  - create_table: {before: {columns: {id: integer}, primary_key: [id]}}\n" +
                  operations)});
      Runner runner = this->runner(graph);
      runner.upgrade("aaa", {});
      connection_->execute("INSERT INTO parent VALUES (1)");
      connection_->execute("INSERT INTO child VALUES (1, 1)");
      // In one ALTER of the child the drop counts as earlier wherever it stands.
      const bool is_possible =
          operations == drop + change || (table == "child" && operations == change + drop);
      try {
        runner.upgrade("head", {});
        EXPECT_TRUE(is_possible);
        runner.downgrade("aaa", RunOptions::losing_data());
        EXPECT_EQ(scalar("SELECT COUNT(*) FROM child"), "1");
      } catch (const Error& error) {
        EXPECT_FALSE(is_possible) << error.what();
        EXPECT_THAT(error.what(), HasSubstr("foreign key 'fk_child_parent' of table 'child'"));
        EXPECT_THAT(table_names(), ::testing::ElementsAre("child", "parent"));
      }
      runner.downgrade("base", RunOptions::losing_data());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Databases, PreflightTest,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

/// Values that another type does not take, one row each, and what the server says if nobody asks.
class ConversionTest : public RunTest {
 protected:
  struct Conversion {
    const char* from;
    const char* fits;      ///< SQL
    const char* does_not;  ///< SQL
    const char* to;
  };

  /// Only the row that does not fit is in the way, and without it the change is made.
  void expect_violation(const Conversion& one, const std::string& options = "") {
    const std::string base =
        std::string("revision: aaa\nparents: []\nmessage: base\ncreated: 2026-01-01T00:00:00Z\n") +
        "upgrade:\n  - create_table:\n      t:\n        columns: {id: {type: integer, nullable: "
        "false}, c: {type: \"" +
        one.from + "\"}}\n        primary_key: [id]\n" + options;
    const history::Graph graph =
        this->graph({base, second("  - alter_column: {table: t, name: c, type: \"" +
                                  std::string(one.to) + "\"}\n")});
    Runner runner = this->runner(graph);
    runner.upgrade("aaa", {});
    connection_->execute(std::string("INSERT INTO t VALUES (1, ") + one.fits + "), (2, " +
                         one.does_not + "), (3, NULL)");
    std::string said;
    try {
      runner.upgrade("head", {});
    } catch (const Error& error) {
      said = error.what();
    }
    EXPECT_THAT(
        said,
        AllOf(HasSubstr("upgrade of revision bbb would fail: 1 row of table 't' stands in the way"),
              HasSubstr("id = 2")))
        << one.from << " to " << one.to;
    connection_->execute("DELETE FROM t WHERE id = 2");
    EXPECT_NO_THROW(runner.upgrade("head", {})) << one.from << " to " << one.to;
    runner.downgrade("aaa", RunOptions::losing_data());
    runner.downgrade("base", RunOptions::losing_data());
  }
};

TEST_P(ConversionTest, SetsAndEnums) {
  expect_violation({"text", "'a,b'", "'a,x'", "set('a','b')"});
  expect_violation({"text", "'a'", "'x'", "enum('a','b')"});
}

TEST_P(ConversionTest, NumbersWithMoreDigitsThanFloatingPointHas) {
  for (const Conversion& one : std::initializer_list<Conversion>{
           {"bigint", "9007199254740992", "9007199254740993", "double"},
           {"bigint", "-9007199254740992", "9223372036854775807", "double"},
           {"bigint", "1152921504606846976", "-9223372036854775807", "double"},
           {"bigint", "16777216", "9007199254740993", "float"},
           {"decimal(20,0)", "9007199254740992", "9007199254740993", "double"},
           {"varchar(40)", "'123456789012345'", "'9007199254740993'", "double"},
           {"varchar(40)", "'1e300'", "'12345678901234567890'", "double"},
           {"text", "'0.1'", "' -9007199254740993'", "double"}}) {
    expect_violation(one);
  }
}

TEST_P(ConversionTest, NumbersThatAreTooLongAsAText) {
  for (const Conversion& one :
       std::initializer_list<Conversion>{{"bigint", "123", "9007199254740993", "varchar(3)"},
                                         {"integer", "-12", "-123", "char(3)"},
                                         {"decimal(6,2)", "NULL", "1234.25", "varchar(4)"},
                                         {"date", "NULL", "'2001-02-03'", "varchar(9)"}}) {
    expect_violation(one);
  }
}

class ConversionTestOnMariadb : public ConversionTest {};
INSTANTIATE_TEST_SUITE_P(Databases, ConversionTestOnMariadb,
                         ::testing::Values(DialectKind::mariadb), name_of_kind);

TEST_P(ConversionTestOnMariadb, OfMariadbsTypes) {
  for (const Conversion& one : std::initializer_list<Conversion>{
           {"text", "'123e4567-e89b-12d3-a456-426614174000'", "''", "uuid"},
           {"varchar(9)", "'5'", "''", "bigint unsigned"},
           {"varbinary(9)", "'5'", "'x'", "integer"},
           {"date", "'0000-01-02'", "'2001-02-03'", "smallint"},
           {"time", "'00:01:02'", "'10:20:30'", "smallint"},
           {"enum('p','q','r')", "'p'", "'r'", "bit(1)"},
           {"integer", "2", "7", "enum('p','q')"},
           {"varchar(40)", "'1'", "'::'", "decimal(10,0)"},
           {"varchar(9)", "'1.2.3.4'", "'1'", "inet4"},
           {"varchar(9)", "'::1'", "'1'", "inet6"},
           {"varchar(9)", "'5'", "'1.0'", "integer"},
           {"varchar(9)", "'5.0'", "'1.0.0'", "decimal(5,2)"},
           {"year", "NULL", "2001", "date"},
           {"binary(8)", "'10:20:30'", "'10:20'", "time"},
           {"varchar(9)", "'8385959'", "'20010203'", "time"},
           {"varchar(20)", "'-838:59:59'", "'-900:00:00'", "time"},
           {"varchar(20)", "'838:59:59.5'", "'35 00:00:00'", "time"},
           {"varchar(20)", "'12:00'", "'2001-02-03'", "time"},
           {"varchar(20)", "'1.5'", "'2001.02.03'", "time"},
           {"varchar(20)", "'2001-02-03 10:11:12'", "'12:00:00abc'", "time"},
           {"bigint", "8385959", "8390000", "time"},
           {"varchar(20)", "'2001-02-03T10:11:12'", "'2001-02-03abc'", "datetime"},
           {"varchar(30)", "'2001-02-03 10:11'", "'2001-02-03 10:11:12+01:00'", "datetime"},
           {"varchar(20)", "'2001/02/03'", "'12:00:00 PM'", "date"},
           {"bigint unsigned", "9223372036854775808", "18446744073709551615", "double"},
           {"bit(64)", "9007199254740992", "9007199254740993", "double"},
           {"decimal(30,20)", "0.1", "1.12345678901234567890", "double"},
           {"decimal(12,4)", "1.25", "1.255", "double(12,2)"}}) {
    expect_violation(one);
  }
}

class ConversionTestOnSqlite : public ConversionTest {};
INSTANTIATE_TEST_SUITE_P(Databases, ConversionTestOnSqlite, ::testing::Values(DialectKind::sqlite),
                         name_of_kind);

TEST_P(ConversionTestOnSqlite, OfStrictTables) {
  const std::string strict = "        sqlite: {strict: true}\n";
  expect_violation({"text", "'5'", "'x'", "integer"}, strict);
  expect_violation({"double", "5.0", "5.5", "integer"}, strict);
}

INSTANTIATE_TEST_SUITE_P(Databases, ConversionTest,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

INSTANTIATE_TEST_SUITE_P(Databases, ViolationTest,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
