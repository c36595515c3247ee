// What a downgrade loses is counted and needs consent; what loses nothing goes without a question.

#include "run/losses.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kBase = R"(revision: aaa
parents: []
message: first
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table:
      customer:
        columns:
          id: {type: integer}
          name: {type: varchar(20)}
        primary_key: [id]
  - create_table: {empty: {columns: {id: {type: integer}}, primary_key: [id]}}
)";

enum class Only { neither, sqlite, mariadb };

constexpr const char* kNumbers =
    "  - create_table: {number: {columns: {id: integer, v: integer, r: double}, "
    "primary_key: [id]}}\n";
constexpr const char* kAnything =
    "  - create_table: {free: {only: sqlite, columns: {id: integer, v: {type: longblob, sqlite: "
    "{type: {native: ANY}}}}, primary_key: [id]}}\n";

/// A change, what an application does after it, and what taking the change back then loses.
struct Case {
  const char* name;
  const char* upgrade;
  const char* downgrade;  ///< "": derived
  std::vector<const char*> rows;
  const char* loses;  ///< "": nothing, so that nobody is asked
  Only only = Only::neither;
  const char* more = "";  ///< behind kBase
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list{
      {"a table with rows",
       "create_table: {t: {columns: {id: integer}, primary_key: [id]}}",
       "",
       {"INSERT INTO t VALUES (1), (2)"},
       "table 't' with its 2 rows"},
      {"an empty table",
       "create_table: {t: {columns: {id: integer}, primary_key: [id]}}",
       "",
       {},
       ""},
      {"a column with values",
       "add_column: {table: customer, name: c, type: varchar(9)}",
       "",
       {"INSERT INTO customer VALUES (1, 'a', 'x'), (2, 'b', NULL)"},
       "column 'customer.c' with 1 value"},
      {"a column of NULL",
       "add_column: {table: customer, name: c, type: integer}",
       "",
       {"INSERT INTO customer VALUES (1, 'a', NULL)"},
       ""},
      {"a column of defaults",
       "add_column: {table: customer, name: c, type: integer, default: 7}",
       "",
       {"INSERT INTO customer (id) VALUES (1), (2)"},
       ""},
      {"a column of text defaults",
       "add_column: {table: customer, name: c, type: varchar(9), default: new}",
       "",
       {"INSERT INTO customer (id) VALUES (1)"},
       ""},
      {"a default in other letters",
       "add_column: {table: customer, name: c, type: varchar(9), default: new}",
       "",
       {"INSERT INTO customer (id, c) VALUES (1, 'NEW'), (2, 'new')"},
       "column 'customer.c' with 1 value"},
      {"a decimal's default",
       "add_column: {table: customer, name: c, type: \"decimal(9,2)\", default: 1}",
       "",
       {"INSERT INTO customer (id) VALUES (1)"},
       ""},
      {"an empty string is a value",
       "add_column: {table: customer, name: c, type: varchar(9)}",
       "",
       {"INSERT INTO customer VALUES (1, 'a', '')"},
       "column 'customer.c' with 1 value"},
      {"a renamed table",
       "create_table: {t: {columns: {id: integer}, primary_key: [id]}}",
       "[{rename_table: {name: t, to: u}}, {drop_table: u}]",
       {"INSERT INTO t VALUES (1)"},
       "table 'u' with its 1 row"},
      {"a renamed column",
       "add_column: {table: customer, name: c, type: integer}",
       "[{alter_column: {table: customer, name: c, rename: d}}, {drop_column: {table: customer, "
       "name: d}}]",
       {"INSERT INTO customer VALUES (1, 'a', 5)"},
       "column 'customer.d' with 1 value"},
      {"a swapped table",
       "create_table: {t: {columns: {id: integer}, primary_key: [id]}}",
       "[{create_table: {u: {columns: {id: integer}, primary_key: [id]}}}, {drop_table: t}, "
       "{drop_table: u}]",
       {"INSERT INTO t VALUES (1)"},
       "table 't' with its 1 row"},
      {"rows of the revision itself",
       "bulk_insert: {table: customer, columns: [id, name], rows: [[1, a], [2, b]]}",
       "",
       {},
       ""},
      {"plain SQL that drops",
       "create_table: {t: {columns: {id: integer}, primary_key: [id]}}",
       "[{execute: {sql: \"DROP TABLE IF EXISTS t\", state: [{drop_table: t}]}}]",
       {"INSERT INTO t VALUES (1)"},
       "table 't' with its 1 row"},
      {"plain SQL that says nothing",
       "execute: UPDATE customer SET name = name",
       "[{execute: \"-- all of them\\nDELETE FROM customer\"}]",
       {"INSERT INTO customer VALUES (1, 'a')"},
       "table 'customer' with its 1 row"},
      {"plain SQL that deletes what it knows",
       "execute: UPDATE customer SET name = name",
       "[{execute: \"DELETE FROM customer WHERE id = 1\"}]",
       {"INSERT INTO customer VALUES (1, 'a')"},
       ""},
      {"plain SQL that drops a column",
       "add_column: {table: customer, name: c, type: integer}",
       "[{execute: {sql: \"ALTER TABLE customer DROP COLUMN c\", state: [{drop_column: {table: "
       "customer, name: c}}]}}]",
       {"INSERT INTO customer VALUES (1, 'a', 5)"},
       "column 'customer.c' with 1 value"},
      {"a column that is computed from then on",
       "alter_column: {table: customer, name: name, comment: x}",
       "[{alter_column: {table: customer, name: name, generated: {sql: \"'x'\", stored: true}}}]",
       {"INSERT INTO customer VALUES (1, 'a')"},
       "column 'customer.name' with 1 value"},
      {"a generated column",
       "add_column: {table: customer, name: c, type: integer, generated: {sql: id + 1}}",
       "",
       {"INSERT INTO customer (id) VALUES (1)"},
       ""},
      {"numbers as a text writes them",
       "alter_column: {table: number, name: v, type: varchar(20)}",
       "",
       {"INSERT INTO number (id, v) VALUES (1, '007'), (2, '7'), (3, '-12'), (4, NULL)"},
       "characters of column 'number.v' ('007' becomes 7) with 1 value",
       Only::neither,
       kNumbers},
      {"numbers as they are written anyway",
       "alter_column: {table: number, name: v, type: varchar(20)}",
       "",
       {"INSERT INTO number (id, v) VALUES (2, '7'), (3, '-12'), (4, NULL)"},
       "",
       Only::neither,
       kNumbers},
      {"floating-point numbers as a text writes them",
       "alter_column: {table: number, name: r, type: varchar(20)}",
       "",
       {"INSERT INTO number VALUES (1, 1, '1.0'), (2, 2, '5'), (3, 3, '1.5'), (4, 4, NULL)"},
       "",
       Only::neither,
       kNumbers},
      {"texts of a table that is STRICT",
       "alter_table: {table: free, sqlite: {strict: true}}",
       "",
       {"INSERT INTO free VALUES (1, '007'), (2, '7'), (3, 'x'), (4, 5.5)"},
       "characters of column 'free.v' ('007' becomes 7) with 1 value",
       Only::sqlite,
       kAnything},
      {"no texts that look like numbers",
       "alter_table: {table: free, sqlite: {strict: true}}",
       "",
       {"INSERT INTO free VALUES (2, '7'), (3, 'x'), (4, 5.5)"},
       "",
       Only::sqlite,
       kAnything},
      {"an index",
       "create_index: {table: customer, name: ix, columns: [name]}",
       "",
       {"INSERT INTO customer VALUES (1, 'a')"},
       ""},
      {"history",
       "alter_table: {table: customer, mariadb: {system_versioned: true}}",
       "",
       {"INSERT INTO customer VALUES (1, 'a')", "UPDATE customer SET name = 'b'",
        "UPDATE customer SET name = 'c'"},
       "the history of table 'customer' with 2 old versions",
       Only::mariadb},
      {"no history yet",
       "alter_table: {table: customer, mariadb: {system_versioned: true}}",
       "",
       {"INSERT INTO customer VALUES (1, 'a')"},
       "",
       Only::mariadb},
      {"deleted rows of a versioned table",
       "create_table: {t: {columns: {id: integer}, primary_key: [id], mariadb: {system_versioned: "
       "true}}}",
       "",
       {"INSERT INTO t VALUES (1)", "DELETE FROM t"},
       "table 't' with its 1 row",
       Only::mariadb},
      {"plain SQL that drops partitions",
       "create_table: {part_a: {columns: {id: integer}, primary_key: [id], mariadb: {partition: "
       "\"PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS "
       "THAN "
       "(20), PARTITION p2 VALUES LESS THAN MAXVALUE)\"}}}",
       "[{execute: \"ALTER TABLE part_a DROP PARTITION IF EXISTS p0, `p1`\"}]",
       {"INSERT INTO part_a VALUES (1), (11), (12), (30)"},
       "partitions 'p0', 'p1' of table 'part_a' with 3 rows",
       Only::mariadb},
      {"plain SQL that empties a partition",
       "create_table: {part_b: {columns: {id: integer}, primary_key: [id], mariadb: {partition: "
       "\"PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS "
       "THAN "
       "MAXVALUE)\"}}}",
       "[{execute: ALTER TABLE part_b TRUNCATE PARTITION p1}]",
       {"INSERT INTO part_b VALUES (1), (11)"},
       "partition 'p1' of table 'part_b' with 1 row",
       Only::mariadb},
      {"plain SQL that drops an empty partition",
       "create_table: {part_c: {columns: {id: integer}, primary_key: [id], mariadb: {partition: "
       "\"PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS "
       "THAN "
       "MAXVALUE)\"}}}",
       "[{execute: ALTER TABLE part_c DROP PARTITION p1}]",
       {"INSERT INTO part_c VALUES (1)"},
       "",
       Only::mariadb},
      {"plain SQL that drops a partition of history",
       "create_table: {part_d: {columns: {id: integer}, mariadb: {system_versioned: true, "
       "partition: "
       "\"PARTITION BY SYSTEM_TIME LIMIT 1000 (PARTITION p0 HISTORY, PARTITION p1 HISTORY, "
       "PARTITION "
       "pn CURRENT)\"}}}",
       "[{execute: ALTER TABLE part_d DROP PARTITION p0}]",
       {"INSERT INTO part_d VALUES (1)", "UPDATE part_d SET id = 2", "UPDATE part_d SET id = 3"},
       "partition 'p0' of table 'part_d' with 2 rows or old versions",
       Only::mariadb},
  };
  return list;
}

class LossesTest : public RunTest {
 protected:
  static std::string second(const Case& one) {
    std::string text = fmt::format(
        "revision: bbb\nparents: [aaa]\nmessage: second\ncreated: 2026-01-02T00:00:00Z\n"
        "upgrade:\n  - {}\n",
        one.upgrade);
    if (*one.downgrade != '\0') text += fmt::format("downgrade: {}\n", one.downgrade);
    return text;
  }

  std::string refusal(Runner& runner, const std::string& target, const RunOptions& options = {}) {
    try {
      runner.downgrade(target, options);
      return {};
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::refused) << error.what();
      return error.what();
    }
  }
};

TEST_P(LossesTest, WhatIsLostIsCountedAndNothingElseIsAskedFor) {
  for (const Case& one : cases()) {
    if (one.only != Only::neither && (one.only == Only::sqlite) != is_sqlite()) continue;
    SCOPED_TRACE(one.name);
    const history::Graph graph = this->graph({std::string(kBase) + one.more, second(one)});
    Runner runner = this->runner(graph);
    runner.upgrade("head", {});
    for (const char* sql : one.rows) connection_->execute(sql);
    const bool loses = *one.loses != '\0';
    if (loses) {
      const schema::Schema before = connection_->inspect({}).schema;
      EXPECT_THAT(refusal(runner, "-1"),
                  AllOf(HasSubstr("downgrade of revision bbb would lose "), HasSubstr(one.loses),
                        HasSubstr("--allow-destructive")));
      EXPECT_EQ(connection_->inspect({}).schema, before) << "nothing was changed";
      EXPECT_THAT(runner.applied(), ElementsAre("aaa", "bbb"));
      const auto plan = runner.plan(Direction::downgrade, "-1");
      EXPECT_EQ(plan.at(0).losses.counted.size(), 1U);
    }
    RunOptions options;
    options.consent.destructive = loses;
    EXPECT_EQ(refusal(runner, "-1", options), "");
    EXPECT_THAT(runner.applied(), ElementsAre("aaa"));
    runner.downgrade("base", RunOptions::losing_data());
  }
}

TEST_P(LossesTest, NothingIsTakenBackThatWasAdopted) {
  const history::Graph graph = this->graph({kBase});
  connection_->execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(20))");
  connection_->execute("CREATE TABLE empty (id INTEGER PRIMARY KEY)");
  for (const std::string origin : {"adopted", "stamped"}) {
    SCOPED_TRACE(origin);
    Runner runner = this->runner(graph);
    runner.stamp({"aaa"}, false, {}, origin);
    RunOptions options;
    options.consent.destructive = true;
    for (const RunOptions& how : {RunOptions{}, options}) {
      EXPECT_THAT(refusal(runner, "base", how),
                  AllOf(HasSubstr("revision aaa was " + origin), HasSubstr("`dbmig stamp base`"),
                        HasSubstr("table 'customer' (no rows)"), HasSubstr("--drop-adopted")));
    }
    // Written anew, the bookkeeping still knows.
    runner.stamp({"aaa"}, true, {});
    EXPECT_THAT(refusal(runner, "base", options), HasSubstr("was " + origin));
    runner.stamp({"base"}, false, {});
    EXPECT_THAT(table_names(), ElementsAre("customer", "empty"));
  }
  Runner runner = this->runner(graph);
  runner.stamp({"aaa"}, false, {}, "adopted");
  connection_->execute("INSERT INTO customer VALUES (1, 'a')");
  RunOptions options;
  options.consent.drop_adopted = true;
  EXPECT_THAT(refusal(runner, "base", options),
              AllOf(HasSubstr("table 'customer' with its 1 row"), Not(HasSubstr("was adopted"))));
  EXPECT_THAT(runner.downgrade("base", RunOptions::losing_data()), ElementsAre("aaa"));
}

/// The bookkeeping as versions before this one made it.
TEST_P(LossesTest, AnOlderDatabaseGoesOn) {
  const history::Graph graph = this->graph({kBase, second(cases().front())});
  Runner runner = this->runner(graph);
  runner.upgrade("aaa", {});
  connection_->execute("ALTER TABLE dbmig_revisions DROP COLUMN origin");
  connection_->execute("ALTER TABLE dbmig_revisions DROP COLUMN statement_hashes");
  connection_->execute("ALTER TABLE dbmig_revisions DROP COLUMN format");
  Runner later = this->runner(graph);
  EXPECT_THAT(later.applied(), ElementsAre("aaa"));
  EXPECT_THAT(later.upgrade("head", {}), ElementsAre("bbb"));
  EXPECT_EQ(refusal(later, "base"), "") << "empty tables that dbmig made";
  // What was stamped then had no statements.
  later.upgrade("aaa", {});
  connection_->execute("ALTER TABLE dbmig_revisions DROP COLUMN origin");
  connection_->execute("ALTER TABLE dbmig_revisions DROP COLUMN statement_hashes");
  connection_->execute("ALTER TABLE dbmig_revisions DROP COLUMN format");
  connection_->execute("UPDATE dbmig_revisions SET statements_total = 0, statements_done = 0");
  Runner stamped = this->runner(graph);
  EXPECT_THAT(refusal(stamped, "base"), HasSubstr("revision aaa was stamped"));
}

INSTANTIATE_TEST_SUITE_P(Databases, LossesTest,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
