// Who reads the table while it is being loaded sees it as it was, until the commit.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

constexpr int kRowsOfFile = 2000;

/// Half of a file into a pipe, then, when somebody has read the table meanwhile, the other half.
void write_in_halves(const std::string& pipe, const std::atomic<int>& reads) {
  std::ofstream out(pipe);
  out << "n,a\n";
  for (int n = 1; n <= kRowsOfFile; ++n) {
    out << n + 10 << "," << std::string(40, 'x') << "\n";
    if (n != kRowsOfFile / 2) continue;
    out.flush();
    for (const int before = reads; reads < before + 5;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

/// How many rows were seen, over and over until the end.
std::set<std::string> read_until(const std::atomic<bool>& end, const std::string& path,
                                 std::atomic<int>& reads) {
  Url url;
  url.database = path;
  const auto reader = backend::sqlite::connect(url, {});
  std::set<std::string> seen;
  while (!end) {
    const auto rows = reader->query("SELECT count(*), coalesce(max(n), 0) FROM t").rows;
    seen.insert(*rows.at(0).at(0) + "|" + *rows.at(0).at(1));
    ++reads;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return seen;
}

TEST(ConcurrentReaders, SeeTheTableAsItWasUntilTheCommit) {
  for (const std::string mode : {"DELETE", "WAL"}) {
    for (const std::string index : {"", "; CREATE INDEX by_a ON t (a)"}) {
      SCOPED_TRACE(mode + index);
      ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT)" + index);
      job.database().query("PRAGMA journal_mode = " + mode);
      job.database().execute("INSERT INTO t VALUES (1, 'before')");
      // So small a cache is full at once: pages would go to the file before the commit.
      job.database().execute("PRAGMA cache_size = 5");
      const std::string pipe = job.path("pipe");
      ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
      std::atomic<bool> end{false};
      std::atomic<int> reads{0};
      std::set<std::string> seen;
      std::thread reading([&] { seen = read_until(end, job.path("test.db"), reads); });
      std::thread writing([&] { write_in_halves(pipe, reads); });
      Options options = options_for(pipe);
      options.chunk_bytes = 1000;
      EXPECT_EQ(job.run(options, 2).rows, std::uint64_t{kRowsOfFile});
      end = true;
      writing.join();
      reading.join();
      seen.erase(std::to_string(kRowsOfFile + 1) + "|" + std::to_string(kRowsOfFile + 10));
      EXPECT_EQ(seen, std::set<std::string>{"1|1"});
      EXPECT_EQ(job.rows("PRAGMA integrity_check"), "ok\n");
    }
  }
}

}  // namespace
}  // namespace dbmig::test
