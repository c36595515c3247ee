// Rows that refer to each other, and numbers that the database gives: the outcome is that of row
// after row, however the file is cut into batches.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <random>

#include "support/law.hpp"
#include "support/mariadb.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using import::OnError;
using testing::HasSubstr;

/// Runs an import, and gives the content of table t, or the message.
using Import = std::function<std::string(const Options& options, int ranks)>;

struct Node {
  int id;
  int parent;  ///< 0: none
};

/// A forest in any order; some of the parents are nowhere.
std::vector<Node> random_forest(std::mt19937& random, bool complete) {
  const int size = 1 + static_cast<int>(random() % 200);
  std::vector<Node> nodes;
  for (int id = 1; id <= size; ++id) {
    int parent = static_cast<int>(random() % static_cast<unsigned>(id + 1));  // itself, too
    if (!complete && random() % 20 == 0) parent = size + 1;
    nodes.push_back({id, parent});
  }
  switch (random() % 3) {
    case 0:
      std::reverse(nodes.begin(), nodes.end());
      break;
    case 1:
      std::shuffle(nodes.begin(), nodes.end(), random);
      break;
    default:
      break;
  }
  return nodes;
}

/// The ids that lead to a root, in ascending order, a line each.
std::string rooted(const std::vector<Node>& nodes) {
  std::vector<int> parents(nodes.size() + 2, -1);
  for (const Node& node : nodes) parents[static_cast<std::size_t>(node.id)] = node.parent;
  std::string out;
  for (std::size_t id = 1; id <= nodes.size(); ++id) {
    int at = static_cast<int>(id);
    while (at > 0 && parents[static_cast<std::size_t>(at)] != at) {
      at = parents[static_cast<std::size_t>(at)];
    }
    if (at >= 0) out += fmt::format("{}\n", id);
  }
  return out;
}

std::string text_of(const std::vector<Node>& nodes) {
  std::string text = "id,parent\n";
  for (const Node& node : nodes) {
    text += fmt::format("{},{}\n", node.id, node.parent == 0 ? "" : std::to_string(node.parent));
  }
  return text;
}

void any_forest_loads(ImportJob& job, const Import& run, std::size_t cases) {
  std::mt19937 random(7);
  for (std::size_t i = 0; i < cases; ++i) {
    const bool complete = random() % 2 == 0;
    const std::vector<Node> nodes = random_forest(random, complete);
    Options options = options_for(job.write("t.csv", text_of(nodes)));
    options.chunk_bytes = 1 + random() % 600;
    const int ranks = 1 + static_cast<int>(random() % 3);
    const std::string kept = rooted(nodes);
    const auto count = static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '\n'));
    const std::string all = run(options, ranks);
    if (count == nodes.size()) {
      ASSERT_EQ(all, kept) << text_of(nodes);
    } else {
      ASSERT_THAT(all, HasSubstr("t.csv:")) << text_of(nodes);
      ASSERT_THAT(all, HasSubstr("the database refused the record")) << text_of(nodes);
    }
    options.on_error = OnError::reject;
    ASSERT_EQ(run(options, ranks), kept) << text_of(nodes);
    if (job.exists("t.rejects.csv")) std::filesystem::remove(job.path("t.rejects.csv"));
  }
}

/// Some numbers given and ascending, some left to the database; some rows refused.
void any_numbers_are_those_of_row_after_row(ImportJob& job, const Import& run, std::size_t cases) {
  std::mt19937 random(7);
  for (std::size_t i = 0; i < cases; ++i) {
    const unsigned every = random() % 3 == 0 ? 0 : 1 + random() % 12;
    const bool with_refused = random() % 2 == 0;
    std::string text = "id,name\n";
    const unsigned size = 1 + random() % 300;
    for (unsigned row = 1; row <= size; ++row) {
      const bool given = every != 0 && row % every == 0;
      const unsigned name = with_refused && random() % 20 == 0 ? 1 : row;
      text += fmt::format("{},{}\n", given ? std::to_string(row * 2) : "", name);
    }
    Options options = options_for(job.write("t.csv", text));
    if (with_refused) options.on_error = OnError::reject;
    options.chunk_bytes = 1;
    const std::string expected = run(options, 1);
    ASSERT_THAT(expected, HasSubstr("\n")) << text;
    for (const std::size_t chunk : {100U, 1000U, 1U << 20U}) {
      options.chunk_bytes = chunk;
      ASSERT_EQ(run(options, 1 + static_cast<int>(chunk % 3)), expected) << chunk << '\n' << text;
    }
    if (job.exists("t.rejects.csv")) std::filesystem::remove(job.path("t.rejects.csv"));
  }
}

std::string outcome(const std::function<void()>& import, const std::function<std::string()>& rows) {
  try {
    import();
  } catch (const Error& error) {
    return error.what();
  }
  return rows();
}

Import on_sqlite(ImportJob& job, const std::string& table, const std::string& shown) {
  return [&job, table, shown](const Options& options, int ranks) {
    job.database().execute("DROP TABLE IF EXISTS t");
    job.database().execute(table);
    return outcome([&] { job.run(options, ranks); }, [&] { return job.rows(shown); });
  };
}

TEST(ImportOrder, AnyForestLoads) {
  ImportJob job;
  any_forest_loads(
      job,
      on_sqlite(job, "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INT REFERENCES t(id))",
                "SELECT id FROM t ORDER BY id"),
      law_seeds(200));
}

TEST(ImportOrder, NumbersAreThoseOfRowAfterRow) {
  ImportJob job;
  any_numbers_are_those_of_row_after_row(
      job,
      on_sqlite(job, "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name INT UNIQUE)",
                "SELECT id, name FROM t ORDER BY id"),
      law_seeds(60));
}

/// A reader's open SELECT holds the commit up in SQLite's default journal mode.
TEST(ImportLocks, AReaderIsWaitedForWithABoundAndNamed) {
  for (const int rows : {10, 60000}) {
    ImportJob job("CREATE TABLE t (a INT, b TEXT);INSERT INTO t VALUES (1, 'x'), (2, 'y')");
    std::string text = "a,b\n";
    for (int i = 0; i < rows; ++i) text += fmt::format("{},some text that fills the pages\n", i);
    Options options = options_for(job.write("t.csv", text));
    options.lock_wait = std::chrono::seconds(0);
    Url url;
    url.database = job.path("test.db");
    const auto reader = backend::sqlite::connect(url, {});
    reader->execute("BEGIN");
    reader->query("SELECT * FROM t");
    EXPECT_THAT(job.failure(options), HasSubstr("another process still reads it"));
    job.database().execute("SELECT 1");
    reader->execute("ROLLBACK");
    EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "2\n");
    EXPECT_EQ(job.run(options).rows, static_cast<std::uint64_t>(rows));
    EXPECT_EQ(job.rows("PRAGMA busy_timeout"), "5000\n");
  }
}

class ImportOrderOnMariadb : public MariadbTest {
 protected:
  static Import on(ImportJob& job, MariadbDatabase& database, const std::string& table,
                   const std::string& shown) {
    return [&job, &database, table, shown](const Options& options, int ranks) {
      database.connection().execute("DROP TABLE IF EXISTS t");
      database.connection().execute(table);
      return outcome(
          [&] {
            job.run(options, ranks,
                    [&]() -> backend::Connection& { return database.connection(); });
          },
          [&] { return database.rows(shown); });
    };
  }
};

TEST_F(ImportOrderOnMariadb, AnyForestLoads) {
  ImportJob job;
  MariadbDatabase database;
  any_forest_loads(job,
                   on(job, database,
                      "CREATE TABLE t (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) "
                      "REFERENCES t(id))",
                      "SELECT id FROM t ORDER BY id"),
                   law_seeds(20));
}

TEST_F(ImportOrderOnMariadb, NumbersAreThoseOfRowAfterRow) {
  ImportJob job;
  MariadbDatabase database;
  any_numbers_are_those_of_row_after_row(
      job,
      on(job, database, "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name INT UNIQUE)",
         "SELECT id, name FROM t ORDER BY id"),
      law_seeds(10));
}

TEST_F(ImportOrderOnMariadb, LocksOfOthersAreWaitedForWithABound) {
  for (const std::string lock : {"LOCK TABLES t WRITE", "FLUSH TABLES WITH READ LOCK"}) {
    ImportJob job;
    MariadbDatabase database;
    database.connection().execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY)");
    Options options = options_for(job.write("t.csv", "id\n0\n1\n"));
    options.lock_wait = std::chrono::seconds(0);
    const auto other = database.open();
    const auto run = [&] {
      return outcome(
          [&] {
            job.run(options, 1, [&]() -> backend::Connection& { return database.connection(); });
          },
          [&] { return database.rows("SELECT id FROM t ORDER BY id"); });
    };
    other->execute(lock);
    EXPECT_THAT(run(), HasSubstr("Lock wait timeout exceeded")) << lock;
    // Nothing of the session is left as the import needs it.
    EXPECT_EQ(
        database.rows("SELECT @@innodb_lock_wait_timeout = @@GLOBAL.innodb_lock_wait_timeout, "
                      "@@sql_mode LIKE '%NO_AUTO_VALUE_ON_ZERO%'"),
        "1|0\n");
    other->execute("UNLOCK TABLES");
    EXPECT_EQ(run(), "0\n1\n") << lock;
  }
}

}  // namespace
}  // namespace dbmig::test
