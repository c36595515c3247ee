// Several connections that write one import: the same table, the same messages, all or nothing.
#include "import/writers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class SeveralWriters : public MariadbTest {
 protected:
  Summary load(MariadbDatabase& database, const Options& options, int ranks = 1) {
    return job.run(options, ranks, [&]() -> backend::Connection& { return database.connection(); });
  }
  std::string failure(MariadbDatabase& database, const Options& options) {
    try {
      load(database, options);
    } catch (const Error& error) {
      return error.what();
    }
    ADD_FAILURE() << "the import did not fail";
    return "";
  }
  Options several(const std::string& file) const {
    Options options = options_for(file);
    options.writers = 3;
    options.chunk_bytes = 100;
    return options;
  }
  bool was_said(const std::string& text) {
    for (const Event& event : job.events.events) {
      const auto* log = std::get_if<event::Log>(&event);
      if (log != nullptr && log->message.find(text) != std::string::npos) return true;
    }
    return false;
  }
  static void expect_nothing_left(MariadbDatabase& database) {
    EXPECT_EQ(database.rows("SELECT count(*) FROM dbmig_imports"), "0\n");
    for (const auto& row : database.connection().query("XA RECOVER").rows) {
      EXPECT_FALSE(row.at(3).value_or("").starts_with("dbmig-")) << row.at(3).value_or("");
    }
  }

  ImportJob job;
};

TEST_F(SeveralWriters, GiveTheTableOfOne) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (n INT PRIMARY KEY, a VARCHAR(20), u INT UNIQUE)");
  for (std::uint64_t seed = 1; seed <= property_seeds(12); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    database.run("DELETE FROM t");
    std::string csv = "n,a,u\n";
    std::vector<int> keys(1 + random() % 300);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = static_cast<int>(i);
    std::shuffle(keys.begin(), keys.end(), random);
    for (const int key : keys) {
      csv += std::to_string(key) + ",x" + std::to_string(key) + "," +
             (key % 3 == 0 ? "" : std::to_string(1000 - key)) + "\n";
    }
    Options options = several(job.write("t.csv", csv));
    options.chunk_bytes = 1 + random() % 500;
    options.writers = 2 + random() % 3;
    ASSERT_EQ(load(database, options, 1 + static_cast<int>(seed % 3)).rows, keys.size());
    ASSERT_EQ(database.rows("SELECT count(*), sum(n), count(u) FROM t WHERE a = concat('x', n) "
                            "AND (u IS NULL) = (n % 3 = 0) AND coalesce(u, 1000 - n) = 1000 - n"),
              std::to_string(keys.size()) + "|" +
                  std::to_string(keys.size() * (keys.size() - 1) / 2) + "|" +
                  std::to_string(keys.size() - (keys.size() + 2) / 3) + "\n");
  }
  expect_nothing_left(database);
}

/// Unless somebody says how many: one for each rank, where there is enough to write.
TEST_F(SeveralWriters, AreAsManyAsRanksForLargeFiles) {
  std::string csv = "n\n";
  for (int i = 0; i < 500; ++i) csv += std::to_string(i) + "\n";
  Options options = several(job.write("t.csv", csv));
  options.writers = 0;
  struct WritersCase {
    int ranks;
    std::uintmax_t bytes;
    bool several;
  };
  for (const WritersCase& one :
       {WritersCase{1, 0, false}, {3, csv.size() + 1, false}, {3, csv.size(), true}}) {
    MariadbDatabase database;
    database.run("CREATE TABLE t (n INT PRIMARY KEY)");
    options.bytes_for_writers = one.bytes;
    EXPECT_EQ(load(database, options, one.ranks).rows, 500U);
    EXPECT_EQ(database.rows("SELECT count(*), sum(n) FROM t"), "500|124750\n");
    // Only several write down what they do.
    EXPECT_EQ(database.rows("SHOW TABLES LIKE 'dbmig_imports'").empty(), !one.several);
  }
  EXPECT_FALSE(was_said("Using one connection"));
}

/// Also when the two stand at different writers, each of which would wait for the other.
TEST_F(SeveralWriters, NameTheFirstMistakeOfTheFile) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (n INT PRIMARY KEY, a VARCHAR(20) NOT NULL)");
  std::string csv = "n,a\n";
  for (int i = 0; i < 200; ++i) csv += std::to_string(i % 150) + ",x\n";
  const Options options = several(job.write("t.csv", csv));
  EXPECT_THAT(failure(database, options), AllOf(HasSubstr("t.csv:152"), HasSubstr("'0,x'")));
  EXPECT_EQ(database.rows("SELECT count(*) FROM t"), "0\n");
  const std::size_t line = csv.find("\n120,") + 1;
  job.write("t.csv", csv.substr(0, line) + "7000,\n7001,\n" + csv.substr(line));
  EXPECT_THAT(failure(database, options), HasSubstr("column 'a'"));
  EXPECT_EQ(database.rows("SELECT count(*) FROM t"), "0\n");
  expect_nothing_left(database);
}

TEST_F(SeveralWriters, LeaveToOneWhatHasAnOrder) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT, a VARCHAR(20))");
  std::string csv = "n,a\n";
  for (int i = 1; i <= 100; ++i) csv += std::to_string(i) + ",x\n";
  Options options = several(job.write("t.csv", csv));
  EXPECT_EQ(load(database, options).rows, 100U);
  EXPECT_TRUE(was_said("numbered in the order of the file"));
  EXPECT_EQ(database.rows("SELECT count(*) FROM t WHERE id = n"), "100\n");
  // Some rows with a number, some without.
  database.run("DELETE FROM t");
  database.run("ALTER TABLE t AUTO_INCREMENT = 1");
  csv = "id,n,a\n";
  for (int i = 1; i <= 100; ++i) {
    csv += (i % 10 == 0 ? "" : std::to_string(i)) + "," + std::to_string(i) + ",x\n";
  }
  job.write("t.csv", csv);
  EXPECT_EQ(load(database, options).rows, 100U);
  EXPECT_EQ(database.rows("SELECT count(*) FROM t WHERE id = n"), "100\n");

  database.run("CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW SET @last = NEW.n");
  database.run("DELETE FROM t");
  load(database, options);
  EXPECT_TRUE(was_said("the trigger 'tr'"));
  database.run("DROP TRIGGER tr");
  for (auto change : std::vector<std::function<void(Options&)>>{
           [](Options& o) { o.on_duplicate = backend::OnDuplicate::skip; },
           [](Options& o) { o.commit_every = 10; },
           [](Options& o) { o.on_error = import::OnError::reject; }}) {
    database.run("DELETE FROM t");
    options = several(job.path("t.csv"));
    change(options);
    job.events.events.clear();
    EXPECT_EQ(load(database, options).rows, 100U);
    EXPECT_TRUE(was_said("Using one connection: "));
  }
}

TEST_F(SeveralWriters, ASmallFileIsEnoughForOne) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (n INT PRIMARY KEY)");
  Options options = several(job.write("t.csv", "n\n1\n"));
  options.writers = 8;
  EXPECT_EQ(load(database, options).rows, 1U);
  job.write("t.csv", "n\n");
  EXPECT_EQ(load(database, options).rows, 0U);
  expect_nothing_left(database);
}

/// Left behind by a process that died between its statements.
TEST_F(SeveralWriters, WhatWasLeftBehindIsFinishedOrUndone) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (n INT PRIMARY KEY)");
  import::ImportStore store(database.connection());
  store.create_if_missing();
  for (const bool commits : {false, true}) {
    for (const int prepared : {0, 1, 3}) {
      const std::string id = "dbmig-test" + std::to_string(::getpid());
      for (int i = 1; i <= prepared; ++i) {
        const auto branch =
            backend::begin_branch(database.connection().url(), {id, std::to_string(i)});
        branch->connection().execute("INSERT INTO t VALUES (" + std::to_string(i) + ")");
        branch->prepare();
      }
      import::ImportRecord record;
      record.id = id;
      record.state = commits ? "committing" : "preparing";
      record.files.emplace_back().path = "t.csv";
      store.insert(record);
      EXPECT_EQ(import::recover_imports(database.connection(), std::chrono::seconds(5), job.events),
                1U);
      EXPECT_EQ(database.rows("SELECT count(*) FROM t"),
                std::to_string(commits ? prepared : 0) + "\n");
      expect_nothing_left(database);
      database.run("DELETE FROM t");
    }
  }
  // Of an import that is at work nobody takes anything.
  import::ImportRecord record;
  record.id = "dbmig-alive";
  record.state = "preparing";
  record.files.emplace_back().path = "t.csv";
  store.insert(record);
  const auto other = backend::connect(database.connection().url());
  other->query("SELECT GET_LOCK('dbmig_import_dbmig-alive', 0)");
  EXPECT_EQ(import::recover_imports(database.connection(), std::chrono::seconds(0), job.events),
            0U);
  EXPECT_EQ(database.rows("SELECT count(*) FROM dbmig_imports"), "1\n");
}

TEST(SeveralWritersOnSqlite, AreOne) {
  ImportJob job("CREATE TABLE t (n INTEGER)");
  Options options = options_for(job.write("t.csv", "n\n1\n2\n"));
  options.writers = 2;
  EXPECT_EQ(job.run(options).rows, 2U);
}

}  // namespace
}  // namespace dbmig::test
