// Keys that files have twice, found before the second record is written: as a slow look at one
// record after the other finds them.
#include "import/key_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using backend::Cell;
using import::Bytes;
using import::SeenKeys;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A chunk of numbers, nothing for NULL, as a rank tells the root of them.
Bytes digest_of(const std::vector<std::optional<std::int64_t>>& numbers) {
  import::KeyDigests digests({{.key = 0, .columns = { import::KeyColumn {} } }});
  for (const auto& number : numbers) {
    const Cell cell = number ? Cell::of(*number) : Cell::null();
    digests.add({&cell, 1});
  }
  Bytes message;
  import::WireWriter writer(message);
  digests.write(writer);
  return message;
}

/// Numbers that go on, with or without gaps, go back, repeat or are missing.
std::vector<std::optional<std::int64_t>> random_numbers(std::mt19937& random) {
  std::vector<std::optional<std::int64_t>> numbers;
  std::int64_t next = static_cast<std::int64_t>(random() % 40) - 20;
  const unsigned disorder = random() % 3 == 0 ? 0 : 1 + random() % 40;
  for (std::uint64_t n = random() % 120; n > 0; --n) {
    next += 1 + (random() % 8 == 0 ? random() % 5 : 0);
    const bool is_odd = disorder != 0 && random() % disorder == 0;
    if (is_odd && random() % 2 == 0) {
      numbers.emplace_back(std::nullopt);
    } else {
      numbers.emplace_back(is_odd ? 1000 - static_cast<std::int64_t>(random() % 2000) : next);
    }
  }
  return numbers;
}

TEST(KeyWatch, SeesWhatASetOfAllValuesSees) {
  for (std::uint64_t seed = 1; seed <= property_seeds(2000); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const auto numbers = random_numbers(random);
    std::uint64_t room = 1000;
    SeenKeys seen(room);
    std::set<std::int64_t> all;
    for (std::size_t at = 0; at < numbers.size();) {
      const std::size_t end = std::min<std::size_t>(at + 1 + random() % 30, numbers.size());
      const std::vector chunk(numbers.begin() + static_cast<std::ptrdiff_t>(at),
                              numbers.begin() + static_cast<std::ptrdiff_t>(end));
      std::optional<std::size_t> expected;
      for (std::size_t i = 0; i < chunk.size() && !expected; ++i) {
        if (chunk[i] && !all.insert(*chunk[i]).second) expected = i;
      }
      const Bytes message = digest_of(chunk);
      const auto digests = import::read_key_digests({message.data(), message.size()});
      ASSERT_EQ(seen.first_repeated(digests.at(0)), expected);
      if (expected) break;
      at = end;
    }
  }
}

TEST(KeyWatch, GivesUpWhereThereIsNoRoom) {
  std::uint64_t room = 10;
  SeenKeys seen(room);
  const auto look = [&](const std::vector<std::optional<std::int64_t>>& numbers) {
    const Bytes message = digest_of(numbers);
    return seen.first_repeated(import::read_key_digests({message.data(), message.size()}).at(0));
  };
  // Numbers without gaps need none.
  std::vector<std::optional<std::int64_t>> numbers;
  for (std::int64_t n = 0; n < 1000; ++n) numbers.emplace_back(n);
  EXPECT_EQ(look(numbers), std::nullopt);
  EXPECT_EQ(room, 10U);
  EXPECT_EQ(look({5, 7}), std::nullopt);
  EXPECT_EQ(look({5, 7}), std::nullopt);
  EXPECT_EQ(room, 10U);
}

/// A file with three unique keys, and what the first record repeats, as row after row finds it.
struct KeyCase {
  std::string csv = "id,a,b\n";
  std::uint64_t line = 0;   ///< 0 when nothing is repeated
  std::uint64_t first = 0;  ///< line of the record that it repeats
  std::string columns;
  std::uint64_t rows = 0;
};

KeyCase random_key_case(std::mt19937& random) {
  KeyCase one;
  std::map<std::string, std::uint64_t> lines[3];
  const int many = 30 + static_cast<int>(random() % 400);
  const bool in_order = random() % 2 == 0;
  std::uint64_t line = 2;
  for (std::uint64_t n = 1 + random() % 120; n > 0; --n) {
    const auto some = [&] { return std::to_string(random() % static_cast<unsigned>(many)); };
    const std::string id = in_order && random() % 50 != 0 ? std::to_string(line) : some();
    const std::string a = random() % 4 == 0 ? "" : "x" + std::to_string(random() % 900);
    const std::string b = random() % 4 == 0 ? "" : std::to_string(random() % 3);
    const bool has_line_end = random() % 5 == 0;
    one.csv += id + "," + (a.empty() ? "" : has_line_end ? "\"" + a + "\n\"" : a) + "," + b + "\n";
    ++one.rows;
    const std::string text = a.empty() ? "" : a + (has_line_end ? "\n" : "");
    const std::string keys[] = {id, text, text.empty() || b.empty() ? "" : text + "|" + b};
    const char* const names[] = {"id", "a", "a, b"};
    for (int key = 0; key < 3 && one.line == 0; ++key) {
      if (key == 1 || keys[key].empty()) continue;  // `a` alone is no key
      const auto [at, is_new] = lines[key].try_emplace(keys[key], line);
      if (is_new) continue;
      one.line = line;
      one.first = at->second;
      one.columns = names[key];
    }
    line += text.find('\n') == std::string::npos ? 1 : 2;
  }
  return one;
}

std::string outcome(const KeyCase& one) {
  return "t.csv:" + std::to_string(one.line) + ": the record '";
}

std::string first_of(const KeyCase& one) {
  return "' has the same " + one.columns + " as line " + std::to_string(one.first) + ";";
}

/// The same on any number of ranks, by any number of writers: `load` runs the import and gives its
/// message, empty when it was done.
template <class Load>
void expect_first_repeated(const KeyCase& one, const Load& load, const std::string& rows) {
  if (one.line == 0) {
    EXPECT_EQ(load, "");
    EXPECT_EQ(rows, std::to_string(one.rows) + "\n");
  } else {
    EXPECT_THAT(load, AllOf(HasSubstr(outcome(one)), HasSubstr(first_of(one))));
    EXPECT_EQ(rows, "0\n");
  }
}

TEST(KeyWatch, NamesTheFirstRepeatedRecordAndTheOneItRepeats) {
  for (std::uint64_t seed = 1; seed <= property_seeds(40); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const KeyCase one = random_key_case(random);
    for (const int ranks : {1, 2, 3, 4}) {
      SCOPED_TRACE(ranks);
      ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, UNIQUE (a, b))");
      Options options = options_for(job.write("t.csv", one.csv));
      options.chunk_bytes = 1 + random() % 400;
      std::string message;
      try {
        job.run(options, ranks);
      } catch (const Error& error) {
        message = error.what();
      }
      expect_first_repeated(one, message, job.rows("SELECT count(*) FROM t"));
    }
  }
}

/// A unique index is built at the end, one that belongs to the table is there all the time: what is
/// said is the same, also when there is no memory to watch the keys.
TEST(KeyWatch, SaysTheSameOfAnIndexThatIsBuiltAtTheEnd) {
  const auto said = [](const std::string& schema, Options options, const std::string& csv,
                       int ranks) {
    ImportJob job(schema);
    options.files = {job.write("t.csv", csv)};
    std::string message;
    try {
      job.run(options, ranks);
    } catch (const Error& error) {
      message = error.what();
    }
    const std::string folder = job.path("");
    for (auto at = message.find(folder); at != std::string::npos; at = message.find(folder)) {
      message.erase(at, folder.size());
    }
    return message + "\n" + job.rows("SELECT * FROM t ORDER BY id") +
           job.rows("SELECT name FROM sqlite_master WHERE name = 'u' AND sql LIKE '%UNIQUE%'");
  };
  for (std::uint64_t seed = 1; seed <= property_seeds(40); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const KeyCase one = random_key_case(random);
    Options options = options_for("t.csv");
    options.chunk_bytes = 1 + random() % 400;
    options.keys_at_once = std::array{100, 1000, 1000000}[random() % 3];
    for (const int ranks : {1, 3}) {
      SCOPED_TRACE(ranks);
      const std::string index = said(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT); CREATE UNIQUE INDEX u ON t (b, "
          "a)",
          options, one.csv, ranks);
      const std::string constraint =
          said("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, UNIQUE (b, a))", options,
               one.csv, ranks);
      EXPECT_EQ(index, constraint + "u\n");
    }
  }
}

class KeyWatchOnMariadb : public MariadbTest {
 protected:
  /// The message, empty when it was done.
  std::string load(MariadbDatabase& database, const Options& options, int ranks = 1) {
    try {
      job.run(options, ranks, [&]() -> backend::Connection& { return database.connection(); });
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  ImportJob job;
};

TEST_F(KeyWatchOnMariadb, NamesTheFirstRepeatedRecordAndTheOneItRepeats) {
  MariadbDatabase database;
  database.run(
      "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20) COLLATE utf8mb4_bin, b INT, UNIQUE (a, "
      "b))");
  for (std::uint64_t seed = 1; seed <= property_seeds(15); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const KeyCase one = random_key_case(random);
    for (const int ranks : {1, 2, 3, 4}) {
      SCOPED_TRACE(ranks);
      database.run("DELETE FROM t");
      Options options = options_for(job.write("t.csv", one.csv));
      options.chunk_bytes = 1 + random() % 400;
      options.writers = 1 + random() % 3;
      const std::string message = load(database, options, ranks);
      expect_first_repeated(one, message, database.rows("SELECT count(*) FROM t"));
    }
  }
}

/// What several writers have met need not be looked for by one.
TEST_F(KeyWatchOnMariadb, IsSaidWithoutLoadingAgain) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (id INT PRIMARY KEY)");
  std::string csv = "id\n";
  for (int i = 1; i <= 500; ++i) csv += std::to_string(i) + "\n";
  Options options = options_for(job.write("t.csv", csv + "7\n"));
  options.chunk_bytes = 100;
  options.writers = 3;
  for (const int ranks : {1, 3}) {
    EXPECT_THAT(load(database, options, ranks),
                HasSubstr("t.csv:502: the record '7' has the same id as line 8;"));
  }
  for (const Event& event : job.events.events) {
    const auto* log = std::get_if<event::Log>(&event);
    EXPECT_TRUE(log == nullptr ||
                log->message.find("loading again with one writer") == std::string::npos);
  }
  EXPECT_EQ(database.rows("SELECT count(*) FROM t"), "0\n");
}

TEST(KeyWatch, WhatIsWrongBeforeItIsSaidFirst) {
  for (const int ranks : {1, 3}) {
    for (const std::size_t chunk : {10, 1000}) {
      ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CHECK (a < 5))");
      job.database().execute("INSERT INTO t VALUES (77, 1)");
      Options options = options_for(job.write("t.csv", "id,a\n3,1\n1,1\n2,9\n1,2\n"));
      options.chunk_bytes = chunk;
      EXPECT_THAT(job.failure(options, ranks), AllOf(HasSubstr("t.csv:4"), HasSubstr("CHECK")));
      job.write("t.csv", "id,a\n3,1\n1,1\n77,2\n1,2\n");
      EXPECT_THAT(job.failure(options, ranks),
                  AllOf(HasSubstr("t.csv:4"), HasSubstr("the database refused")));
      job.write("t.csv", "id,a\n3,1\n1,1\n2,x\n1,2\n");
      EXPECT_THAT(job.failure(options, ranks), HasSubstr("t.csv:4"));
      job.write("t.csv", "id,a\n3,1\n1,1\n1,2\n2,x\n");
      EXPECT_THAT(job.failure(options, ranks), HasSubstr("t.csv:4: the record '1,2'"));
    }
  }
}

TEST(KeyWatch, LooksAcrossTheFilesOfATable) {
  ImportJob job(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);CREATE TABLE u (id INTEGER PRIMARY KEY)");
  Options options = options_for(job.write("one.csv", "id,a\n1,x\n2,x\n"));
  options.files.push_back(job.write("two.csv", "a,id\ny,3\ny,2\n"));
  EXPECT_THAT(job.failure(options, 2),
              AllOf(HasSubstr("two.csv:3: the record 'y,2' has the same id as "),
                    HasSubstr("one.csv:3; nothing was imported")));
  // Another table has keys of its own.
  options.table = "";
  options.files = {job.write("t.csv", "id,a\n1,x\n2,x\n"), job.write("u.csv", "id\n1\n2\n")};
  EXPECT_EQ(job.run(options, 2).rows, 4U);
}

/// Where a trigger or the user decides what becomes of such rows, the database does all.
TEST(KeyWatch, LeavesToTheDatabaseWhatItDecides) {
  const auto rows = [](
                        const std::string& schema, const std::string& csv,
                        const std::function<void(Options&)>& change = [](Options&) {}) {
    ImportJob job(schema);
    Options options = options_for(job.write("t.csv", csv));
    change(options);
    job.run(options, 2);
    return job.rows("SELECT * FROM t");
  };
  ImportJob with_trigger("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
  with_trigger.database().execute(
      "CREATE TRIGGER tr BEFORE INSERT ON t WHEN NEW.a = 'twice' BEGIN DELETE FROM t WHERE id = "
      "NEW.id; END");
  with_trigger.run(options_for(with_trigger.write("t.csv", "id,a\n1,x\n1,twice\n")));
  EXPECT_EQ(with_trigger.rows("SELECT * FROM t"), "1|twice\n");
  EXPECT_EQ(rows("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)", "id,a\n1,x\n1,y\n",
                 [](Options& options) { options.on_duplicate = backend::OnDuplicate::update; }),
            "1|y\n");
  EXPECT_EQ(
      rows("CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CHECK (a < 5))", "id,a\n1,9\n1,2\n1,3\n",
           [](Options& options) { options.on_error = import::OnError::reject; }),
      "1|2\n");
}

TEST_F(KeyWatchOnMariadb, LeavesToTheDatabaseWhatItDecides) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20))");
  database.run(
      "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.id = NEW.id + "
      "coalesce(length(NEW.a), 0)");
  EXPECT_EQ(load(database, options_for(job.write("t.csv", "id,a\n1,x\n1,xx\n"))), "");
  EXPECT_EQ(database.rows("SELECT id FROM t ORDER BY id"), "2\n3\n");
  database.run(
      "CREATE OR REPLACE TABLE t (id INT, a DATE, b DATE, PERIOD FOR p (a, b), UNIQUE (id, p "
      "WITHOUT OVERLAPS))");
  EXPECT_EQ(load(database, options_for(job.write("t.csv",
                                                 "id,a,b\n1,2024-01-01,2024-02-01\n1,2024-02-01,"
                                                 "2024-03-01\n"))),
            "");
  // What only the server compares.
  database.run("CREATE OR REPLACE TABLE t (a VARCHAR(20) COLLATE utf8mb4_general_ci UNIQUE)");
  EXPECT_THAT(
      load(database, options_for(job.write("t.csv", "a\n\xC3\xA4\nA\n")), 2),
      AllOf(HasSubstr("t.csv:3: the database refused"), HasSubstr("line 2 has the same a")));
}

/// One value may be the same by one key and another by the next.
TEST(KeyWatch, OfAColumnWithTwoKeys) {
  for (const int ranks : {1, 3}) {
    ImportJob job(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE);CREATE UNIQUE INDEX i ON t (a "
        "COLLATE NOCASE);CREATE UNIQUE INDEX again ON t (id)");
    Options options = options_for(job.write("t.csv", "id,a\n1,x\n2,y\n3,z\n"));
    options.chunk_bytes = 5;
    EXPECT_EQ(job.run(options, ranks).rows, 3U);
    job.database().execute("DELETE FROM t");
    job.write("t.csv", "id,a\n1,x\n2,y\n3,Y\n");
    EXPECT_THAT(job.failure(options, ranks), HasSubstr("t.csv:4: the record '3,Y' has the same a"));
    options.dry_run = true;
    job.write("t.csv", "id,a\n1,x\n2,y\n2,z\n");
    const Summary summary = job.run(options, ranks);
    ASSERT_EQ(summary.repeated.size(), 1U);
    EXPECT_EQ(summary.repeated.front().records, 1U);
  }
}

TEST(KeyWatch, BeyondItsMemoryTheDatabaseFindsIt) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY)");
  std::string csv = "id\n";
  for (int i = 0; i < 200; ++i) csv += std::to_string(i * 7 % 200) + "\n";
  Options options = options_for(job.write("t.csv", csv + "3\n"));
  options.chunk_bytes = 50;
  options.keys_at_once = 100;
  EXPECT_THAT(job.failure(options, 2),
              AllOf(HasSubstr("t.csv:202: the database refused"), HasSubstr("has the same id")));
  options.keys_at_once = 1000;
  EXPECT_THAT(job.failure(options, 2),
              AllOf(HasSubstr("t.csv:202: the record '3' has the same id as line"),
                    Not(HasSubstr("refused"))));
}

/// Which one it repeats is looked for in the file.
TEST(KeyWatch, InputThatIsReadOnceIsLeftToTheDatabase) {
  ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY)");
  const std::string fifo = job.path("t.csv");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(fifo) << "id\n1\n2\n1\n"; });
  EXPECT_THAT(job.failure(options_for(fifo)), HasSubstr("t.csv:4: the database refused"));
  writer.join();
}

}  // namespace
}  // namespace dbmig::test
