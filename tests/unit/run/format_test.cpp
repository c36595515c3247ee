// Databases whose history an older version wrote, from files kept since, and a newer one's.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/file.hpp"
#include "dialect/script.hpp"
#include "run/offline.hpp"
#include "support/source_path.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class FormatTest : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    if (IsSkipped()) return;
    const std::string text = read_file(test::source_path(
        fmt::format("tests/unit/run/formats/format1.{}.sql", to_string(GetParam()))));
    for (const auto& statement : dialect::split_script(GetParam(), text, "format1.sql")) {
      connection_->execute(statement.sql);
    }
  }

  /// The project of the kept files, which stands in them.
  history::Graph kept_graph() {
    std::vector<std::string> texts;
    for (const auto& row :
         connection_->query("SELECT text FROM dbmig_revisions ORDER BY id").rows) {
      texts.push_back(row.at(0).value_or(""));
    }
    return this->graph(texts);
  }

  std::vector<std::string> columns() {
    return connection_->query("SELECT * FROM dbmig_revisions WHERE 1 = 0").columns;
  }

  std::string refusal(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

TEST_P(FormatTest, AnOlderHistoryIsReadWithoutAChange) {
  const history::Graph graph = kept_graph();
  Runner runner = this->runner(graph);
  const std::vector<AppliedRevision> rows = RevisionStore(*connection_).all(true);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0].is_complete());
  EXPECT_EQ(rows[0].origin, kApplied);
  EXPECT_THAT(rows[0].text, HasSubstr("message: first table"));
  EXPECT_EQ(rows[1].running, is_sqlite() ? "" : "upgrade");
  EXPECT_EQ(rows[1].statements_done, is_sqlite() ? 3U : 1U);
  EXPECT_EQ(rows[1].statement_hashes.size(), is_sqlite() ? 0U : 1U);
  EXPECT_EQ(runner.applied().size(), is_sqlite() ? 2U : 1U);
  EXPECT_THAT(columns(), AllOf(Contains("under_way"), Not(Contains("format"))));
}

TEST_P(FormatTest, AnOlderHistoryGoesOnWhereItStopped) {
  const history::Graph graph = kept_graph();
  Runner runner = this->runner(graph);
  if (is_sqlite()) runner.downgrade("aaa", RunOptions::losing_data());
  EXPECT_THAT(runner.upgrade("head", {}), ElementsAre("bbb"));
  EXPECT_THAT(table_names(), ElementsAre("customer", "invoice", "payment"));
  EXPECT_EQ(scalar("SELECT count(*) FROM dbmig_revisions WHERE state = 'applied'"), "2");
  EXPECT_EQ(scalar("SELECT min(format) FROM dbmig_revisions"), "2");
  EXPECT_THAT(columns(), AllOf(Contains("statements_to_undo"), Contains("statement_hashes"),
                               Not(Contains("under_way")), Not(Contains("ran"))));
  EXPECT_THAT(this->runner(graph).downgrade("base", RunOptions::losing_data()),
              ElementsAre("bbb", "aaa"));
}

/// Every statement of the way to this format may be the last before the power fails.
TEST_P(FormatTest, AHalfChangedTableIsReadAndFinished) {
  for (const std::vector<const char*>& done :
       {std::vector<const char*>{"RENAME COLUMN under_way TO state"},
        {"RENAME COLUMN under_way TO state", "RENAME COLUMN operations_done TO statements_to_undo"},
        {"DROP COLUMN origin", "DROP COLUMN ran"},
        {"RENAME COLUMN ran TO statement_hashes", "DROP COLUMN origin"}}) {
    connection_->execute("DROP TABLE IF EXISTS kept");
    connection_->execute("CREATE TABLE kept AS SELECT * FROM dbmig_revisions");
    for (const char* change : done) {
      connection_->execute(fmt::format("ALTER TABLE dbmig_revisions {}", change));
    }
    RevisionStore before(*connection_);
    EXPECT_EQ(before.all().size(), 2U);
    RevisionStore store(*connection_);
    store.create_if_missing();
    const std::vector<AppliedRevision> rows = store.all();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_TRUE(rows[0].is_complete());
    EXPECT_EQ(rows[1].running, is_sqlite() ? "" : "upgrade");
    EXPECT_THAT(columns(), Contains("format"));
    connection_->execute("DROP TABLE dbmig_revisions");
    connection_->execute("ALTER TABLE kept RENAME TO dbmig_revisions");
  }
}

TEST_P(FormatTest, AViewThatIsBrokenHoldsNothingUp) {
  connection_->execute("CREATE TABLE gone (id INTEGER)");
  connection_->execute("CREATE VIEW broken AS SELECT * FROM gone");
  connection_->execute("DROP TABLE gone");
  const std::vector<AppliedRevision> before = RevisionStore(*connection_).all();
  RevisionStore store(*connection_);
  store.create_if_missing();
  EXPECT_THAT(columns(), Contains("format"));
  const std::vector<AppliedRevision> after = store.all();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].id, before[i].id);
    EXPECT_EQ(after[i].running, before[i].running);
    EXPECT_EQ(after[i].applied_at, before[i].applied_at);
    EXPECT_EQ(after[i].statement_hashes, before[i].statement_hashes);
    EXPECT_EQ(store.text(after[i].id), RevisionStore(*connection_).text(before[i].id));
  }
}

TEST_P(FormatTest, ANewerHistoryIsRefusedInWords) {
  RevisionStore(*connection_).create_if_missing();
  connection_->execute("UPDATE dbmig_revisions SET format = 3 WHERE id = 'aaa'");
  const history::Graph graph = kept_graph();
  const auto said = HasSubstr("was written by a newer dbmig");
  EXPECT_THAT(refusal([&] { this->runner(graph).applied(); }), said);
  EXPECT_THAT(refusal([&] { this->runner(graph).upgrade("head", {}); }), said);
  EXPECT_THAT(refusal([&] { this->runner(graph).stamp({"bbb"}, true, {}, "stamped"); }), said);
  EXPECT_THAT(refusal([&] { RevisionStore(*connection_).create_if_missing(); }), said);
  // One that renamed what we know.
  connection_->execute("ALTER TABLE dbmig_revisions RENAME COLUMN state TO phase");
  EXPECT_THAT(refusal([&] { this->runner(graph).applied(); }), said);
  EXPECT_THAT(refusal([&] { RevisionStore(*connection_).create_if_missing(); }), said);
}

/// A script for SQLite has no words for "if the column is not there".
class FormatTestOfScripts : public FormatTest {};

TEST_P(FormatTestOfScripts, BringAnOlderHistoryAlong) {
  connection_->execute("DELETE FROM dbmig_revisions WHERE id = 'bbb'");
  connection_->execute("DROP TABLE invoice");
  std::vector<std::string> texts{RevisionStore(*connection_).text("aaa")};
  texts.emplace_back(
      "revision: bbb\nparents: [aaa]\nmessage: more\ncreated: 2026-01-02T00:00:00Z\n"
      "upgrade:\n  - create_table: {invoice: {columns: {id: integer}, primary_key: [id]}}\n");
  const history::Graph graph = this->graph(texts);
  const std::string script =
      offline_script(graph, GetParam(), Direction::upgrade, {"aaa"}, {"bbb"}, {});
  for (int time = 0; time < 2; ++time) {
    for (const auto& statement : dialect::split_script(GetParam(), script, "up.sql")) {
      connection_->execute(statement.sql);
    }
    EXPECT_EQ(this->runner(graph).applied().size(), 2U) << script;
    connection_->execute("DELETE FROM dbmig_revisions WHERE id = 'bbb'");
    connection_->execute("DROP TABLE invoice");
  }
}

INSTANTIATE_TEST_SUITE_P(Databases, FormatTestOfScripts, ::testing::Values(DialectKind::mariadb),
                         name_of_kind);
INSTANTIATE_TEST_SUITE_P(Databases, FormatTest,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
