// The library with a connection that breaks at its Nth call.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "fault/faulty_connection.hpp"
#include "fault/histories.hpp"
#include "fault/siege.hpp"
#include "history/graph.hpp"
#include "run/runner.hpp"
#include "support/mariadb.hpp"
#include "support/temp_dir.hpp"
#include "yaml/revision.hpp"

namespace dbmig::fault {
namespace {

history::Graph read_graph(const History& history) {
  std::vector<history::Revision> revisions;
  for (const std::filesystem::path& file : history.files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    revisions.push_back(yaml::parse_revision(text.str(), file.filename().string()));
    revisions.back().path = file.filename();
  }
  return history::Graph(std::move(revisions));
}

class LibraryPlayground final : public Playground {
 public:
  LibraryPlayground(const History& history, DialectKind kind)
      : graph_(read_graph(history)), kind_(kind) {}

  void reset() override {
    if (kind_ == DialectKind::mariadb) {
      database_ = std::make_unique<test::MariadbDatabase>();
      url_ = database_->url();
    } else {
      folder_ = std::make_unique<test::TempDir>();
      url_ = Url::parse("sqlite:///" + (folder_->path() / "app.db").string());
    }
  }
  std::unique_ptr<backend::Connection> connect() override {
    return backend::connect(url_, {.create = true});
  }
  void migrate(const Trip& trip) override { run_trip(*connect(), trip); }
  void run_trip(backend::Connection& connection, const Trip& trip) const {
    NullEventSink events;
    run::Runner runner(connection, graph_, yaml::parse_revision, events);
    runner.combine(yaml::print_revision, 2);
    if (trip.direction == Direction::upgrade) {
      runner.upgrade(trip.target, {});
    } else {
      runner.downgrade(trip.target, run::RunOptions::losing_data());
    }
  }

 private:
  history::Graph graph_;
  DialectKind kind_;
  std::unique_ptr<test::MariadbDatabase> database_;
  std::unique_ptr<test::TempDir> folder_;
  Url url_;
};

/// The connection is lost before or after a call.
class LostConnection : public Way {
 public:
  explicit LostConnection(LibraryPlayground& playground) : playground_(playground) {}
  std::string name() const override { return "connection lost in the library"; }
  std::vector<Moment> moments() const override { return {Moment::before, Moment::after}; }
  std::size_t count(const Trip& trip) override {
    Plan plan;
    playground_.run_trip(*faulty(playground_.connect(), plan), trip);
    return plan.calls;
  }
  bool strike(const Trip& trip, std::size_t n, Moment moment) override {
    Plan plan = this->plan();
    plan.strike_at = n;
    plan.moment = moment;
    try {
      playground_.run_trip(*faulty(playground_.connect(), plan), trip);
    } catch (const Error& error) {
      EXPECT_TRUE(plan.struck) << error.what();
    }
    return plan.struck;
  }

 protected:
  virtual Plan plan() const { return {}; }

 private:
  LibraryPlayground& playground_;
};

/// A call fails, everything else works: what was done is taken back at once.
class FailedCall final : public LostConnection {
 public:
  /// `lost_after`: so many calls later the connection is lost, in the middle of taking back.
  FailedCall(LibraryPlayground& playground, std::size_t lost_after)
      : LostConnection(playground), lost_after_(lost_after) {}
  std::string name() const override {
    return lost_after_ == 0 ? "statement fails" : "statement fails, then connection lost";
  }
  std::vector<Moment> moments() const override { return {Moment::before}; }

 protected:
  Plan plan() const override { return {.fails_only = true, .lost_after = lost_after_}; }

 private:
  std::size_t lost_after_;
};

/// Breaks an upgrade of several revisions at once in its middle; then one of them is edited.
TEST(CombinedHalfWay, EditedFilesAreRefusedAndADowngradeTakesItBack) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const test::MariadbDatabase database;
  const auto graph = [](const std::string& column) {
    return history::Graph({yaml::parse_revision("revision: a\nparents: []\nupgrade:\n"
                                                "  - create_table: {t: {columns: {id: integer}}}\n"
                                                "  - create_table: {u: {columns: {id: integer}}}\n",
                                                "a.yaml"),
                           yaml::parse_revision("revision: b\nparents: [a]\nupgrade:\n"
                                                "  - add_column: {table: u, name: " +
                                                    column + ", type: integer}\n",
                                                "b.yaml")});
  };
  NullEventSink events;
  const auto run = [&](const history::Graph& files, backend::Connection& connection, bool up) {
    run::Runner runner(connection, files, yaml::parse_revision, events);
    runner.combine(yaml::print_revision, 2);
    if (up) return runner.upgrade("head", {});
    return runner.downgrade("base", run::RunOptions::losing_data());
  };
  const auto tables = [&] {
    return backend::connect(database.url(), {})->inspect({}).schema.tables.size();
  };
  const history::Graph first = graph("n");
  const history::Graph edited = graph("m");
  for (std::size_t at = 1;; ++at) {
    ASSERT_LT(at, 100U) << "no call breaks it between its tables";
    Plan plan;
    plan.strike_at = at;
    plan.moment = Moment::after;
    try {
      run(first, *faulty(backend::connect(database.url(), {}), plan), true);
    } catch (const Error&) {
    }
    if (tables() == 1) break;
    run(first, *backend::connect(database.url(), {}), false);
  }
  const auto connection = backend::connect(database.url(), {});
  try {
    run(edited, *connection, true);
    FAIL() << "revision b was edited";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::refused);
    EXPECT_EQ(std::string(error.what()),
              "an upgrade of 2 revisions at once, a to b, stopped half-way; since then, one of "
              "them was edited; restore the files (git log -- migrations), or undo what was begun "
              "with `dbmig downgrade base`");
  }
  run(edited, *connection, false);
  EXPECT_EQ(tables(), 0U);
  run(edited, *connection, true);
  EXPECT_NE(connection->inspect({}).schema.table("u").find_column("m"), nullptr);
}

struct Case {
  DialectKind kind;
  History history;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.history.name;
}

class Library : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (GetParam().kind == DialectKind::mariadb && !test::mariadb_url()) {
      GTEST_SKIP() << test::kNoMariadb;
    }
  }
};

TEST_P(Library, SurvivesALostConnection) {
  LibraryPlayground playground(GetParam().history, GetParam().kind);
  LostConnection way(playground);
  besiege(playground, way, GetParam().history.name, kBase, "head", GetParam().kind, {3});
}

TEST_P(Library, SurvivesAFailedCall) {
  LibraryPlayground playground(GetParam().history, GetParam().kind);
  FailedCall way(playground, 0);
  besiege(playground, way, GetParam().history.name, kBase, "head", GetParam().kind, {2});
}

TEST_P(Library, SurvivesAFailedCallAndThenALostConnection) {
  LibraryPlayground playground(GetParam().history, GetParam().kind);
  for (const std::size_t later : {1U, 4U}) {
    FailedCall way(playground, later);
    besiege(playground, way, GetParam().history.name, kBase, "head", GetParam().kind, {1});
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    for (const History& history : histories()) all.push_back({kind, history});
  }
  return all;
}

std::string name_of_case(const testing::TestParamInfo<Case>& info) {
  return std::string(to_string(info.param.kind)) + "_" + info.param.history.name;
}

INSTANTIATE_TEST_SUITE_P(Histories, Library, testing::ValuesIn(cases()), name_of_case);

}  // namespace
}  // namespace dbmig::fault
