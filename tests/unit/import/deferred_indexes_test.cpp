// Indexes that are built when the last file of their table is read.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;

/// What was created last stands last in sqlite_schema.
TEST(DeferredIndexes, AreThoseOfTablesThatHaveFewerRowsThanTheFile) {
  std::string rows = "n,a\n";
  std::string wide = "n,a\n";
  for (int i = 1; i <= 3000; ++i) rows += fmt::format("{},x{}\n", i, i);
  for (int i = 1; i <= 300; ++i) wide += fmt::format("{},{}\n", i, std::string(1000, 'x'));
  struct Row {
    std::string csv;
    int there;
    std::uint64_t commit_every;
    bool is_rebuilt;
  };
  for (const Row& row : {Row{rows, 0, 0, true}, Row{rows, 2000, 0, true}, Row{rows, 4000, 0, false},
                         Row{rows, 2000, 1000, false}, Row{wide, 2000, 0, false}}) {
    SCOPED_TRACE(fmt::format("{} {} {}", row.csv.size(), row.there, row.commit_every));
    ImportJob job(fmt::format(
        "CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT);WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL "
        "SELECT n + 1 FROM c) INSERT INTO t SELECT -n, 'y' || n FROM c LIMIT {};CREATE INDEX i ON "
        "t (a);CREATE TABLE last (x)",
        row.there));
    const std::string file = job.write("t.csv", row.csv);
    Options options = options_for(file);
    options.commit_every = row.commit_every;
    const std::uint64_t added = job.run(options, 2).rows;
    EXPECT_EQ(job.rows("SELECT name FROM sqlite_master WHERE name IN ('i', 'last')"),
              row.is_rebuilt ? "last\ni\n" : "i\nlast\n");
    EXPECT_EQ(job.rows("SELECT count(*) FROM t INDEXED BY i WHERE a > ''"),
              std::to_string(added + static_cast<std::uint64_t>(row.there)) + "\n");
    EXPECT_EQ(job.rows("PRAGMA integrity_check"), "ok\n");
    // The same rows again are refused, which leaves everything as it is.
    const std::string before = job.rows("SELECT name, sql FROM sqlite_master");
    EXPECT_THAT(job.failure(options_for(file)), HasSubstr("t.csv"));
    EXPECT_EQ(job.rows("SELECT name, sql FROM sqlite_master"), before);
    EXPECT_EQ(job.rows("PRAGMA integrity_check"), "ok\n");
  }
}

/// Each index that is dropped or created is a new version of the schema.
TEST(DeferredIndexes, AreBuiltOnceForFilesWithTheSameColumns) {
  const auto rows = [](int first, bool is_other_order) {
    std::string csv = is_other_order ? "a,n\n" : "n,a\n";
    for (int i = first; i < first + 400; ++i) {
      csv += is_other_order ? fmt::format("x{},{}\n", i, i) : fmt::format("{},x{}\n", i, i);
    }
    return csv;
  };
  const std::string is_there =
      "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) INSERT INTO t SELECT -n, "
      "'y' || n FROM c LIMIT 1500;";
  struct Row {
    std::string there;
    std::vector<bool> is_other_order;  ///< of each file
    int times;                         ///< the index is dropped and built
  };
  for (const Row& row :
       {Row{"", {false}, 1}, Row{"", {false, false, false, false}, 1},
        Row{"", {false, false, true, true}, 2},
        // Together the files have more rows than the table.
        Row{is_there, {false, false, false, false}, 1}, Row{is_there, {false, false, false}, 0}}) {
    ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT);" + row.there +
                  "CREATE INDEX i ON t (a)");
    Options options = options_for("");
    options.files.clear();
    int first = 0;
    for (const bool is_other_order : row.is_other_order) {
      options.files.push_back(
          job.write(fmt::format("t{}.csv", first), rows(first, is_other_order)));
      first += 400;
    }
    const auto version = [&] { return std::stoi(job.rows("PRAGMA schema_version")); };
    const int before = version();
    const Summary summary = job.run(options, 2);
    EXPECT_EQ(version() - before, 2 * row.times) << row.is_other_order.size() << " files";
    EXPECT_EQ(summary.rows, 400 * row.is_other_order.size());
    for (const auto& file : summary.files) EXPECT_EQ(file.rows, 400U);
    EXPECT_EQ(job.rows("PRAGMA integrity_check"), "ok\n");
    EXPECT_EQ(job.rows("SELECT count(*) FROM t INDEXED BY i WHERE a LIKE 'x%' AND a > ''"),
              std::to_string(summary.rows) + "\n");
  }
}

/// Whose headers cannot be compared: one is compressed, the others are not CSV.
TEST(DeferredIndexes, AreBuiltOnceForFilesOfAnyFormat) {
  ImportJob job(
      "CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT);WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL "
      "SELECT n + 1 FROM c) INSERT INTO t SELECT -n, 'y' || n FROM c LIMIT 1500;CREATE INDEX i ON "
      "t "
      "(a)");
  Options options = options_for("");
  options.files.clear();
  options.is_json = true;
  for (int file = 0; file < 4; ++file) {
    std::string lines;
    for (int i = 1; i <= 1000; ++i) {
      lines += fmt::format("{{\"n\": {}, \"a\": \"x{}\"}}\n", 1000 * file + i, i);
    }
    options.files.push_back(job.write(fmt::format("t{}.jsonl", file), lines));
  }
  const auto version = [&] { return std::stoi(job.rows("PRAGMA schema_version")); };
  const int before = version();
  EXPECT_EQ(job.run(options, 3).rows, 4000U);
  EXPECT_EQ(version() - before, 2);
}

TEST(DeferredIndexes, AreBuiltOnceForTheFilesOfEachTable) {
  ImportJob job(
      "CREATE TABLE a (n INTEGER);CREATE TABLE b (n INTEGER);CREATE INDEX i ON a (n);CREATE INDEX "
      "j "
      "ON b (n)");
  Options options;
  for (const char* folder : {"one", "two", "three"}) {
    std::filesystem::create_directory(job.path(folder));
    for (const char* table : {"a", "b"}) {
      options.files.push_back(job.write(fmt::format("{}/{}.csv", folder, table), "n\n1\n2\n"));
    }
  }
  const auto version = [&] { return std::stoi(job.rows("PRAGMA schema_version")); };
  const int before = version();
  const Summary summary = job.run(options);
  EXPECT_EQ(version() - before, 4);
  for (std::size_t i = 0; i < options.files.size(); ++i) {
    EXPECT_EQ(summary.files[i].name, options.files[i]);
    EXPECT_EQ(summary.files[i].table, i % 2 == 0 ? "a" : "b");
  }
  EXPECT_EQ(job.rows("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)"), "6|6\n");
}

/// Otherwise every file would build the indexes of all rows so far.
TEST(DeferredIndexes, AreNotBuiltForEachFileIfColumnsAlternate) {
  ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT);CREATE INDEX i ON t (a)");
  Options options = options_for("");
  options.files.clear();
  for (int file = 0; file < 8; ++file) {
    std::string csv = file % 2 == 0 ? "n,a\n" : "a,n\n";
    for (int i = 1; i <= 1500; ++i) {
      const int n = 1500 * file + i;
      csv += file % 2 == 0 ? fmt::format("{},{}\n", n, n) : fmt::format("{},{}\n", n, n);
    }
    options.files.push_back(job.write(fmt::format("t{}.csv", file), csv));
  }
  const auto version = [&] { return std::stoi(job.rows("PRAGMA schema_version")); };
  const int before = version();
  EXPECT_EQ(job.run(options).rows, 12000U);
  EXPECT_LE(version() - before, 4);
  EXPECT_EQ(job.rows("PRAGMA integrity_check"), "ok\n");
}

/// The index of a constraint is filled at the end, so a query would not find the rows.
TEST(DeferredIndexes, AreFilledWhereAnExpressionOfSetReadsTheTable) {
  ImportJob job(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, batch INT, UNIQUE (batch, a));CREATE INDEX i "
      "ON t (a)");
  Options options = options_for(job.write("one.csv", "id,a\n1,10\n2,20\n"));
  options.files.push_back(job.write("two.csv", "id,a\n3,10\n4,20\n"));
  options.set = {{"batch", "(SELECT coalesce(max(batch), 0) + 1 FROM t)"}};
  job.run(options);
  EXPECT_EQ(job.rows("SELECT batch, a FROM t ORDER BY id"), "1|10\n1|20\n2|10\n2|20\n");
  options.files = {job.write("three.csv", "id,a\n5,10\n"), job.write("four.csv", "id,a\n6,10\n")};
  options.set = {{"batch", "(SELECT count(*) FROM t INDEXED BY i WHERE a > 0)"}};
  job.run(options);
  EXPECT_EQ(job.rows("SELECT batch FROM t WHERE id > 4 ORDER BY id"), "4\n5\n");
}

/// What is counted for a file is its own, though files share a sink.
TEST(SeveralFiles, HaveTheirOwnCounts) {
  for (const int ranks : {1, 3}) {
    ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY, a INT CHECK (a < 100))");
    Options options = options_for(job.write("one.csv", "n,a\n1,1\n1,2\n2,3\n"));
    options.files.push_back(job.write("two.csv", "n,a\n3,1\n2,2\n1,3\n4,4\n"));
    options.files.push_back(job.write("three.csv", "n,a\n5,1\n"));
    options.on_duplicate = backend::OnDuplicate::skip;
    Summary summary = job.run(options, ranks);
    ASSERT_EQ(summary.files.size(), 3U);
    EXPECT_EQ(summary.files[0].skipped, 1U);
    EXPECT_EQ(summary.files[1].skipped, 2U);
    EXPECT_EQ(summary.files[2].skipped, 0U);
    EXPECT_EQ(job.rows("SELECT n, a FROM t"), "1|1\n2|3\n3|1\n4|4\n5|1\n");

    // A large file between small ones is handed out, and rejected records belong to their files.
    std::string large = "n,a\n";
    for (int i = 100; i < 400; ++i) large += fmt::format("{},{}\n", i, i % 100 == 7 ? 100 : 1);
    options.files = {job.write("one.csv", "n,a\n11,1\n12,100\n"), job.write("two.csv", large),
                     job.write("three.csv", "n,a\n13,x\n14,100\n15,1\n"),
                     job.write("four.csv", "n,a\n16,1\n")};
    options.on_duplicate = backend::OnDuplicate::abort;
    options.on_error = import::OnError::reject;
    options.chunk_bytes = 200;
    summary = job.run(options, ranks);
    ASSERT_EQ(summary.files.size(), 4U);
    EXPECT_EQ(summary.files[0].rejected, 1U);
    EXPECT_EQ(summary.files[1].rejected, 3U);
    EXPECT_EQ(summary.files[2].rejected, 2U);
    EXPECT_EQ(summary.files[3].rows, 1U);
    EXPECT_EQ(summary.rows, 300U);
    EXPECT_EQ(job.rows("SELECT count(*), max(a) FROM t"), "305|4\n");
  }
}

}  // namespace
}  // namespace dbmig::test
