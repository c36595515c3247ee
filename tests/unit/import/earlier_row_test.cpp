// A duplicate is named with both of its lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Twin {
  std::string table;
  std::string csv;
  std::string line;     ///< of the refused record
  std::string earlier;  ///< what the message says of the other one; empty for nothing
};

/// What both databases agree on.
std::vector<Twin> twins() {
  return {
      {"CREATE TABLE t (n INT PRIMARY KEY, a VARCHAR(20))", "n,a\n1,x\n2,\"y\ny\"\n3,z\n2,q\n",
       "t.csv:6", "line 3 has the same n"},
      {"CREATE TABLE t (n INT, a VARCHAR(20), UNIQUE (n, a))", "n,a\n1,x\n1,y\n,x\n,x\n2,y\n1,y\n",
       "t.csv:7", "line 3 has the same n, a"},
      {"CREATE TABLE t (n INT PRIMARY KEY, a VARCHAR(20) UNIQUE)", "n,a\n1,x\n2,y\n3,y\n",
       "t.csv:4", "line 3 has the same a"},
      {"CREATE TABLE t (n INT PRIMARY KEY, a DATE UNIQUE)",
       "n,a\n1,2024-01-01\n2,2024-01-02\n3,2024-01-01\n", "t.csv:4", "line 2 has the same a"},
      {"CREATE TABLE t (n INT PRIMARY KEY, a VARCHAR(20))", "n,a\n1,x\n77,y\n3,z\n", "t.csv:3", ""},
  };
}

/// Only the database looks at keys, as where a trigger may change them.
Options unwatched(const std::string& file) {
  Options options = options_for(file);
  options.watch_keys = false;
  return options;
}

constexpr const char* kBefore = "INSERT INTO t (n) VALUES (77)";

void expect_both_lines(const Twin& twin, const std::string& message) {
  EXPECT_THAT(message, HasSubstr(twin.line));
  if (twin.earlier.empty()) {
    EXPECT_THAT(message, Not(HasSubstr("has the same")));
  } else {
    EXPECT_THAT(message, HasSubstr("; " + twin.earlier));
  }
}

TEST(EarlierRow, IsNamed) {
  for (const Twin& twin : twins()) {
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{1} << 20}) {
      ImportJob job(twin.table);
      job.database().execute(kBefore);
      Options options = unwatched(job.write("t.csv", twin.csv));
      options.chunk_bytes = chunk;
      expect_both_lines(twin, job.failure(options, 2));
    }
  }
}

TEST(EarlierRow, IsComparedAsTheColumnDoes) {
  ImportJob job("CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE)");
  EXPECT_THAT(job.failure(unwatched(job.write("t.csv", "a\nx\nAda\ny\nADA\n"))),
              AllOf(HasSubstr("t.csv:5"), HasSubstr("line 3 has the same a")));
}

TEST(EarlierRow, MayStandInAnotherFile) {
  ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT)");
  Options options = unwatched(job.write("one.csv", "n,a\n1,x\n2,x\n"));
  options.files.push_back(job.write("two.csv", "a,n\ny,3\ny,2\n"));
  EXPECT_THAT(job.failure(options),
              AllOf(HasSubstr("two.csv:3"), HasSubstr("one.csv:3 has the same n")));
}

class EarlierRowOnMariadb : public MariadbTest {};

TEST_F(EarlierRowOnMariadb, IsNamed) {
  MariadbDatabase database;
  std::vector<Twin> all = twins();
  all.push_back({"CREATE TABLE t (n INT, a VARCHAR(20) UNIQUE) COLLATE utf8mb4_general_ci",
                 "a\nx\ncafé\ny\nCAFE\n", "t.csv:5", "line 3 has the same a"});
  all.push_back({"CREATE TABLE t (n INT, d DECIMAL(8,2) UNIQUE)", "d\n1\n2.5\n2.50\n", "t.csv:4",
                 "line 3 has the same d"});
  for (const Twin& twin : all) {
    for (const std::size_t writers : {1, 3}) {
      if (writers != 1 && &twin != &all.front()) continue;  // one of them waits for a second
      ImportJob job;
      database.run("DROP TABLE IF EXISTS t");
      database.run(twin.table);
      database.run(kBefore);
      Options options = unwatched(job.write("t.csv", twin.csv));
      options.chunk_bytes = 10;
      options.writers = writers;
      try {
        job.run(options, 2, [&]() -> backend::Connection& { return database.connection(); });
        ADD_FAILURE() << twin.table;
      } catch (const Error& error) {
        expect_both_lines(twin, error.what());
      }
    }
  }
}

/// Whatever the file: the line of the first of two.
TEST(EarlierRow, IsTheFirstOfTheFile) {
  for (std::uint64_t seed = 1; seed <= property_seeds(20); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    ImportJob job("CREATE TABLE t (n INTEGER, a TEXT, UNIQUE (a))");
    std::string csv = "n,a\n";
    std::map<std::string, std::size_t> first;
    std::size_t line = 2;
    std::string expected;
    while (expected.empty()) {
      const std::string key = (random() % 5 == 0 ? "k\n" : "k") + std::to_string(random() % 200);
      csv += std::to_string(line) + ",\"" + key + "\"\n";
      const auto [at, is_new] = first.emplace(key, line);
      if (!is_new) {
        expected = "t.csv:" + std::to_string(line) + ": ";
        EXPECT_NE(at->second, line);
      }
      if (!is_new) expected += "|line " + std::to_string(at->second) + " has the same a";
      line += key[1] == '\n' ? 2 : 1;
    }
    Options options = unwatched(job.write("t.csv", csv + "0,last\n"));
    options.chunk_bytes = 1 + random() % 100;
    const std::string message = job.failure(options, 1 + static_cast<int>(seed % 3));
    const std::size_t bar = expected.find('|');
    ASSERT_THAT(message,
                AllOf(HasSubstr(expected.substr(0, bar)), HasSubstr(expected.substr(bar + 1))))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace dbmig::test
