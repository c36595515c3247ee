// Rows whose key exists already: the outcome is that of row after row, for any number of ranks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using backend::OnDuplicate;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// The table as a map: key → (a, b), b being a column that the file does not give.
using Table = std::map<int, std::pair<std::string, std::string>>;

std::string to_text(const Table& table) {
  std::string out;
  for (const auto& [key, row] : table) {
    out += std::to_string(key) + "|" + row.first + "|" + row.second + "\n";
  }
  return out;
}

struct Case {
  std::string csv;
  Table before;
  std::map<OnDuplicate, Table> after;
  std::uint64_t skipped = 0;
  std::uint64_t rows = 0;
};

Case random_case(std::mt19937& random) {
  Case one;
  for (int n = static_cast<int>(random() % 6); n > 0; --n) {
    one.before[static_cast<int>(random() % 20)] = {"old", "kept"};
  }
  for (const OnDuplicate how : {OnDuplicate::skip, OnDuplicate::update, OnDuplicate::replace}) {
    one.after[how] = one.before;
  }
  one.csv = "id,a\n";
  for (std::uint64_t n = random() % 80; n > 0; --n) {
    const int key = static_cast<int>(random() % 20);
    const std::string value = "v" + std::to_string(n);
    one.csv += std::to_string(key) + "," + value + "\n";
    ++one.rows;
    const bool is_there = one.after[OnDuplicate::skip].count(key) != 0;
    if (is_there) ++one.skipped;
    if (!is_there) one.after[OnDuplicate::skip][key] = {value, "new"};
    Table& updated = one.after[OnDuplicate::update];
    updated[key] = {value, updated.count(key) != 0 ? updated[key].second : "new"};
    one.after[OnDuplicate::replace][key] = {value, "new"};
  }
  return one;
}

std::string insert_before(const Case& one) {
  std::string sql;
  for (const auto& [key, row] : one.before) {
    sql += (sql.empty() ? "INSERT INTO t VALUES (" : ", (") + std::to_string(key) + ", '" +
           row.first + "', '" + row.second + "')";
  }
  return sql;
}

constexpr const char* kTable =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(20) NOT NULL, b VARCHAR(20) DEFAULT 'new')";

void expect_outcome(const Summary& summary, const Case& one, OnDuplicate how) {
  const std::uint64_t skipped = how == OnDuplicate::skip ? one.skipped : 0;
  EXPECT_EQ(summary.files.at(0).skipped, skipped);
  EXPECT_EQ(summary.rows, one.rows - skipped);
}

TEST(OnDuplicate, IsAsRowAfterRow) {
  for (std::uint64_t seed = 1; seed <= property_seeds(40); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const Case one = random_case(random);
    for (const auto& [how, after] : one.after) {
      ImportJob job(kTable);
      if (!one.before.empty()) job.database().execute(insert_before(one));
      Options options = options_for(job.write("t.csv", one.csv));
      options.on_duplicate = how;
      options.chunk_bytes = 1 + random() % 300;
      expect_outcome(job.run(options, 1 + static_cast<int>(seed % 4)), one, how);
      ASSERT_EQ(job.rows("SELECT id, a, b FROM t ORDER BY id"), to_text(after)) << "seed " << seed;
    }
  }
}

class OnDuplicateOnMariadb : public MariadbTest {};

TEST_F(OnDuplicateOnMariadb, IsAsRowAfterRow) {
  MariadbDatabase database;
  database.run(kTable);
  for (std::uint64_t seed = 1; seed <= property_seeds(20); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const Case one = random_case(random);
    for (const auto& [how, after] : one.after) {
      ImportJob job;
      database.run("DELETE FROM t");
      if (!one.before.empty()) database.run(insert_before(one));
      Options options = options_for(job.write("t.csv", one.csv));
      options.on_duplicate = how;
      options.chunk_bytes = 1 + random() % 300;
      const Summary summary =
          job.run(options, 1 + static_cast<int>(seed % 4),
                  [&]() -> backend::Connection& { return database.connection(); });
      expect_outcome(summary, one, how);
      ASSERT_EQ(database.rows("SELECT id, a, b FROM t ORDER BY id"), to_text(after))
          << "seed " << seed;
    }
  }
}

TEST(OnDuplicate, OtherMistakesOfARowStayMistakes) {
  for (const OnDuplicate how : {OnDuplicate::skip, OnDuplicate::update, OnDuplicate::replace}) {
    ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CHECK (a < 5))");
    Options options = options_for(job.write("t.csv", "id,a\n1,1\n1,2\n2,9\n"));
    options.on_duplicate = how;
    EXPECT_THAT(job.failure(options), AllOf(HasSubstr("t.csv:4"), HasSubstr("CHECK")));
    EXPECT_EQ(job.rows("SELECT count(*) FROM t"), "0\n");
  }
}

TEST_F(OnDuplicateOnMariadb, OtherMistakesOfARowStayMistakes) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT CHECK (a < 5))");
  for (const OnDuplicate how : {OnDuplicate::skip, OnDuplicate::update, OnDuplicate::replace}) {
    ImportJob job;
    Options options = options_for(job.write("t.csv", "id,a\n1,1\n1,2\n2,9\n"));
    options.on_duplicate = how;
    try {
      job.run(options, 1, [&]() -> backend::Connection& { return database.connection(); });
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("t.csv:4"));
    }
    EXPECT_EQ(database.rows("SELECT count(*) FROM t"), "0\n");
  }
}

TEST(OnDuplicate, ReplacingWhatOthersFollowIsRefused) {
  ImportJob job(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);"
      "CREATE TABLE child (t INTEGER REFERENCES t (id) ON DELETE CASCADE);"
      "INSERT INTO t VALUES (1, 'x'); INSERT INTO child VALUES (1)");
  Options options = options_for(job.write("t.csv", "id,a\n1,y\n"));
  options.on_duplicate = OnDuplicate::replace;
  EXPECT_THAT(job.failure(options),
              AllOf(HasSubstr("rows of 'child'"), HasSubstr("--on-duplicate update")));
  options.on_duplicate = OnDuplicate::update;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT a, (SELECT count(*) FROM child) FROM t"), "y|1\n");
}

/// A row that leaves its number to the database does not give another one to the row it updates,
/// which others may refer to.
constexpr const char* kPeople = "id,email,name\n,a@x,Anna\n9,b@x,Bob\n,c@x,Cleo\n,b@x,Bert\n";

TEST(OnDuplicate, AnUpdatedRowKeepsTheNumberThatTheFileDoesNotGive) {
  ImportJob job(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT); "
      "CREATE TABLE child (t INT REFERENCES t (id))");
  job.database().execute("INSERT INTO t VALUES (5, 'a@x', 'Ann')");
  job.database().execute("INSERT INTO child VALUES (5)");
  Options options = options_for(job.write("t.csv", kPeople));
  options.on_duplicate = OnDuplicate::update;
  job.run(options, 2);
  EXPECT_EQ(job.rows("SELECT id, email, name FROM t ORDER BY id"),
            "5|a@x|Anna\n9|b@x|Bert\n10|c@x|Cleo\n");
}

TEST_F(OnDuplicateOnMariadb, AnUpdatedRowKeepsTheNumberThatTheFileDoesNotGive) {
  MariadbDatabase database;
  database.run(
      "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(9) UNIQUE, name "
      "VARCHAR(9)); CREATE TABLE child (t INT, FOREIGN KEY (t) REFERENCES t (id)); INSERT INTO t "
      "VALUES (5, 'a@x', 'Ann'); INSERT INTO child VALUES (5)");
  ImportJob job;
  Options options = options_for(job.write("t.csv", kPeople));
  options.on_duplicate = OnDuplicate::update;
  job.run(options, 2, [&]() -> backend::Connection& { return database.connection(); });
  EXPECT_EQ(database.rows("SELECT email, name, id <= 9 FROM t ORDER BY email"),
            "a@x|Anna|1\nb@x|Bert|1\nc@x|Cleo|0\n");
  EXPECT_EQ(database.rows("SELECT id FROM t WHERE id <= 9 ORDER BY id"), "5\n9\n");
}

}  // namespace
}  // namespace dbmig::test
