// The rows of two databases compared by any number of ranks: the same report, down to the keys of
// the first rows that differ, and every difference is found.
#include "transfer/compare_rows.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <mutex>
#include <random>

#include "backend/sqlite/connection.hpp"
#include "base/error.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/temp_dir.hpp"
#include "support/thread_communicator.hpp"

namespace dbmig::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using transfer::TableComparison;

class Unnoticed final : public EventSink {
 public:
  void on(const Event&) override {}
};

std::atomic<bool> not_stopped{false};

using OpenSide = std::function<std::unique_ptr<backend::Connection>()>;

std::vector<TableComparison> compare_with(int ranks, const OpenSide& source,
                                          const OpenSide& target) {
  std::vector<TableComparison> tables;
  std::exception_ptr failure;
  ThreadJob job(ranks);
  job.run([&](import::Communicator& communicator) {
    const auto from = source();
    const auto to = target();
    if (!communicator.is_root()) {
      return transfer::serve_comparison(*from, *to, {}, communicator, not_stopped);
    }
    Unnoticed events;
    try {
      tables = transfer::compare_rows(*from, *to, {}, events, not_stopped, &communicator);
    } catch (...) {
      failure = std::current_exception();
    }
    transfer::end_comparison(communicator);
  });
  if (failure) std::rethrow_exception(failure);
  return tables;
}

/// Everything that a comparison says.
std::string report_of(const std::vector<TableComparison>& tables) {
  std::string text;
  for (const TableComparison& table : tables) {
    text += fmt::format("{} {} {} {} {}\n", table.table, table.source_rows, table.target_rows,
                        table.source_checksum, table.target_checksum);
    for (const std::string& example : table.examples) text += "  " + example + "\n";
  }
  return text;
}

OpenSide sqlite_file(const std::string& path) {
  return [path] { return backend::sqlite::connect(Url::parse("sqlite:///" + path), {}); };
}

/// Tables with keys of each kind: a rowid with far-apart numbers, so that there are many ranges; a
/// key that may be NULL; text; none.
std::vector<std::string> some_tables(std::mt19937& random) {
  std::vector<std::string> statements = {
      "CREATE TABLE wide (id INTEGER PRIMARY KEY, v TEXT)",
      "CREATE TABLE loose (id INT PRIMARY KEY, v TEXT)",
      "CREATE TABLE word (id TEXT NOT NULL PRIMARY KEY, v TEXT)",
      "CREATE TABLE heap (v TEXT)",
  };
  std::string wide;
  for (int i = 0; i < 60; ++i) {
    wide += fmt::format("{}({}, 'v{}')", i == 0 ? "" : ", ",
                        i * 7000 + static_cast<int>(random() % 7000) - 100'000, random() % 50);
  }
  statements.push_back("INSERT INTO wide VALUES " + wide);
  for (int i = 0; i < 6; ++i) {
    statements.push_back(fmt::format("INSERT INTO loose VALUES ({}, 'l{}')",
                                     i % 2 == 0 ? "NULL" : std::to_string(i * 50'000),
                                     random() % 9));
    statements.push_back(fmt::format("INSERT INTO word VALUES ('w{}', '{}')", i, random() % 9));
    statements.push_back(fmt::format("INSERT INTO heap VALUES ('{}')", random() % 9));
  }
  return statements;
}

TEST(CompareRows, AnyNumberOfRanksSaysTheSame) {
  const TempDir folder;
  std::size_t differences = 0;
  for (std::uint64_t seed = 1; seed <= property_seeds(12); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const std::vector<std::string> statements = some_tables(random);
    const std::string paths[] = {(folder / fmt::format("a{}.db", seed)).string(),
                                 (folder / fmt::format("b{}.db", seed)).string()};
    for (const std::string& path : paths) {
      const auto database =
          backend::sqlite::connect(Url::parse("sqlite:///" + path), {.create = true});
      database->execute("BEGIN");
      for (const std::string& sql : statements) database->execute(sql);
      database->execute("COMMIT");
    }
    std::string changed;
    const auto other = sqlite_file(paths[1])();
    if (random() % 4 != 0) {
      changed = std::vector<std::string>{"wide", "loose", "word", "heap"}[random() % 4];
      const std::string one = fmt::format("(SELECT rowid FROM {} ORDER BY rowid LIMIT 1 OFFSET {})",
                                          changed, random() % 6);
      const std::string what = random() % 2 == 0
                                   ? "DELETE FROM " + changed
                                   : fmt::format("UPDATE {} SET v = v || '!'", changed);
      other->execute(what + " WHERE rowid = " + one);
    }
    const auto alone = compare_with(1, sqlite_file(paths[0]), sqlite_file(paths[1]));
    for (const TableComparison& table : alone) {
      EXPECT_EQ(table.is_same(), table.table != changed) << table.table;
      EXPECT_EQ(table.examples.empty(), table.table != changed) << table.table;
      differences += table.is_same() ? 0 : 1;
    }
    for (const int ranks : {2, 3, 5}) {
      EXPECT_EQ(report_of(compare_with(ranks, sqlite_file(paths[0]), sqlite_file(paths[1]))),
                report_of(alone))
          << ranks;
    }
  }
  EXPECT_GT(differences, property_seeds(12) / 3);
}

TEST(CompareRows, WhatFailsOnOneRankIsSaid) {
  const TempDir folder;
  const std::string path = (folder / "a.db").string();
  const auto database = backend::sqlite::connect(Url::parse("sqlite:///" + path), {.create = true});
  database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
  const OpenSide empty = [] {
    return backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  };
  for (const int ranks : {1, 2, 3}) {
    try {
      compare_with(ranks, sqlite_file(path), empty);
      ADD_FAILURE() << ranks;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("the target has no table 't'"));
    }
  }
}

class CompareRowsOnMariadb : public MariadbTest {};

TEST_F(CompareRowsOnMariadb, AnyNumberOfRanksSaysTheSame) {
  MariadbDatabase target;
  const TempDir folder;
  const std::string path = (folder / "a.db").string();
  const auto database = backend::sqlite::connect(Url::parse("sqlite:///" + path), {.create = true});
  database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20))");
  target.run("CREATE TABLE t (id BIGINT PRIMARY KEY, v VARCHAR(20)) CHARACTER SET utf8mb4");
  for (int i = 0; i < 40; ++i) {
    const std::string sql = fmt::format("INSERT INTO t VALUES ({}, 'ñ😀{}')", i * 9000, i);
    database->execute(sql);
    target.run(sql);
  }
  const OpenSide other = [&target] { return target.open(); };
  EXPECT_TRUE(compare_with(3, sqlite_file(path), other).at(0).is_same());
  target.run("UPDATE t SET v = 'other' WHERE id IN (99000, 270000)");
  const auto alone = compare_with(1, sqlite_file(path), other);
  EXPECT_THAT(alone.at(0).examples, Contains("in the source: id '99000'"));
  for (const int ranks : {2, 4}) {
    EXPECT_EQ(report_of(compare_with(ranks, sqlite_file(path), other)), report_of(alone));
    EXPECT_EQ(report_of(compare_with(ranks, other, sqlite_file(path))).size(),
              report_of(alone).size());
  }
}

}  // namespace
}  // namespace dbmig::test
