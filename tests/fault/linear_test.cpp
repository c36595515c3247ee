// What a run asks of a database, counted: no time, but no more than a line either.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>

#include "fault/faulty_connection.hpp"
#include "history/graph.hpp"
#include "run/runner.hpp"
#include "support/mariadb.hpp"
#include "support/temp_dir.hpp"
#include "yaml/revision.hpp"

namespace dbmig::fault {
namespace {

std::string id_of(std::size_t n) {
  return fmt::format("r{:05}", n);
}

std::string revision_text(std::size_t n) {
  const std::string change =
      n % 5 == 0
          ? fmt::format("create_table: {{t{}: {{columns: {{id: int, name: varchar(20)}}}}}}", n)
      : n % 5 == 4
          ? fmt::format("create_index: {{table: t{}, name: ix{}, columns: [name]}}", n - 4, n)
          : fmt::format("add_column: {{table: t{}, name: c{}, type: int}}", n / 5 * 5, n);
  // Every seventh has a downgrade of its own.
  const std::string back = n % 35 != 6 ? ""
                                       : fmt::format(
                                             "downgrade:\n  - drop_column: {{table: t{}, "
                                             "name: c{}}}\n",
                                             n / 5 * 5, n);
  return fmt::format("revision: {}\nparents: [{}]\nupgrade:\n  - {}\n{}", id_of(n),
                     n == 0 ? "" : id_of(n - 1), change, back);
}

struct Counts {
  std::size_t up = 0;    ///< calls of the connection
  std::size_t down = 0;  ///< the same
  std::size_t read = 0;  ///< revisions whose operations were read
  std::size_t parsed = 0;
};

Counts count(const Url& url, std::size_t revisions) {
  Counts counts;
  std::atomic<std::size_t> reads{0};  // by several threads
  std::vector<history::StoredRevision> stored;
  for (std::size_t n = 0; n < revisions; ++n) {
    const auto read = [n, &reads] {
      ++reads;
      return yaml::parse_revision(revision_text(n), id_of(n));
    };
    stored.push_back({yaml::parse_revision(revision_text(n), id_of(n)), read});
  }
  const history::Graph graph = history::Graph::of(std::move(stored));
  NullEventSink events;
  const auto run = [&](auto work) {
    Plan plan;
    const auto connection = faulty(backend::connect(url, {.create = true}), plan);
    run::Runner runner(
        *connection, graph,
        [&](std::string_view text, const std::string& name) {
          ++counts.parsed;
          return yaml::parse_revision(text, name);
        },
        events);
    work(runner);
    return plan.calls;
  };
  counts.up = run([](run::Runner& runner) { runner.upgrade("head", {}); });
  counts.down =
      run([](run::Runner& runner) { runner.downgrade("base", run::RunOptions::losing_data()); });
  counts.read = reads;
  return counts;
}

void expect_line(const Counts& few, const Counts& many, std::size_t times) {
  EXPECT_LE(many.up, few.up * times);
  EXPECT_LE(many.down, few.down * times);
}

TEST(Linear, CallsAndRevisionsReadOnSqlite) {
  const test::TempDir dir;
  const auto on = [&](const std::string& name, std::size_t revisions) {
    return count(Url::parse("sqlite:///" + (dir / name).string()), revisions);
  };
  const Counts few = on("few.db", 50);
  const Counts many = on("many.db", 500);
  expect_line(few, many, 10);
  EXPECT_EQ(many.read, 500U);
  EXPECT_EQ(many.parsed, 0U);
  // A savepoint, its release, the statement, the bookkeeping.
  EXPECT_LE(few.up, 50U * 5 + 30);
}

TEST(Linear, CallsAndRevisionsReadOnMariadb) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const auto on = [&](std::size_t revisions) {
    const test::MariadbDatabase database;
    return count(database.url(), revisions);
  };
  const Counts few = on(20);
  const Counts many = on(100);
  expect_line(few, many, 5);
  EXPECT_EQ(many.read, 100U);
  EXPECT_EQ(many.parsed, 0U);
  // What is done and what comes next are written at once: the fingerprint, that, the statement.
  EXPECT_LE(many.up, 100U * 4 + 30);
}

}  // namespace
}  // namespace dbmig::fault
