// Checks that are left to the end of a file: the outcome is that of checking row after row.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// The header and the records of one or several files.
using FileRecords = std::vector<std::vector<std::string>>;

struct ReferringFile {
  std::string schema;
  FileRecords records;

  std::string told(std::uint64_t seed) const {
    return fmt::format("seed {}: {}", seed, schema.substr(schema.find("CREATE TABLE t")));
  }
};

/// Tables whose rows refer to others, with whatever else is checked. `n`, `a` and `b` are imported.
std::string referring_schema(std::mt19937& random) {
  static const std::vector<std::string> kSchemas = {
      "CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER REFERENCES p, b TEXT UNIQUE)",
      "CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER, b TEXT, FOREIGN KEY (a, b) REFERENCES q "
      "(x, y))",
      "CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER REFERENCES t, b TEXT)",
      "CREATE TABLE t (n TEXT PRIMARY KEY, a TEXT REFERENCES t, b TEXT)",
      "CREATE TABLE t (n TEXT UNIQUE NOT NULL, a TEXT REFERENCES t (n), b TEXT UNIQUE)",
      "CREATE TABLE t (n INTEGER UNIQUE, a INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED, b)",
      "CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER REFERENCES t DEFERRABLE INITIALLY "
      "DEFERRED, "
      "b TEXT)",
      "CREATE TABLE t (n INTEGER, a TEXT REFERENCES p, b TEXT);CREATE UNIQUE INDEX u ON t (n)",
      "CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER REFERENCES p, b TEXT CHECK (b IN ('x' || "
      "n, n)))",
      "CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER CHECK (typeof(a) <> 'text'), "
      "b UNIQUE, CHECK (a < 290))",
      "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER, a INTEGER REFERENCES t, b "
      "TEXT)",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER UNIQUE, a INTEGER REFERENCES t (id), b "
      "TEXT)",
      "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER UNIQUE, a INTEGER, b "
      "TEXT);INSERT INTO t (id) VALUES (77);DELETE FROM t",
      "CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER REFERENCES missing, b TEXT)",
      "CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER REFERENCES p, b TEXT REFERENCES q (y))",
      "PRAGMA foreign_keys = OFF;CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER REFERENCES p, b "
      "TEXT);INSERT INTO t VALUES (1000, 4711, 'orphan');PRAGMA foreign_keys = ON",
      "PRAGMA foreign_keys = OFF;CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER REFERENCES p, b "
      "TEXT UNIQUE)",
  };
  return "CREATE TABLE p (id INTEGER PRIMARY KEY);CREATE TABLE q (x INTEGER, y TEXT, UNIQUE (x, "
         "y));"
         "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 300) INSERT INTO p "
         "SELECT n FROM c;INSERT INTO q SELECT id, 'x' || id FROM p;" +
         kSchemas[random() % kSchemas.size()];
}

/// Rows whose keys ascend and whose parents are there, but for some files with faults.
FileRecords referring_rows(std::mt19937& random) {
  const unsigned rows = random() % 250;
  const unsigned faults = random() % 2 == 0 ? 0 : 1 + random() % 150;
  FileRecords records = {{"n", "a", "b"}};
  for (unsigned i = 1; i <= rows; ++i) {
    const auto is_fault = [&] { return faults != 0 && random() % (3 * faults) == 0; };
    std::string n = std::to_string(i);
    std::string a = random() % 9 == 0 ? "" : std::to_string(i);
    std::string b = "x" + std::to_string(i);
    if (is_fault()) n = std::to_string(1 + random() % i);
    if (is_fault()) a = std::to_string(1 + random() % 400);
    if (is_fault()) b = "x" + std::to_string(1 + random() % i);
    if (is_fault()) n = "wrong";
    // Left to INSERT, which makes a number or a text of it.
    if (random() % 40 == 0 && !b.empty()) b = std::to_string(i);
    records.push_back({n, a, b});
  }
  return records;
}

/// The records in one file, or divided among several whose columns may stand in another order.
std::vector<std::string> files_of(const FileRecords& records, std::mt19937& random, bool divides) {
  std::vector<std::string> files;
  std::vector<std::size_t> columns = {0, 1, 2};
  const auto add = [&](const std::vector<std::string>& record) {
    files.back() +=
        fmt::format("{},{},{}\n", record[columns[0]], record[columns[1]], record[columns[2]]);
  };
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i == 0 || (divides && random() % 50 == 0)) {
      if (random() % 3 == 0) std::shuffle(columns.begin(), columns.end(), random);
      files.emplace_back();
      add(records[0]);
    }
    if (i > 0) add(records[i]);
  }
  return files;
}

ReferringFile referring_file(std::mt19937& random) {
  ReferringFile one;
  one.schema = referring_schema(random);
  one.records = referring_rows(random);
  return one;
}

/// What the import leaves, and how it fails.
struct Outcome {
  std::string rows;
  std::optional<ErrorCode> code;
  std::string place;  ///< of the first bad record
  std::string message;
};

Outcome outcome_of(const std::string& schema, const std::vector<std::string>& files,
                   bool defers_checks, std::size_t chunk, int ranks, bool rejects = false) {
  ImportJob job(schema);
  Options options = options_for(job.write("t0.csv", files[0]));
  for (std::size_t i = 1; i < files.size(); ++i) {
    options.files.push_back(job.write(fmt::format("t{}.csv", i), files[i]));
  }
  if (rejects) options.on_error = import::OnError::reject;
  options.watch_keys = defers_checks;
  options.defers_constraints = defers_checks;
  options.chunk_bytes = chunk;
  Outcome outcome;
  try {
    job.run(options, ranks);
  } catch (const Error& error) {
    outcome.code = error.code();
    const SourcePosition& where = error.diagnostics().front().where;
    outcome.place =
        fmt::format("{}:{}", std::filesystem::path(where.file).filename().string(), where.line);
    outcome.message = error.message();
  }
  outcome.rows =
      job.rows("SELECT rowid, n, typeof(n), a, typeof(a), b, typeof(b) FROM t ORDER BY rowid");
  EXPECT_EQ(job.rows("PRAGMA integrity_check"), "ok\n");
  return outcome;
}

TEST(DeferredChecks, GiveTheOutcomeOfCheckingRowAfterRow) {
  int loaded = 0;
  int failed = 0;
  for (std::uint64_t seed = 0; seed < property_seeds(120); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const ReferringFile one = referring_file(random);
    SCOPED_TRACE(one.told(seed));
    const std::size_t chunk = random() % 2 == 0 ? 30 : std::size_t{1} << 20U;
    const auto files = files_of(one.records, random, seed % 2 == 1);
    const Outcome expected = outcome_of(one.schema, files, false, std::size_t{1} << 20U, 1);
    const Outcome found =
        outcome_of(one.schema, files, true, chunk, 1 + static_cast<int>(random() % 3));
    ASSERT_EQ(found.rows, expected.rows);
    // A repeated key is found before rows that wait for their parents are tried again.
    const bool may_differ = one.schema.find("REFERENCES t") != std::string::npos &&
                            found.message.find(" has the same ") != std::string::npos;
    if (expected.code && !may_differ) {
      ASSERT_EQ(found.place, expected.place) << found.message << "\n" << expected.message;
    }
    ASSERT_EQ(found.code.has_value(), expected.code.has_value());
    if (!may_differ) {
      ASSERT_EQ(found.code, expected.code) << found.message << expected.message;
    }
    (expected.code ? failed : loaded) += 1;
  }
  EXPECT_GT(loaded, failed / 10);
  EXPECT_GT(failed, loaded / 10);
}

/// Records that may be rejected go the same way into the table, if none is.
TEST(DeferredChecks, DoNotMatterWhereNoRecordIsBad) {
  for (std::uint64_t seed = 0; seed < property_seeds(60); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const ReferringFile one = referring_file(random);
    SCOPED_TRACE(one.told(seed));
    const auto files = files_of(one.records, random, seed % 2 == 1);
    const Outcome found = outcome_of(one.schema, files, true, 200, 2);
    if (found.code) continue;
    ASSERT_EQ(outcome_of(one.schema, files, true, 300, 1, true).rows, found.rows);
  }
}

/// What can be read only once is not read again, in whatever order the files are given.
TEST(DeferredChecks, WaitForNothingWhereAFileCannotBeReadAgain) {
  ImportJob job(
      "CREATE TABLE p (id INTEGER PRIMARY KEY);CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER "
      "REFERENCES p (id))");
  const std::string pipe = job.path("p.csv");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << "id\n1\n"; });
  Options options;
  options.files = {pipe, job.write("t.csv", "id,x\n1,1\n2,9\n")};
  EXPECT_THAT(job.failure(options), HasSubstr("t.csv:3"));
  writer.join();
  EXPECT_EQ(job.rows("SELECT count(*) FROM p"), "0\n");
}

TEST(DeferredChecks, WaitForNothingIfOneOfTheFilesIsStandardInput) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, y INTEGER CHECK (y > 0))");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(job.write("-", "")).parent_path());
  Options options = options_for("-");
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  constexpr std::string_view kRows = "id,y\n1,1\n2,0\n";
  ASSERT_EQ(write(pipe_ends[1], kRows.data(), kRows.size()), static_cast<ssize_t>(kRows.size()));
  close(pipe_ends[1]);
  const int own = dup(STDIN_FILENO);
  dup2(pipe_ends[0], STDIN_FILENO);
  const std::string message = job.failure(options);
  dup2(own, STDIN_FILENO);
  close(own);
  close(pipe_ends[0]);
  std::filesystem::current_path(before);
  EXPECT_THAT(message, HasSubstr("standard input:3"));
}

TEST(DeferredChecks, NameTheFirstBadRecordIfACheckOfTheNextCannotBeEvaluated) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, y INT CHECK (abs(y) < 10))");
  EXPECT_THAT(
      job.failure(options_for(job.write("t.csv", "id,y\n1,1\n2,11\n3,-9223372036854775808\n"))),
      AllOf(HasSubstr("t.csv:3"), HasSubstr("CHECK constraint failed")));
}

/// What was wrong before is not wrong with the rows that are imported, and no reason to load them
/// twice.
TEST(DeferredChecks, DoNotBlameRowsForOlderOnes) {
  ImportJob job(
      "CREATE TABLE p (id INTEGER PRIMARY KEY);INSERT INTO p VALUES (1);PRAGMA foreign_keys = OFF;"
      "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER REFERENCES p (id));"
      "INSERT INTO t VALUES (1000, 77);PRAGMA foreign_keys = ON");
  EXPECT_EQ(job.run(options_for(job.write("t.csv", "id,x\n1,1\n2,\n")), 2).rows, 2U);
  EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "3\n");
}

TEST(DeferredChecks, NameTheFirstBadRecordIfTheNextFileCannotBeRead) {
  for (const char* bad : {"1,1,bad,1", "1,1,x,9"}) {
    for (const char* next : {"", "id,a,b,f,zz\n3,3,x,1,1\n", "id,a,a,f\n3,3,3,1\n"}) {
      ImportJob job(
          "CREATE TABLE p (id INTEGER PRIMARY KEY);INSERT INTO p VALUES (1);CREATE TABLE t (id "
          "INTEGER PRIMARY KEY, a INT UNIQUE, b TEXT CHECK (b <> 'bad'), f INT REFERENCES p (id))");
      Options options =
          options_for(job.write("first.csv", "id,a,b,f\n7,7,x,1\n" + std::string(bad) + "\n"));
      options.files.push_back(job.write("next.csv", next));
      EXPECT_THAT(job.failure(options), HasSubstr("first.csv:3")) << next;
      EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "0\n");
    }
  }
}

}  // namespace
}  // namespace dbmig::test
