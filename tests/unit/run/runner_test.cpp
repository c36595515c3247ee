#include "run/runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "run/check.hpp"
#include "run/offline.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const char* const kCountry = R"(revision: aaa
parents: []
message: countries
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table:
      country:
        columns:
          id: {type: integer}
          name: {type: varchar(40), nullable: false}
        primary_key: [id]
  - bulk_insert: {table: country, columns: [id, name], rows: [[1, España], [2, "O'Higgins"]]}
)";

const char* const kPerson = R"(revision: bbb
parents: [aaa]
message: people
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table:
      person:
        columns:
          id: {type: integer, autoincrement: true}
          country_id: {type: integer}
        primary_key: [id]
        foreign_keys:
          fk_person_country: {columns: [country_id], references: country(id)}
  - add_column: {table: country, name: code, type: char(2)}
)";

/// Its last statement fails while a country has no code; behind plain SQL nobody asks before.
const char* const kStrict = R"(revision: ccc
parents: [bbb]
message: codes are required
created: 2026-01-03T00:00:00Z
upgrade:
  - create_table:
      log:
        columns:
          id: {type: integer}
        primary_key: [id]
  - execute: UPDATE country SET name = name
  - alter_column: {table: country, name: code, nullable: false}
)";

class RunnerTest : public RunTest {};

TEST_P(RunnerTest, UpgradeBringsTheDatabaseToTheHeadOnce) {
  const history::Graph graph = this->graph({kCountry, kPerson});
  Runner runner = this->runner(graph);
  EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("aaa", "bbb"));
  EXPECT_THAT(table_names(), ElementsAre("country", "person"));
  EXPECT_EQ(scalar("SELECT name FROM country WHERE id = 2"), "O'Higgins");
  EXPECT_THAT(sink_.lines, Contains("Running upgrade  -> aaa, countries"));
  EXPECT_THAT(sink_.lines, Contains("Running upgrade aaa -> bbb, people"));
  EXPECT_THAT(runner.upgrade("head", {}), IsEmpty());
  const auto rows = runner.rows();
  ASSERT_EQ(rows.size(), 2U);
  for (const AppliedRevision& row : rows) {
    EXPECT_TRUE(row.is_complete());
    EXPECT_EQ(row.statements_done, row.statements_total);
    EXPECT_EQ(row.checksum, graph.get(row.id).checksum.get());
  }
}

TEST_P(RunnerTest, DowngradeTakesBackExactlyWhatTheUpgradeDid) {
  const history::Graph graph = this->graph({kCountry, kPerson});
  Runner runner = this->runner(graph);
  runner.upgrade("aaa", {});
  const schema::Schema first = connection_->inspect({}).schema;
  runner.upgrade("+1", {});
  EXPECT_THAT(runner.downgrade("-1", RunOptions::losing_data()), ElementsAre("bbb"));
  EXPECT_EQ(schema::sorted(connection_->inspect({}).schema), schema::sorted(first));
  EXPECT_EQ(scalar("SELECT count(*) FROM country"), "2");
  EXPECT_THAT(sink_.lines, Contains("Running downgrade bbb -> aaa, people"));
  EXPECT_THAT(runner.downgrade("base", RunOptions::losing_data()), ElementsAre("aaa"));
  EXPECT_THAT(table_names(), IsEmpty());
  EXPECT_THAT(runner.applied(), IsEmpty());
}

TEST_P(RunnerTest, PlainSqlThatSaysHowItIsTakenBackKeepsTheDerivedDowngrade) {
  const history::Graph graph = this->graph({kCountry, R"(revision: bbb
parents: [aaa]
message: plain SQL in between
created: 2026-01-02T00:00:00Z
upgrade:
  - add_column: {table: country, name: code, type: char(2)}
  - execute:
      sql: UPDATE country SET code = substr(name, 1, 2)
      undo: UPDATE country SET name = upper(name)
  - execute:
      mariadb: CREATE VIEW v AS SELECT code FROM country
      sqlite: CREATE VIEW v AS SELECT code FROM country
      undo: DROP VIEW v
      state:
        - create_view: {name: v, sql: SELECT code FROM country}
  - execute: {sql: UPDATE country SET code = upper(code), undo: none}
  - create_index: {table: country, name: ix, columns: [code]}
)"});
  Runner runner = this->runner(graph);
  runner.upgrade("aaa", {});
  const schema::Schema first = connection_->inspect({}).schema;
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("bbb"));
    EXPECT_EQ(scalar("SELECT count(code) FROM v"), "2");
    sink_.statements.clear();
    EXPECT_THAT(runner.downgrade("-1", RunOptions::losing_data()), ElementsAre("bbb"));
    EXPECT_EQ(schema::sorted(connection_->inspect({}).schema), schema::sorted(first));
    EXPECT_EQ(scalar("SELECT name FROM country WHERE id = 2"), "O'HIGGINS");
    const auto at = [&](const char* sql) {
      const auto& all = sink_.statements;
      return std::find_if(
                 all.begin(), all.end(),
                 [&](const std::string& one) { return one.find(sql) != std::string::npos; }) -
             all.begin();
    };
    EXPECT_LT(at("ix"), at("DROP VIEW v"));
    EXPECT_LT(at("DROP VIEW v"), at("name = upper(name)"));
  }
}

TEST_P(RunnerTest, AFailingRevisionLeavesTheEarlierOnesAndSaysWhere) {
  const history::Graph graph = this->graph({kCountry, kPerson, kStrict});
  Runner runner = this->runner(graph);
  try {
    runner.upgrade("head", {});
    FAIL() << "the upgrade should have failed";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("r3.yaml:12:"));
    EXPECT_THAT(error.what(), HasSubstr("revision ccc"));
    EXPECT_FALSE(error.statement().empty());
    EXPECT_NE(error.native_code(), 0);
  }
  EXPECT_THAT(runner.applied(), ElementsAre("aaa", "bbb"));
  if (is_sqlite()) {
    EXPECT_THAT(table_names(), ElementsAre("country", "person")) << "rolled back whole";
  }
  connection_->execute("UPDATE country SET code = 'XX'");
  EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("ccc"));
  EXPECT_THAT(table_names(), ElementsAre("country", "log", "person"));
  EXPECT_TRUE(check_database(*connection_, graph).is_clean());
}

TEST_P(RunnerTest, AnEditedRevisionIsRefusedUntilRepaired) {
  const history::Graph graph = this->graph({kCountry});
  runner(graph).upgrade("head", {});
  std::string edited = kCountry;
  edited.replace(edited.find("varchar(40)"), 11, "varchar(41)");
  const history::Graph changed = this->graph({edited, kPerson});
  Runner runner = this->runner(changed);
  try {
    runner.upgrade("head", {});
    FAIL() << "the upgrade should have been refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::refused);
    EXPECT_THAT(error.what(),
                HasSubstr("revision aaa was edited after it was applied: operation 1 of the "
                          "upgrade was changed in its details: create table 'country'"));
  }
  EXPECT_THAT(check_database(*connection_, changed).edited, ElementsAre("aaa"));
  EXPECT_THAT(runner.repair({}), ElementsAre("aaa"));
  EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("bbb"));
}

TEST_P(RunnerTest, CommentsAndLineEndingsAreNoEdit) {
  const history::Graph graph = this->graph({kCountry});
  runner(graph).upgrade("head", {});
  std::string reformatted = "# a comment\r\n";
  for (const char c : std::string(kCountry)) {
    if (c == '\n') reformatted += '\r';
    reformatted += c;
  }
  const history::Graph same = this->graph({reformatted});
  EXPECT_THAT(runner(same).upgrade("head", {}), IsEmpty());
}

TEST_P(RunnerTest, ARevisionWithoutItsFileIsNamedAndCanBeTakenBack) {
  runner(graph({kCountry, kPerson})).upgrade("head", {});
  const history::Graph fewer = this->graph({kCountry});
  Runner runner = this->runner(fewer);
  try {
    runner.upgrade("head", {});
    FAIL() << "the upgrade should have failed";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Can't locate revision identified by 'bbb'"));
  }
  EXPECT_THAT(runner.downgrade("-1", RunOptions::losing_data()), ElementsAre("bbb"));
  EXPECT_THAT(table_names(), ElementsAre("country"));
  EXPECT_THAT(runner.upgrade("head", {}), IsEmpty());
}

TEST_P(RunnerTest, StampWritesOnlyTheBookkeeping) {
  const history::Graph graph = this->graph({kCountry, kPerson});
  Runner runner = this->runner(graph);
  runner.stamp({"head"}, false, {});
  EXPECT_THAT(runner.applied(), ElementsAre("aaa", "bbb"));
  EXPECT_THAT(table_names(), IsEmpty());
  runner.stamp({"aaa"}, false, {});
  EXPECT_THAT(runner.applied(), ElementsAre("aaa"));
  runner.stamp({"base"}, true, {});
  EXPECT_THAT(runner.applied(), IsEmpty());
}

TEST_P(RunnerTest, ConcurrentUpgradesRunEveryRevisionOnce) {
  const history::Graph graph = this->graph({kCountry, kPerson});
  std::vector<std::vector<std::string>> ran(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ran.size(); ++i) {
    threads.emplace_back([&, i] {
      RecordingSink sink;
      const auto connection = connect();
      ran[i] = Runner(*connection, graph, yaml::parse_revision, sink).upgrade("head", {});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::string> all;
  for (const auto& ids : ran) all.insert(all.end(), ids.begin(), ids.end());
  EXPECT_THAT(all, ElementsAre("aaa", "bbb"));
}

TEST_P(RunnerTest, AStopBetweenStatementsLeavesAStateThatTheNextRunFinishes) {
  const history::Graph graph = this->graph({kCountry, kPerson});
  Runner runner = this->runner(graph);
  const std::atomic<bool> stop{true};
  RunOptions options;
  options.stop = &stop;
  EXPECT_THROW(runner.upgrade("head", options), Error);
  EXPECT_THAT(runner.applied(), IsEmpty());
  EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("aaa", "bbb"));
}

TEST_P(RunnerTest, CheckNamesPendingRevisionsAndDrift) {
  const history::Graph graph = this->graph({kCountry, kPerson});
  Runner runner = this->runner(graph);
  runner.upgrade("aaa", {});
  EXPECT_THAT(check_database(*connection_, graph).pending, ElementsAre("bbb"));
  runner.upgrade("head", {});
  EXPECT_TRUE(check_database(*connection_, graph).is_clean());
  connection_->execute("ALTER TABLE country ADD COLUMN surprise INTEGER");
  connection_->execute("CREATE TABLE somebody_elses (id INTEGER)");
  const DatabaseCheck check = check_database(*connection_, graph);
  EXPECT_THAT(check.drift.difference.detected, ElementsAre(HasSubstr("country.surprise")));
}

TEST_P(RunnerTest, TheOfflineScriptDoesWhatTheUpgradeDoes) {
  const history::Graph graph = this->graph({kCountry, kPerson});
  const std::string script =
      offline_script(graph, GetParam(), Direction::upgrade, {}, graph.resolve("head"));
  for (std::string& statement : connection_->dialect().split_statements(script)) {
    connection_->execute(statement);
  }
  EXPECT_THAT(table_names(), ElementsAre("country", "person"));
  Runner runner = this->runner(graph);
  EXPECT_THAT(runner.upgrade("head", {}), IsEmpty());
  EXPECT_TRUE(check_database(*connection_, graph).is_clean());
}

INSTANTIATE_TEST_SUITE_P(Backends, RunnerTest,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
