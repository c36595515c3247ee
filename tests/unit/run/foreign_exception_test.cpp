// Who listens to a run may throw anything at any moment: the database is then as after any other
// failure, and the connection as before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

const std::vector<std::string> kHistory = {R"(revision: aaa
parents: []
message: countries
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table: {country: {columns: {id: integer, name: varchar(40)}, primary_key: [id]}}
  - bulk_insert: {table: country, columns: [id, name], rows: [[1, Chile], [2, Peru]]}
)",
                                           R"(revision: bbb
parents: [aaa]
message: people
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table:
      person:
        columns: {id: integer, country_id: integer}
        primary_key: [id]
        foreign_keys: {fk: {columns: [country_id], references: country(id)}}
  - bulk_insert: {table: person, columns: [id, country_id], rows: [[1, 2]]}
  - alter_column: {table: country, name: name, type: varchar(60), nullable: false}
)",
                                           R"(revision: ccc
parents: [bbb]
message: codes
created: 2026-01-03T00:00:00Z
upgrade:
  - add_column: {table: country, name: code, type: char(2)}
  - execute: {sql: "UPDATE country SET code = 'XX'", undo: none}
  - create_index: {table: country, name: ix, columns: [code]}
)"};

/// Throws at event number `at`, and at all that follow where it is told to be `broken` for good.
class ThrowingSink final : public EventSink {
 public:
  ThrowingSink(int at, bool broken) : at_(at), broken_(broken) {}
  void on(const Event&) override {
    const int now = count_++;
    if (now != at_ && !(broken_ && now > at_)) return;
    switch (at_ % 3) {
      case 0:
        throw std::runtime_error("a sink of the application failed");
      case 1:
        throw std::bad_alloc();
      default:
        throw 42;
    }
  }
  bool has_thrown() const { return count_ > at_; }

 private:
  int at_;
  bool broken_;
  int count_ = 0;
};

class ForeignException : public RunTest {
 protected:
  /// What a run leaves on its connection: nothing.
  void expect_as_before() {
    EXPECT_FALSE(connection_->in_transaction());
    if (is_sqlite()) {
      EXPECT_EQ(scalar("PRAGMA foreign_keys"), "1");
      EXPECT_EQ(scalar("PRAGMA legacy_alter_table"), "0");
    } else {
      EXPECT_EQ(scalar("SELECT @@lock_wait_timeout"), lock_wait_);
      EXPECT_EQ(scalar("SELECT @@autocommit"), "1");
    }
    EXPECT_EQ(std::set<std::string>(), without_parent());
  }

  std::set<std::string> without_parent() {
    const std::vector<std::string> names = table_names();
    std::set<std::string> orphans;
    if (std::find(names.begin(), names.end(), "person") == names.end()) return orphans;
    for (const auto& row : connection_
                               ->query("SELECT id FROM person WHERE country_id NOT IN (SELECT id "
                                       "FROM country)")
                               .rows) {
      orphans.insert(row.at(0).value_or("NULL"));
    }
    return orphans;
  }

  /// Runs `work` with a sink that throws at each of its events in turn, until one run is quiet.
  template <class Work, class Check>
  void at_every_event(const history::Graph& graph, const Work& work, const Check& check) {
    for (const bool broken : {false, true}) {
      for (int at = 0;; ++at) {
        SCOPED_TRACE(std::to_string(at) + (broken ? " and after" : ""));
        ThrowingSink sink(at, broken);
        Runner failing(*connection_, graph, yaml::parse_revision, sink);
        try {
          work(failing);
        } catch (...) {
          EXPECT_TRUE(sink.has_thrown());
        }
        expect_as_before();
        // Another connection gets the lock at once, and comes to the end.
        const auto other = connect();
        Runner next(*other, graph, yaml::parse_revision, sink_);
        check(next);
        if (HasFatalFailure() || !sink.has_thrown()) {
          ASSERT_GT(at, 3);
          break;
        }
      }
    }
  }

  std::string lock_wait_;
};

/// Opens what it needs.
class ForeignExceptionOnSqlite : public testing::Test {
 protected:
  class Graphs : public RunTest {
   public:
    using RunTest::graph;
  };
};

TEST_P(ForeignException, LeavesNothingOfAnUpgrade) {
  const history::Graph graph = this->graph(kHistory);
  if (!is_sqlite()) lock_wait_ = scalar("SELECT @@lock_wait_timeout");
  at_every_event(
      graph, [](Runner& runner) { runner.upgrade("head", {}); },
      [&](Runner& next) {
        RunOptions soon;
        soon.lock_timeout = std::chrono::seconds(1);
        next.upgrade("head", soon);
        EXPECT_EQ(scalar("SELECT COUNT(*) FROM country WHERE code = 'XX'"), "2");
        EXPECT_EQ(scalar("SELECT COUNT(*) FROM person"), "1");
        RunOptions back;
        back.consent.destructive = true;
        next.downgrade("base", back);
      });
}

TEST_P(ForeignException, LeavesNothingOfADowngrade) {
  const history::Graph graph = this->graph(kHistory);
  if (!is_sqlite()) lock_wait_ = scalar("SELECT @@lock_wait_timeout");
  runner(graph).upgrade("head", {});
  RunOptions back;
  back.consent.destructive = true;
  back.lock_timeout = std::chrono::seconds(1);
  at_every_event(
      graph, [&](Runner& runner) { runner.downgrade("base", back); },
      [&](Runner& next) {
        next.downgrade("base", back);
        EXPECT_THAT(table_names(), testing::IsEmpty());
        next.upgrade("head", {});
        EXPECT_EQ(scalar("SELECT COUNT(*) FROM person"), "1");
      });
}

TEST_P(ForeignException, LeavesNothingOfAStamp) {
  const history::Graph graph = this->graph(kHistory);
  if (!is_sqlite()) lock_wait_ = scalar("SELECT @@lock_wait_timeout");
  ThrowingSink sink(0, true);
  Runner failing(*connection_, graph, yaml::parse_revision, sink);
  EXPECT_ANY_THROW(failing.stamp({"head"}, false, {}, ""));
  expect_as_before();
}

TEST_F(ForeignExceptionOnSqlite, ACommitThatAReaderHoldsUpLeavesNothing) {
  const test::TempDir folder;
  const Url url = Url::parse("sqlite:///" + (folder.path() / "app.db").string());
  const auto writer = backend::connect(url, {.create = true});
  writer->execute("CREATE TABLE t (a INTEGER)");
  const auto reader = backend::connect(url, {});
  reader->execute("BEGIN");
  reader->query("SELECT * FROM t");
  RecordingSink sink;
  const history::Graph graph = Graphs::graph(kHistory);
  RunOptions options;
  options.lock_wait = std::chrono::seconds(0);
  EXPECT_THROW(Runner(*writer, graph, yaml::parse_revision, sink).upgrade("head", options), Error);
  EXPECT_FALSE(writer->in_transaction());
  EXPECT_EQ(writer->query("PRAGMA foreign_keys").rows.at(0).at(0), "1");
  EXPECT_EQ(writer->query("SELECT COUNT(*) FROM sqlite_master").rows.at(0).at(0), "1");
}

INSTANTIATE_TEST_SUITE_P(Databases, ForeignException,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
