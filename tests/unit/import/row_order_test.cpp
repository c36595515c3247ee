// Rows that refer to each other, and numbers that the database gives: the outcome is that of row
// after row, however the file is cut into batches.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <random>
#include <thread>

#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using import::OnError;
using testing::AllOf;
using testing::HasSubstr;

/// Runs an import, and gives the content of table t, or the message.
using Import = std::function<std::string(const Options& options, int ranks)>;

struct Node {
  int id;
  int parent;  ///< 0: none
};

/// A forest in any order; some of the parents are nowhere.
std::vector<Node> random_forest(std::mt19937& random, bool complete) {
  const int size = 1 + static_cast<int>(random() % (random() % 4 == 0 ? 800 : 200));
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
    options.chunk_bytes = random() % 3 == 0 ? 1U << 20U : 1 + random() % 600;
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

/// Two tables, a row of each referring to any row of the other or of its own, or to one that is
/// nowhere: circles of all lengths.
struct Web {
  struct Row {
    int own = 0;    ///< of this table; 0: none
    int other = 0;  ///< of the other one
  };
  std::vector<Row> rows[2];

  static Web random(std::mt19937& random, bool refers_to_own) {
    Web web;
    for (auto& rows : web.rows) rows.resize(1 + random() % 40);
    const bool complete = random() % 2 == 0;
    const auto one_of = [&](const std::vector<Row>& rows) {
      if (!complete && random() % 12 == 0) return 1000;
      return random() % 3 == 0 ? 0 : 1 + static_cast<int>(random() % rows.size());
    };
    for (int table : {0, 1}) {
      for (Row& row : web.rows[table]) {
        row = {refers_to_own ? one_of(web.rows[table]) : 0, one_of(web.rows[1 - table])};
      }
    }
    return web;
  }

  /// The ids that can stay, all parents of which stay.
  std::vector<int> kept(int table) const {
    std::vector<bool> good[2] = {std::vector<bool>(rows[0].size(), true),
                                 std::vector<bool>(rows[1].size(), true)};
    const auto is_there = [&](int where, int id) {
      const std::vector<bool>& list = good[where];
      return id == 0 ||
             (id <= static_cast<int>(list.size()) && list[static_cast<std::size_t>(id) - 1]);
    };
    for (bool changed = true; changed;) {
      changed = false;
      for (int at : {0, 1}) {
        for (std::size_t i = 0; i < rows[at].size(); ++i) {
          const Row& row = rows[at][i];
          if (!good[at][i] || (is_there(at, row.own) && is_there(1 - at, row.other))) continue;
          good[at][i] = false;
          changed = true;
        }
      }
    }
    std::vector<int> ids;
    for (std::size_t i = 0; i < rows[table].size(); ++i) {
      if (good[table][i]) ids.push_back(static_cast<int>(i) + 1);
    }
    return ids;
  }

  std::string text(int table, std::mt19937& random) const {
    std::vector<std::string> lines;
    const auto value = [](int id) { return id == 0 ? std::string() : std::to_string(id); };
    for (std::size_t i = 0; i < rows[table].size(); ++i) {
      lines.push_back(
          fmt::format("{},{},{}\n", i + 1, value(rows[table][i].own), value(rows[table][i].other)));
    }
    if (random() % 2 == 0) std::shuffle(lines.begin(), lines.end(), random);
    std::string text = "id,own,other\n";
    for (const std::string& line : lines) text += line;
    return text;
  }
};

/// `make_tables` is told whether the tables refer to themselves, too.
void any_web_loads(ImportJob& job, const std::function<void(bool)>& make_tables,
                   const std::function<Summary(const Options&, int)>& run,
                   const std::function<std::string(const std::string&)>& query, std::size_t cases) {
  std::mt19937 random(11);
  for (std::size_t i = 0; i < cases; ++i) {
    SCOPED_TRACE(i);
    const bool refers_to_own = random() % 2 == 0;
    const Web web = Web::random(random, refers_to_own);
    const std::string texts[2] = {web.text(0, random), web.text(1, random)};
    Options options = options_for(job.write("a.csv", texts[0]));
    options.table.clear();
    options.files.push_back(job.write("b.csv", texts[1]));
    if (random() % 2 == 0) std::swap(options.files[0], options.files[1]);
    options.chunk_bytes = 1 + random() % 300;
    const int ranks = 1 + static_cast<int>(random() % 3);
    std::string expected[2];
    for (int table : {0, 1}) {
      for (const int id : web.kept(table)) expected[table] += fmt::format("{}\n", id);
    }
    const bool complete =
        web.kept(0).size() == web.rows[0].size() && web.kept(1).size() == web.rows[1].size();
    for (const bool rejects : {false, true}) {
      make_tables(refers_to_own);
      options.on_error = rejects ? OnError::reject : OnError::abort;
      if (!complete && !rejects) {
        EXPECT_THROW(run(options, ranks), Error);
        ASSERT_EQ(query("SELECT id FROM a") + query("SELECT id FROM b"), "");
        continue;
      }
      const Summary summary = run(options, ranks);
      ASSERT_EQ(query("SELECT id FROM a ORDER BY id"), expected[0]) << texts[0] << texts[1];
      ASSERT_EQ(query("SELECT id FROM b ORDER BY id"), expected[1]) << texts[0] << texts[1];
      for (const Summary::File& file : summary.files) {
        const int table = file.table == "a" ? 0 : 1;
        EXPECT_EQ(file.rows, web.kept(table).size());
        EXPECT_EQ(file.rejected, web.rows[table].size() - web.kept(table).size());
      }
      EXPECT_EQ(summary.rows, web.kept(0).size() + web.kept(1).size());
      for (const char* file : {"a.rejects.csv", "b.rejects.csv"}) {
        if (job.exists(file)) std::filesystem::remove(job.path(file));
      }
    }
  }
}

TEST(ImportOrder, AnyWebLoads) {
  ImportJob job;
  std::mt19937 random(12);
  any_web_loads(
      job,
      [&](bool refers_to_own) {
        const auto table = [&](const std::string& name, const std::string& other) {
          const auto is_deferred = [&] {
            return random() % 3 == 0 ? " DEFERRABLE INITIALLY DEFERRED" : "";
          };
          return fmt::format(
              "CREATE TABLE {0} (id INTEGER PRIMARY KEY, own INT {1}, other INT REFERENCES "
              "{2}(id){3})",
              name, refers_to_own ? "REFERENCES " + name + is_deferred() : "", other,
              is_deferred());
        };
        for (const std::string& sql :
             {std::string("PRAGMA foreign_keys = OFF"), std::string("DROP TABLE IF EXISTS a"),
              std::string("DROP TABLE IF EXISTS b"), table("a", "b"), table("b", "a"),
              std::string("PRAGMA foreign_keys = ON")}) {
          job.database().execute(sql);
        }
      },
      [&](const Options& options, int ranks) { return job.run(options, ranks); },
      [&](const std::string& sql) { return job.rows(sql); }, property_seeds(60));
  EXPECT_EQ(job.rows("SELECT name FROM sqlite_temp_master"), "");
}

/// Texts that are one key to the database's collation, and rows that are refused for another
/// reason within a circle.
TEST(ImportOrder, CirclesAreJudgedAsTheDatabaseComparesAndLoseWhatItRefuses) {
  ImportJob job(
      "CREATE TABLE t (id TEXT PRIMARY KEY COLLATE NOCASE, next TEXT REFERENCES t(id), n INT "
      "CHECK (n < 9))");
  Options options = options_for(
      job.write("t.csv", "id,next,n\na,B,1\nb,A,1\nc,d,1\nd,e,1\ne,c,10\nf,f,1\ng,c,1\n"));
  EXPECT_THAT(job.failure(options), HasSubstr("t.csv:6: the database refused the record 'e,c,10'"));
  options.on_error = OnError::reject;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT id FROM t ORDER BY id"), "a\nb\nf\n");
  EXPECT_THAT(job.read("t.rejects.csv"), HasSubstr("CHECK constraint failed"));
}

TEST(ImportOrder, AFileWaitsForItsParentsFile) {
  ImportJob job(
      "CREATE TABLE p (id INTEGER PRIMARY KEY);CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT "
      "NULL REFERENCES p(id))");
  Options options = options_for(job.write("c.csv", "id,p\n1,2\n2,1\n"));
  options.table.clear();
  options.files.push_back(job.write("p.csv", "id\n1\n2\n"));
  const Summary summary = job.run(options);
  EXPECT_EQ(job.rows("SELECT id, p FROM c ORDER BY id"), "1|2\n2|1\n");
  ASSERT_EQ(summary.files.size(), 2U);
  EXPECT_EQ(summary.files[0].table, "c");
}

TEST(ImportOrder, AnyForestLoads) {
  ImportJob job;
  any_forest_loads(
      job,
      on_sqlite(job, "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INT REFERENCES t(id))",
                "SELECT id FROM t ORDER BY id"),
      property_seeds(200));
}

TEST(ImportOrder, AnyForestLoadsUnderADeferredForeignKey) {
  ImportJob job;
  any_forest_loads(job,
                   on_sqlite(job,
                             "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INT REFERENCES t(id) "
                             "DEFERRABLE INITIALLY DEFERRED)",
                             "SELECT id FROM t ORDER BY id"),
                   property_seeds(60));
}

/// The row that waits would be numbered last, and all behind it would be other parents than meant.
TEST(ImportOrder, ARowThatWouldGetAnotherNumberDoesNotWait) {
  ImportJob job;
  const auto import =
      on_sqlite(job, "CREATE TABLE t (id INTEGER PRIMARY KEY, boss INT REFERENCES t(id), v TEXT)",
                "SELECT id, boss, v FROM t ORDER BY id");
  for (const char* text : {"boss,v\n2,a\n1,b\n,c\n", "id,boss,v\n,2,a\n,1,b\n,,c\n"}) {
    Options options = options_for(job.write("t.csv", text));
    EXPECT_THAT(import(options, 1),
                AllOf(HasSubstr("t.csv:2: "), HasSubstr("without a number of its own")));
  }
  const Options options = options_for(job.write("t.csv", "id,boss,v\n5,6,a\n6,,b\n,6,c\n"));
  EXPECT_EQ(import(options, 1), "5|6|a\n6|NULL|b\n7|6|c\n");
}

TEST(ImportOrder, NumbersAreThoseOfRowAfterRow) {
  ImportJob job;
  any_numbers_are_those_of_row_after_row(
      job,
      on_sqlite(job, "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name INT UNIQUE)",
                "SELECT id, name FROM t ORDER BY id"),
      property_seeds(60));
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
    EXPECT_THAT(job.failure(options), HasSubstr("another process is still reading it"));
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
                   property_seeds(20));
}

/// Parents are asked for, for many rows at once: the server refuses only the few that are tried.
TEST_F(ImportOrderOnMariadb, ALargeForestIsNotTriedRowByRow) {
  ImportJob job;
  MariadbDatabase database;
  std::mt19937 random(7);
  std::vector<Node> nodes;
  for (int id = 1; id <= 45'000; ++id) nodes.push_back({id, static_cast<int>(random() % id)});
  std::shuffle(nodes.begin(), nodes.end(), random);
  Options options = options_for(job.write("t.csv", text_of(nodes)));
  options.chunk_bytes = 1U << 16U;
  const Import import = on(job, database,
                           "CREATE TABLE t (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) "
                           "REFERENCES t(id))",
                           "SELECT COUNT(*), SUM(id), SUM(parent) FROM t");
  std::int64_t sum = 0;
  for (const Node& node : nodes) sum += node.parent;
  EXPECT_EQ(import(options, 2), fmt::format("45000|{}|{}\n", 45'000LL * 45'001 / 2, sum));
  const std::string undone = database.rows("SHOW SESSION STATUS LIKE 'Com_rollback_to_savepoint'");
  EXPECT_LT(std::stoi(undone.substr(undone.find('|') + 1)), 5'000);
}

TEST_F(ImportOrderOnMariadb, AnyWebLoads) {
  ImportJob job;
  MariadbDatabase database;
  any_web_loads(
      job,
      [&](bool refers_to_own) {
        const auto table = [&](const std::string& name, const std::string& other) {
          return fmt::format(
              "CREATE TABLE {0} (id INT PRIMARY KEY, own INT, other INT, FOREIGN KEY (other) "
              "REFERENCES {1}(id){2})",
              name, other, refers_to_own ? ", FOREIGN KEY (own) REFERENCES " + name + "(id)" : "");
        };
        for (const std::string& sql :
             {std::string("SET foreign_key_checks = 0"), std::string("DROP TABLE IF EXISTS a, b"),
              table("a", "b"), table("b", "a"), std::string("SET foreign_key_checks = 1")}) {
          database.connection().execute(sql);
        }
      },
      [&](const Options& options, int ranks) {
        return job.run(options, ranks,
                       [&]() -> backend::Connection& { return database.connection(); });
      },
      [&](const std::string& sql) { return database.rows(sql); }, property_seeds(10));
  EXPECT_EQ(database.rows("SELECT @@foreign_key_checks"), "1\n");
}

TEST_F(ImportOrderOnMariadb, CirclesAreJudgedAsTheDatabaseComparesAndLoseWhatItRefuses) {
  ImportJob job;
  MariadbDatabase database;
  database.connection().execute(
      "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_general_ci PRIMARY KEY, next VARCHAR(9) "
      "COLLATE utf8mb4_general_ci NOT NULL, n INT CHECK (n < 9), FOREIGN KEY (next) REFERENCES "
      "t(id))");
  Options options = options_for(
      job.write("t.csv", "id,next,n\na,B,1\nb,Á,1\nc,d,1\nd,e,1\ne,c,10\nf,f,1\ng,c,1\n"));
  options.on_error = OnError::reject;
  job.run(options, 1, [&]() -> backend::Connection& { return database.connection(); });
  EXPECT_EQ(database.rows("SELECT id FROM t ORDER BY id"), "a\nb\nf\n");
}

TEST_F(ImportOrderOnMariadb, NumbersAreThoseOfRowAfterRow) {
  ImportJob job;
  MariadbDatabase database;
  any_numbers_are_those_of_row_after_row(
      job,
      on(job, database, "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name INT UNIQUE)",
         "SELECT id, name FROM t ORDER BY id"),
      property_seeds(10));
}

/// In the middle of the load, when nothing can be tried again.
TEST_F(ImportOrderOnMariadb, AWaitForARowEndsWithTheFirstInterrupt) {
  ImportJob job;
  MariadbDatabase database;
  database.connection().execute("CREATE TABLE t (id INT PRIMARY KEY)");
  const auto other = database.open();
  other->execute("START TRANSACTION");
  other->execute("INSERT INTO t VALUES (7)");
  Options options = options_for(job.write("t.csv", "id\n1\n2\n7\n8\n"));
  options.chunk_bytes = 2;
  options.lock_wait = std::chrono::seconds(100);
  std::thread user([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    job.stop = true;
  });
  const auto start = std::chrono::steady_clock::now();
  const std::string said = outcome(
      [&] { job.run(options, 2, [&]() -> backend::Connection& { return database.connection(); }); },
      [] { return std::string("loaded"); });
  user.join();
  EXPECT_THAT(said, HasSubstr("interrupted; nothing was imported"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(50));
  other->execute("ROLLBACK");
  EXPECT_EQ(database.rows("SELECT COUNT(*) FROM t"), "0\n");
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
