// What an earlier run that died left in the journal, on MariaDB.

#include "run/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char* const kTwoTables = R"(revision: aaa
parents: []
message: two tables and a row
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table: {first: {columns: {id: integer}, primary_key: [id]}}
  - execute: INSERT INTO first VALUES (1)
  - create_table: {second: {columns: {id: integer}, primary_key: [id]}}
downgrade:
  - drop_table: second
  - drop_table: first
)";

/// Without plain SQL: every step can be taken back.
const char* const kThreeSteps = R"(revision: aaa
parents: []
message: three steps
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table: {first: {columns: {id: integer}, primary_key: [id]}}
  - bulk_insert: {table: first, columns: [id], rows: [[1], [2]]}
  - create_table: {second: {columns: {id: integer}, primary_key: [id]}}
)";

class JournalTest : public RunTest {
 protected:
  /// As a run leaves it that died when `done` statements were complete and the next one, if
  /// `took_effect`, was too, but its completion was not written.
  void die_after(const history::Graph& graph, std::size_t done, bool took_effect) {
    Runner runner = this->runner(graph);
    const std::vector<PlannedRevision> plan = runner.plan(Direction::upgrade, "head");
    const PlannedRevision& planned = plan.at(0);
    RevisionStore store(*connection_);
    store.create_if_missing();
    AppliedRevision row;
    row.id = planned.revision.id;
    row.message = planned.revision.message;
    row.checksum = planned.revision.checksum.get();
    row.text = planned.revision.text;
    row.applied_at = utc_now();
    row.statements_total = planned.statements.size();
    row.statements_done = done;
    row.running = "upgrade";
    row.statement = planned.statements.at(done).is_data ? "" : planned.statements.at(done).sql;
    for (std::size_t i = 0; i < done; ++i) {
      row.statement_hashes.push_back(statement_hash(planned.statements.at(i).sql));
    }
    store.insert(row);
    for (std::size_t i = 0; i < done + (took_effect ? 1 : 0); ++i) {
      connection_->execute(planned.statements.at(i).sql);
    }
  }
};

TEST_P(JournalTest, EveryStatementIsDecidedByLooking) {
  const history::Graph graph = this->graph({kTwoTables});
  const std::size_t total = runner(graph).plan(Direction::upgrade, "head").at(0).statements.size();
  ASSERT_EQ(total, 3U);
  for (std::size_t done = 0; done < total; ++done) {
    for (const bool took_effect : {false, true}) {
      // A data statement and its entry commit together: there is no such state to come from.
      if (done == 1 && took_effect) continue;
      SCOPED_TRACE(std::to_string(done) + (took_effect ? " took effect" : " did not"));
      die_after(graph, done, took_effect);
      Runner runner = this->runner(graph);
      EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("aaa"));
      EXPECT_THAT(table_names(), ElementsAre("first", "second"));
      EXPECT_EQ(scalar("SELECT count(*) FROM first"), "1");
      runner.downgrade("base", RunOptions::losing_data());
    }
  }
}

TEST_P(JournalTest, PlainSqlWithAnInvisibleEffectAsks) {
  const history::Graph graph = this->graph({R"(revision: aaa
parents: []
message: plain
created: 2026-01-01T00:00:00Z
upgrade:
  - execute: {mariadb: "CREATE PROCEDURE p() SELECT 1"}
downgrade:
  - execute: {mariadb: "DROP PROCEDURE p"}
)"});
  die_after(graph, 0, true);
  Runner runner = this->runner(graph);
  try {
    runner.upgrade("head", {});
    FAIL() << "the upgrade should have asked";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("--resolve done"));
  }
  RunOptions options;
  options.resolve = Resolve::done;
  EXPECT_THAT(runner.upgrade("head", options), ElementsAre("aaa"));
}

TEST_P(JournalTest, ADowngradeTakesAHalfAppliedUpgradeBack) {
  const history::Graph graph = this->graph({kThreeSteps});
  for (std::size_t done = 0; done < 3; ++done) {
    for (const bool took_effect : {false, true}) {
      if (done == 1 && took_effect) continue;
      SCOPED_TRACE(std::to_string(done) + (took_effect ? " took effect" : " did not"));
      die_after(graph, done, took_effect);
      Runner runner = this->runner(graph);
      EXPECT_THAT(runner.downgrade("base", RunOptions::losing_data()), ElementsAre("aaa"));
      EXPECT_TRUE(table_names().empty());
      EXPECT_TRUE(runner.rows().empty());
    }
  }
}

TEST_P(JournalTest, AFailedRevisionIsTakenBackWhenThatLosesNothing) {
  const history::Graph graph = this->graph({kThreeSteps});
  connection_->execute("CREATE TABLE second (somebody_elses INTEGER)");
  Runner runner = this->runner(graph);
  EXPECT_THROW(runner.upgrade("head", {}), Error);
  EXPECT_THAT(table_names(), ElementsAre("second")) << "first was taken back";
  EXPECT_TRUE(runner.rows().empty());
  connection_->execute("DROP TABLE second");
  EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("aaa"));
  EXPECT_EQ(scalar("SELECT count(*) FROM first"), "2");
}

TEST_P(JournalTest, AFailedRevisionThatDroppedSomethingStaysAndGoesOn) {
  const history::Graph first = this->graph({kThreeSteps});
  runner(first).upgrade("head", {});
  connection_->execute("CREATE TABLE third (somebody_elses INTEGER)");
  const history::Graph graph = this->graph({kThreeSteps, R"(revision: bbb
parents: [aaa]
message: drop and create
created: 2026-01-02T00:00:00Z
upgrade:
  - drop_table: second
  - create_table: {third: {columns: {id: integer}, primary_key: [id]}}
)"});
  Runner runner = this->runner(graph);
  EXPECT_THROW(runner.upgrade("head", {}), Error);
  EXPECT_THAT(table_names(), ElementsAre("first", "third"));
  EXPECT_THAT(sink_.lines, ::testing::Contains(HasSubstr("executed and not undone: DROP TABLE")));
  connection_->execute("DROP TABLE third");
  EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("bbb"));
  EXPECT_THAT(table_names(), ElementsAre("first", "third"));
}

TEST_P(JournalTest, AnUpgradeTakesAHalfDoneDowngradeBack) {
  const history::Graph graph = this->graph({kThreeSteps});
  Runner runner = this->runner(graph);
  runner.upgrade("head", {});
  // As a downgrade leaves it that died after its first statement, DROP TABLE second.
  RevisionStore store(*connection_);
  AppliedRevision row = store.all().at(0);
  row.running = "downgrade";
  row.statements_total = runner.plan(Direction::downgrade, "base").at(0).statements.size();
  row.statements_done = 1;
  store.update_progress(row);
  connection_->execute("DROP TABLE second");
  EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("aaa"));
  EXPECT_THAT(table_names(), ElementsAre("first", "second"));
  EXPECT_EQ(scalar("SELECT count(*) FROM first"), "2");
  EXPECT_TRUE(store.all().at(0).is_complete());
}

/// kTwoTables with another statement at `edited`, or one more.
std::string edited_text(std::size_t edited) {
  std::string text = kTwoTables;
  const auto replace = [&](const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  };
  switch (edited) {
    case 0:
      replace("first: {columns: {id: integer}", "first: {columns: {id: integer, more: integer}");
      break;
    case 1:
      replace("VALUES (1)", "VALUES (2)");
      break;
    case 2:
      replace("second: {columns: {id: integer}", "second: {columns: {id: integer, more: integer}");
      break;
    default:
      replace("downgrade:",
              "  - create_table: {third: {columns: {id: integer}, primary_key: "
              "[id]}}\ndowngrade:\n  - drop_table: third");
  }
  return text;
}

/// Every place where it can stop, with every statement edited since.
TEST_P(JournalTest, WhatHasRunMustStayAndTheRestMayBeEdited) {
  const history::Graph graph = this->graph({kTwoTables});
  for (std::size_t done = 0; done < 3; ++done) {
    for (std::size_t edited = 0; edited < 4; ++edited) {
      SCOPED_TRACE(std::to_string(done) + " done, edited " + std::to_string(edited));
      die_after(graph, done, false);
      const history::Graph changed = this->graph({edited_text(edited)});
      Runner runner = this->runner(changed);
      EXPECT_THROW(runner.repair({}), Error) << "half-applied";
      // A DDL statement that was being sent counts as well: it may have taken effect.
      const bool was_sent = done != 1 && edited == done;
      if (edited < done || was_sent) {
        try {
          runner.upgrade("head", {});
          ADD_FAILURE() << "the upgrade should have been refused";
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), ErrorCode::refused) << error.what();
          EXPECT_THAT(error.what(), HasSubstr("statement " + std::to_string(edited + 1) +
                                              " of the upgrade of "
                                              "revision aaa " +
                                              (was_sent ? "was" : "has already been executed")));
          EXPECT_THAT(error.what(), HasSubstr("operation " + std::to_string(edited + 1)));
        }
        this->runner(graph).upgrade("head", {});
      } else {
        EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("aaa"));
        EXPECT_EQ(scalar("SELECT max(id) FROM first"), edited == 1 ? "2" : "1");
        EXPECT_TRUE(edited_revisions(runner.rows(), changed).empty());
      }
      this->runner(edited < done || was_sent ? graph : changed)
          .downgrade("base", RunOptions::losing_data());
      EXPECT_TRUE(table_names().empty());
    }
  }
}

/// What a version without hashes left goes on as it did then: by the number of statements.
TEST_P(JournalTest, AHalfAppliedRevisionOfAnOlderVersionIsNotEdited) {
  const history::Graph graph = this->graph({kTwoTables});
  die_after(graph, 1, false);
  connection_->execute("UPDATE dbmig_revisions SET statement_hashes = ''");
  const history::Graph changed = this->graph({edited_text(1)});
  Runner runner = this->runner(changed);
  EXPECT_THROW(runner.upgrade("head", {}), Error);
  EXPECT_THAT(this->runner(graph).upgrade("head", {}), ElementsAre("aaa"));
}

INSTANTIATE_TEST_SUITE_P(Backends, JournalTest, ::testing::Values(DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
