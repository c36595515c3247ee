// What the sieges found, one by one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fault/faulty_connection.hpp"
#include "fault/state.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using fault::Moment;
using fault::Plan;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const char* const kTables = R"(revision: aaa
parents: []
message: tables
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table: {parent: {columns: {id: integer, name: varchar(20)}, primary_key: [id]}}
  - create_table:
      child:
        columns: {id: integer, parent_id: integer}
        primary_key: [id]
        foreign_keys: {fk_child_parent: {columns: [parent_id], references: parent(id)}}
  - bulk_insert: {table: parent, columns: [id, name], rows: [[1, a], [2, b]]}
)";

const char* const kPlain = R"(revision: bbb
parents: [aaa]
message: plain
created: 2026-01-02T00:00:00Z
upgrade:
  - execute: UPDATE parent SET name = 'x'
  - execute: {mariadb: "TRUNCATE TABLE child"}
  - execute: {mariadb: "CREATE PROCEDURE p() SELECT 1"}
  - create_table: {last: {columns: {id: integer}, primary_key: [id]}}
downgrade:
  - drop_table: last
  - execute: {mariadb: "DROP PROCEDURE p"}
  - execute: UPDATE parent SET name = 'a' WHERE id = 1
  - execute: UPDATE parent SET name = 'b' WHERE id = 2
)";

class Bugs : public RunTest {
 protected:
  /// Runs to `target` and loses the connection at the first statement that holds `text`.
  void loses_connection_at(const history::Graph& graph, const std::string& target,
                           std::string_view text, Moment moment, const RunOptions& up = {}) {
    Plan plan;
    plan.moment = moment;
    plan.on_statement = [&](std::string_view sql) {
      const bool is_first = plan.strike_at == 0;
      if (is_first && sql.find(text) != std::string_view::npos) plan.strike_at = plan.calls + 1;
    };
    const auto faulty = fault::faulty(connect(), plan);
    Runner runner(*faulty, graph, yaml::parse_revision, sink_);
    EXPECT_THROW(target == "head" ? runner.upgrade(target, up)
                                  : runner.downgrade(target, run::RunOptions::losing_data()),
                 Error);
    EXPECT_TRUE(plan.struck) << text;
  }
  fault::State state() { return fault::capture(*connect()); }
};

TEST_P(Bugs, TheStatementsOfOneOperationAreDecidedOneByOne) {
  const history::Graph graph = this->graph({kTables, R"(revision: bbb
parents: [aaa]
message: types at both ends of a key
created: 2026-01-02T00:00:00Z
upgrade:
  - alter_column: {table: parent, name: id, type: bigint}
  - alter_column: {table: child, name: parent_id, type: bigint}
)"});
  runner(graph).upgrade("head", {});
  const fault::State above = state();
  runner(graph).downgrade("aaa", run::RunOptions::losing_data());
  const fault::State below = state();
  for (const char* text : {"DROP FOREIGN KEY", "`parent` MODIFY", "`child` MODIFY", "ADD CON"}) {
    for (const Moment moment : {Moment::before, Moment::after}) {
      SCOPED_TRACE(std::string(text) + (moment == Moment::before ? ", before" : ", after"));
      loses_connection_at(graph, "head", text, moment);
      runner(graph).downgrade("aaa", run::RunOptions::losing_data());
      EXPECT_EQ(fault::difference(below, state()), "");
      loses_connection_at(graph, "head", text, moment);
      runner(graph).upgrade("head", {});
      EXPECT_EQ(fault::difference(above, state()), "");
      runner(graph).downgrade("aaa", run::RunOptions::losing_data());
    }
  }
}

TEST_P(Bugs, PlainSqlWhoseEffectShowsIsDecided) {
  const history::Graph graph = this->graph({kTables, kPlain});
  for (const Moment moment : {Moment::before, Moment::after}) {
    runner(graph).upgrade("aaa", {});
    loses_connection_at(graph, "head", "CREATE PROCEDURE", moment);
    EXPECT_THAT(runner(graph).upgrade("head", {}), ElementsAre("bbb"));
    EXPECT_EQ(scalar("SELECT count(*) FROM information_schema.routines WHERE routine_schema = "
                     "DATABASE()"),
              "1");
    runner(graph).downgrade("base", run::RunOptions::losing_data());
  }
}

TEST_P(Bugs, PlainSqlWhoseEffectDoesNotShowAsks) {
  const history::Graph graph = this->graph({kTables, kPlain});
  for (const Resolve answer : {Resolve::done, Resolve::redo}) {
    runner(graph).upgrade("aaa", {});
    loses_connection_at(graph, "head", "TRUNCATE", Moment::before);
    connection_->execute("INSERT INTO child VALUES (1, 1)");
    try {
      runner(graph).upgrade("head", {});
      ADD_FAILURE() << "it should have asked";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr("the database does not show whether it took effect"),
                        HasSubstr("--resolve done"), HasSubstr("--resolve redo")));
      EXPECT_EQ(error.statement(), "TRUNCATE TABLE child");
    }
    RunOptions options;
    options.resolve = answer;
    EXPECT_THAT(runner(graph).upgrade("head", options), ElementsAre("bbb"));
    EXPECT_EQ(scalar("SELECT count(*) FROM child"), answer == Resolve::done ? "1" : "0");
    connection_->execute("DELETE FROM child");
    runner(graph).downgrade("base", run::RunOptions::losing_data());
  }
}

TEST_P(Bugs, AnUpgradeWithPlainSqlIsFinishedBeforeItIsTakenBack) {
  const history::Graph graph = this->graph({kTables, kPlain});
  runner(graph).upgrade("aaa", {});
  const fault::State below = state();
  loses_connection_at(graph, "head", "CREATE TABLE `last`", Moment::before);
  EXPECT_THAT(runner(graph).downgrade("aaa", run::RunOptions::losing_data()), ElementsAre("bbb"));
  EXPECT_THAT(sink_.lines, testing::Contains(HasSubstr("Finishing the half-done upgrade")));
  EXPECT_EQ(fault::difference(below, state()), "");
}

TEST_P(Bugs, RowsThatADowngradeDeletedByKeyComeBack) {
  const history::Graph graph = this->graph({kTables, R"(revision: bbb
parents: [aaa]
message: rows
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table: {tag: {columns: {id: integer, label: varchar(20)}, primary_key: [id]}}
  - bulk_insert: {table: tag, columns: [id, label], rows: [[1, one], [2, two]]}
)"});
  runner(graph).upgrade("head", {});
  const fault::State above = state();
  loses_connection_at(graph, "aaa", "DROP TABLE `tag`", Moment::before);
  EXPECT_EQ(scalar("SELECT count(*) FROM tag"), "0");
  runner(graph).upgrade("head", {});
  EXPECT_EQ(fault::difference(above, state()), "") << "the revision's row is an upgrade's again";
}

TEST_P(Bugs, AStatementWhoseEndCannotBeWrittenDownIsTakenBackWithTheOthers) {
  const history::Graph graph = this->graph({kTables});
  Plan plan;
  plan.fails_only = true;
  plan.on_statement = [&](std::string_view sql) {
    // The call after it is the entry that it is done.
    if (sql.starts_with("CREATE TABLE `child`")) plan.strike_at = plan.calls + 2;
  };
  const auto faulty = fault::faulty(connect(), plan);
  EXPECT_THROW(Runner(*faulty, graph, yaml::parse_revision, sink_).upgrade("head", {}), Error);
  EXPECT_TRUE(plan.struck);
  EXPECT_TRUE(table_names().empty());
  EXPECT_THAT(runner(graph).upgrade("head", {}), ElementsAre("aaa"));
}

TEST_P(Bugs, SettingsOfTheSessionComeBackWithIt) {
  const history::Graph graph = this->graph({kTables, R"(revision: bbb
parents: [aaa]
message: orphans
created: 2026-01-02T00:00:00Z
upgrade:
  - execute: {mariadb: "SET foreign_key_checks = 0"}
  - execute: INSERT INTO child VALUES (1, 77)
  - create_table: {last: {columns: {id: integer}, primary_key: [id]}}
  - execute: INSERT INTO child VALUES (2, 78)
  - execute: {mariadb: "SET foreign_key_checks = 1"}
downgrade:
  - execute: DELETE FROM child
  - drop_table: last
)"});
  runner(graph).upgrade("aaa", {});
  for (const char* text : {"VALUES (1", "CREATE TABLE `last`", "VALUES (2"}) {
    for (const Moment moment : {Moment::before, Moment::after}) {
      loses_connection_at(graph, "head", text, moment);
      EXPECT_THAT(Runner(*connect(), graph, yaml::parse_revision, sink_).upgrade("head", {}),
                  ElementsAre("bbb"));
      EXPECT_EQ(scalar("SELECT count(*) FROM child"), "2");
      runner(graph).downgrade("aaa", run::RunOptions::losing_data());
    }
  }
}

TEST_P(Bugs, RowsOfATableWithoutTransactionsAreNotWrittenTwiceInSilence) {
  const history::Graph graph = this->graph({kTables, R"(revision: bbb
parents: [aaa]
message: old engine
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table: {old: {columns: {n: integer}, mariadb: {engine: MyISAM}}}
  - execute: INSERT INTO old VALUES (1)
downgrade:
  - drop_table: old
)"});
  runner(graph).upgrade("aaa", {});
  loses_connection_at(graph, "head", "INSERT INTO old", Moment::after);
  EXPECT_THROW(runner(graph).upgrade("head", {}), Error);
  RunOptions options;
  options.resolve = Resolve::done;
  EXPECT_THAT(runner(graph).upgrade("head", options), ElementsAre("bbb"));
  EXPECT_EQ(scalar("SELECT count(*) FROM old"), "1");
}

TEST_P(Bugs, LongStatementsOfRowsAreStillData) {
  const history::Graph graph =
      this->graph({kTables,
                   "revision: bbb\nparents: [aaa]\nmessage: long\ncreated: 2026-01-02T00:00:00Z\n"
                   "upgrade:\n  - create_table: {long: {columns: {id: integer, body: text}, "
                   "primary_key: [id]}}\n  - bulk_insert: {table: long, columns: [id, body], rows: "
                   "[[1, \"" +
                       std::string(6000, 'x') + "\"], [2, \"it's\"]]}\n"});
  runner(graph).upgrade("aaa", {});
  loses_connection_at(graph, "head", "INSERT INTO", Moment::after);
  EXPECT_THAT(runner(graph).upgrade("head", {}), ElementsAre("bbb"));
  EXPECT_EQ(scalar("SELECT sum(length(body)) FROM `long`"), "6004");
}

TEST_P(Bugs, AStatementUnderWayIsKnownByWhatItsVariablesStandFor) {
  const history::Graph graph = this->graph({kTables, R"yaml(revision: bbb
parents: [aaa]
message: plain
created: 2026-01-02T00:00:00Z
upgrade:
  - execute: {mariadb: "ALTER TABLE ${table:identifier} ADD COLUMN c varchar(20)"}
  - execute: {mariadb: "UPDATE ${table:identifier} SET c = concat(coalesce(c, ''), ${value:literal})"}
  - execute: {mariadb: "CREATE TABLE ${other:identifier} (id int)"}
downgrade:
  - execute: {mariadb: "DROP TABLE ${other:identifier}"}
  - execute: {mariadb: "ALTER TABLE ${table:identifier} DROP COLUMN c"}
)yaml"});
  RunOptions options = RunOptions::losing_data();
  options.variables = {{"table", "parent"}, {"value", "it's"}, {"other", "od`d"}};
  runner(graph).upgrade("aaa", {});
  const fault::State below = state();
  runner(graph).upgrade("head", options);
  const fault::State above = state();
  for (const char* text : {"ADD COLUMN c", "concat(coalesce", "CREATE TABLE `od"}) {
    for (const Moment moment : {Moment::before, Moment::after}) {
      SCOPED_TRACE(std::string(text) + (moment == Moment::before ? ", before" : ", after"));
      runner(graph).downgrade("aaa", options);
      EXPECT_EQ(fault::difference(below, state()), "");
      loses_connection_at(graph, "head", text, moment, options);
      // Before anything is looked at or run.
      EXPECT_THROW(runner(graph).upgrade("head", {}), Error);
      runner(graph).upgrade("head", options);
      EXPECT_EQ(fault::difference(above, state()), "");
    }
  }
}

TEST_P(Bugs, ALockThatDoesNotKeepOutEverybodySaysSo) {
  const history::Graph graph = this->graph({kTables});
  Plan plan;
  plan.lock_limit = "holds on one node only";
  const auto connection = fault::faulty(connect(), plan);
  Runner(*connection, graph, yaml::parse_revision, sink_).upgrade("head", {});
  EXPECT_THAT(sink_.lines, testing::Contains("holds on one node only"));
  sink_.lines.clear();
  runner(graph).downgrade("base", run::RunOptions::losing_data());
  EXPECT_THAT(sink_.lines, testing::Not(testing::Contains(HasSubstr("node"))));
}

INSTANTIATE_TEST_SUITE_P(Backends, Bugs, testing::Values(DialectKind::mariadb), name_of_kind);

}  // namespace
}  // namespace dbmig::run
