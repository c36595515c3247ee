// Statements that the server refuses: what is taken back, what is kept, and what is said.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "fault/faulty_connection.hpp"
#include "fault/state.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using fault::Plan;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const kStart = R"(revision: aaa
parents: []
message: rows
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table: {parent: {columns: {id: integer, name: varchar(20)}, primary_key: [id]}}
  - create_table:
      child:
        columns: {id: integer, parent_id: integer}
        primary_key: [id]
        foreign_keys: {fk_child_parent: {columns: [parent_id], references: parent(id)}}
  - bulk_insert: {table: parent, columns: [id, name], rows: [[1, a], [2, b]]}
  - bulk_insert: {table: child, columns: [id, parent_id], rows: [[1, 1]]}
)";

class Refused : public RunTest {
 protected:
  /// Up to the head, with `meanwhile` run by somebody else right before the statement that holds
  /// `text` is sent. The error, if there is one.
  std::optional<Error> upgrade(const history::Graph& graph, const std::string& text,
                               const std::string& meanwhile) {
    Plan plan;
    bool done = false;
    plan.on_statement = [&](std::string_view sql) {
      if (done || sql.find(text) == std::string_view::npos) return;
      done = true;
      connect()->execute(meanwhile);
    };
    const auto faulty = fault::faulty(connect(), plan);
    try {
      Runner(*faulty, graph, yaml::parse_revision, sink_).upgrade("head", {});
    } catch (const Error& error) {
      EXPECT_TRUE(done) << error.what();
      return error;
    }
    return std::nullopt;
  }
  /// Up to the head with an error of the server at the statement that holds `text`, and the
  /// connection lost `lost_after` calls later.
  void fails_at(const history::Graph& graph, std::string_view text, std::size_t lost_after = 0) {
    Plan plan;
    plan.fails_only = true;
    plan.lost_after = lost_after;
    plan.on_statement = [&](std::string_view sql) {
      const bool is_first = plan.strike_at == 0;
      if (is_first && sql.find(text) != std::string_view::npos) plan.strike_at = plan.calls + 1;
    };
    const auto faulty = fault::faulty(connect(), plan);
    EXPECT_THROW(Runner(*faulty, graph, yaml::parse_revision, sink_).upgrade("head", {}), Error);
    EXPECT_TRUE(plan.struck);
  }
  fault::State state() { return fault::capture(*connect()); }
};

class MariadbRefused : public Refused {};

TEST_P(MariadbRefused, RowsThatAppearedAfterTheQuestionTakeTheRevisionBack) {
  runner(graph({kStart})).upgrade("head", {});
  const history::Graph graph = this->graph({kStart, R"(revision: bbb
parents: [aaa]
message: names are unique
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table: {note: {columns: {id: integer}, primary_key: [id]}}
  - add_column: {table: child, name: more, type: integer}
  - create_unique_constraint: {table: parent, name: uq_parent_name, columns: [name]}
)"});
  const auto error = upgrade(graph, "uq_parent_name", "INSERT INTO parent VALUES (3, 'b')");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::constraint);
  EXPECT_THAT(error->what(), AllOf(HasSubstr("r2.yaml:8:5: upgrade of revision bbb failed"),
                                   HasSubstr("Duplicate entry 'b'"),
                                   HasSubstr("remove or change one of the rows")));
  EXPECT_THAT(error->statement(), HasSubstr("ALTER TABLE `parent` ADD"));
  EXPECT_THAT(sink_.lines,
              Contains(HasSubstr("what it had done before that (2 statements) was undone")));
  EXPECT_THAT(table_names(), ElementsAre("child", "parent"));
  connection_->execute("DELETE FROM parent WHERE id = 3");
  const fault::State before = state();
  EXPECT_THAT(runner(graph).upgrade("head", {}), ElementsAre("bbb"));
  runner(graph).downgrade("aaa", run::RunOptions::losing_data());
  EXPECT_EQ(fault::difference(before, state()), "");
}

TEST_P(MariadbRefused, WhatPlainSqlDidIsKeptNamedAndResumed) {
  runner(graph({kStart})).upgrade("head", {});
  const history::Graph graph = this->graph({kStart, R"(revision: bbb
parents: [aaa]
message: names are unique
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table: {note: {columns: {id: integer}, primary_key: [id]}}
  - execute: UPDATE parent SET name = concat(name, '!')
  - create_unique_constraint: {table: parent, name: uq_parent_name, columns: [name]}
downgrade:
  - drop_constraint: {table: parent, name: uq_parent_name, kind: unique}
  - execute: UPDATE parent SET name = left(name, 1)
  - drop_table: note
)"});
  const auto error = upgrade(graph, "uq_parent_name", "INSERT INTO parent VALUES (3, 'b!')");
  ASSERT_TRUE(error);
  EXPECT_THAT(error->what(), HasSubstr("Duplicate entry 'b!'"));
  EXPECT_THAT(sink_.lines, Contains(HasSubstr("executed and not undone: CREATE TABLE `note`")));
  EXPECT_THAT(sink_.lines, Contains(HasSubstr("executed and not undone: UPDATE parent")));
  EXPECT_THAT(sink_.lines, Contains(AllOf(HasSubstr("stopped after statement 2 of 3"),
                                          HasSubstr("`dbmig upgrade` continues from there"))));
  // The cause is still there: nothing moves.
  const fault::State kept = state();
  EXPECT_THROW(runner(graph).upgrade("head", {}), Error);
  EXPECT_EQ(fault::difference(kept, state()), "");
  connection_->execute("DELETE FROM parent WHERE id = 3");
  EXPECT_THAT(runner(graph).upgrade("head", {}), ElementsAre("bbb"));
  EXPECT_EQ(scalar("SELECT group_concat(name) FROM parent"), "a!,b!") << "done once";
}

TEST_P(MariadbRefused, AForeignKeyThatIsOffForATypeComesBack) {
  runner(graph({kStart})).upgrade("head", {});
  const history::Graph graph = this->graph({kStart, R"(revision: bbb
parents: [aaa]
message: wider
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table: {note: {columns: {id: integer}, primary_key: [id]}}
  - alter_column: {table: parent, name: id, type: bigint}
  - alter_column: {table: child, name: parent_id, type: bigint}
)"});
  const fault::State before = state();
  for (const char* text : {"`parent` MODIFY", "`child` MODIFY", "ADD CONSTRAINT"}) {
    SCOPED_TRACE(text);
    fails_at(graph, text);
    if (std::string_view(text) != "ADD CONSTRAINT") {
      EXPECT_EQ(fault::difference(before, state()), "");
    }
    // Where the key would have to come back over rows that it was off for, things are left alone.
    EXPECT_THAT(runner(graph).upgrade("head", {}), ElementsAre("bbb"));
    runner(graph).downgrade("aaa", run::RunOptions::losing_data());
    EXPECT_EQ(fault::difference(before, state()), "");
  }
}

TEST_P(MariadbRefused, AndItComesBackWhenThatIsInterrupted) {
  runner(graph({kStart})).upgrade("head", {});
  const history::Graph graph = this->graph({kStart, R"(revision: bbb
parents: [aaa]
message: wider
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table: {note: {columns: {id: integer}, primary_key: [id]}}
  - alter_column: {table: parent, name: id, type: bigint}
  - alter_column: {table: child, name: parent_id, type: bigint}
)"});
  const fault::State before = state();
  for (std::size_t later = 1; later < 14; ++later) {
    SCOPED_TRACE(later);
    fails_at(graph, "`child` MODIFY", later);
    runner(graph).downgrade("aaa", run::RunOptions::losing_data());
    EXPECT_EQ(fault::difference(before, state()), "");
  }
}

TEST_P(MariadbRefused, AFullDiskTakesTheRevisionBack) {
  runner(graph({kStart})).upgrade("head", {});
  const fault::State before = state();
  const history::Graph graph = this->graph({kStart, R"(revision: bbb
parents: [aaa]
message: two
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table: {note: {columns: {id: integer}, primary_key: [id]}}
  - create_index: {table: parent, name: ix_parent_name, columns: [name]}
)"});
  fails_at(graph, "ix_parent_name");
  EXPECT_EQ(fault::difference(before, state()), "");
  EXPECT_THAT(runner(graph).upgrade("head", {}), ElementsAre("bbb"));
}

INSTANTIATE_TEST_SUITE_P(Backends, MariadbRefused, testing::Values(DialectKind::mariadb),
                         name_of_kind);

TEST_P(Refused, OnSqliteTheRevisionsBeforeStay) {
  const history::Graph graph = this->graph({kStart, R"(revision: bbb
parents: [aaa]
message: names are unique
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table: {note: {columns: {id: integer}, primary_key: [id]}}
  - execute: UPDATE parent SET name = 'same'
  - create_unique_constraint: {table: parent, name: uq_parent_name, columns: [name]}
downgrade: []
)"});
  try {
    runner(graph).upgrade("head", {});
    FAIL() << "two rows have the same name";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("r2.yaml:8:5"), HasSubstr("UNIQUE constraint"),
                                    HasSubstr("remove the duplicate rows")));
    EXPECT_THAT(error.statement(), Not(IsEmpty()));
  }
  EXPECT_THAT(table_names(), ElementsAre("child", "parent"));
  EXPECT_EQ(scalar("SELECT group_concat(name) FROM parent"), "a,b");
}

INSTANTIATE_TEST_SUITE_P(Backends, Refused, testing::Values(DialectKind::sqlite), name_of_kind);

}  // namespace
}  // namespace dbmig::run
