// Rows with the same key, some of which wait for their parents: the first of the file that can be
// written has the key, however the file is cut into batches.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <random>

#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using import::OnError;
using testing::HasSubstr;

struct Node {
  int id;
  int parent;  ///< 0: none
};

std::vector<Node> random_nodes(std::mt19937& random) {
  const unsigned size = 1 + random() % (random() % 4 == 0 ? 400 : 40);
  const unsigned ids = 1 + random() % size;
  std::vector<Node> nodes;
  for (unsigned i = 0; i < size; ++i) {
    const int parent = random() % 3 == 0 ? 0 : 1 + static_cast<int>(random() % (ids + ids / 8 + 1));
    nodes.push_back({1 + static_cast<int>(random() % ids), parent});
  }
  return nodes;
}

std::string text_of(const std::vector<Node>& nodes) {
  std::string text = "id,parent,line\n";
  int line = 1;
  for (const Node& node : nodes) {
    text += fmt::format("{},{},{}\n", node.id, node.parent == 0 ? "" : std::to_string(node.parent),
                        ++line);
  }
  return text;
}

/// The lines of the rows that stay: the first with each id of those whose parents can be there.
std::string first_lines(const std::vector<Node>& nodes) {
  std::vector<bool> possible(nodes.size(), true);
  const auto first = [&](int id) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (possible[i] && nodes[i].id == id) return i;
    }
    return nodes.size();
  };
  for (bool is_changed = true; is_changed;) {
    is_changed = false;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!possible[i] || nodes[i].parent == 0 || first(nodes[i].parent) < nodes.size()) continue;
      possible[i] = false;
      is_changed = true;
    }
  }
  std::string lines;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (possible[i] && first(nodes[i].id) == i) lines += fmt::format("{}\n", i + 2);
  }
  return lines;
}

constexpr const char* kLines = "SELECT line FROM t ORDER BY line";

using Run = std::function<Summary(const Options&, int ranks)>;
using Query = std::function<std::string(const std::string&)>;

/// Over one or two files of the table.
void the_first_of_the_files_has_the_key(ImportJob& job, const std::function<void()>& make_table,
                                        const Run& run, const Query& query, std::size_t cases) {
  std::mt19937 random(5);
  for (std::size_t i = 0; i < cases; ++i) {
    const std::vector<Node> nodes = random_nodes(random);
    const std::string text = text_of(nodes);
    Options options = options_for(job.write("t.csv", text));
    if (random() % 3 == 0) {
      const std::size_t end = text.find('\n', random() % text.size()) + 1;
      options.files = {job.write("t.csv", text.substr(0, end)),
                       job.write("u.csv", "id,parent,line\n" + text.substr(end))};
    }
    options.on_error = OnError::reject;
    options.chunk_bytes = random() % 3 == 0 ? 1U << 20U : 1 + random() % 300;
    make_table();
    const Summary summary = run(options, 1 + static_cast<int>(random() % 3));
    const std::string lines = first_lines(nodes);
    ASSERT_EQ(query(kLines), lines) << text;
    const auto count = static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
    EXPECT_EQ(summary.rows, count);
    EXPECT_EQ(summary.rejected, nodes.size() - count);
    for (const char* rejects : {"t.rejects.csv", "u.rejects.csv"}) {
      if (job.exists(rejects)) std::filesystem::remove(job.path(rejects));
    }
  }
}

TEST(HeldKeys, TheFirstOfTheFilesHasTheKeyEvenIfItWaits) {
  ImportJob job;
  the_first_of_the_files_has_the_key(
      job,
      [&] {
        job.database().execute("DROP TABLE IF EXISTS t");
        job.database().execute(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INT REFERENCES t(id), line INT)");
      },
      [&](const Options& options, int ranks) { return job.run(options, ranks); },
      [&](const std::string& sql) { return job.rows(sql); }, property_seeds(150));
}

/// A second unique key, and a row whose turn comes as the first with its key is refused.
TEST(HeldKeys, ARowWhoseRivalIsRefusedHasItsTurn) {
  for (const char* index : {"", "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END"}) {
    ImportJob job(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INT REFERENCES t(id), code TEXT UNIQUE "
        "COLLATE NOCASE, n INT CHECK (n < 9))");
    if (*index != '\0') job.database().execute(index);
    Options options = options_for(job.write("t.csv",
                                            "id,parent,code,n\n"
                                            "1,9,a,1\n"   // waits, and is written
                                            "2,,A,2\n"    // has its code
                                            "3,8,b,10\n"  // waits, and fails the check
                                            "4,,B,3\n"    // so has the code
                                            "5,77,c,4\n"  // waits for nothing
                                            "6,,c,5\n"    // so has the code
                                            "9,,d,6\n8,9,e,7\n"));
    options.on_error = OnError::reject;
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{1} << 20U}) {
      options.chunk_bytes = chunk;
      job.database().execute("DELETE FROM t");
      EXPECT_EQ(job.run(options, 2).rejected, 3U);
      EXPECT_EQ(job.rows("SELECT id, code FROM t ORDER BY id"), "1|a\n4|B\n6|c\n8|e\n9|d\n");
      EXPECT_THAT(job.read("t.rejects.csv"), HasSubstr("UNIQUE constraint failed: t.code"));
    }
  }
}

/// Tables that refer to each other, each with a repeated key.
TEST(HeldKeys, HoldForRowsOfTwoTablesThatWaitForEachOther) {
  ImportJob job(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b(id), line INT);"
      "CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a(id), line INT)");
  Options options = options_for(job.write("a.csv", "id,b,line\n1,1,2\n1,,3\n2,,4\n2,1,5\n"));
  options.table.clear();
  options.files.push_back(job.write("b.csv", "id,a,line\n1,1,2\n1,2,3\n"));
  options.on_error = OnError::reject;
  job.run(options, 2);
  EXPECT_EQ(job.rows("SELECT id, b, line FROM a ORDER BY id"), "1|1|2\n2|NULL|4\n");
  EXPECT_EQ(job.rows("SELECT id, a, line FROM b"), "1|1|2\n");
}

TEST(HeldKeys, ARowWithoutANumberDoesNotWaitBehindAnother) {
  ImportJob job(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INT REFERENCES t(id), code TEXT UNIQUE)");
  Options options = options_for(job.write("t.csv", "id,parent,code\n5,9,a\n,,a\n9,,b\n"));
  options.on_error = OnError::reject;
  job.run(options);
  EXPECT_EQ(job.rows("SELECT id, code FROM t ORDER BY id"), "5|a\n9|b\n");
  EXPECT_THAT(job.read("t.rejects.csv"), HasSubstr("cannot wait behind it"));
}

class HeldKeysOnMariadb : public MariadbTest {};

TEST_F(HeldKeysOnMariadb, TheFirstOfTheFilesHasTheKeyEvenIfItWaits) {
  ImportJob job;
  MariadbDatabase database;
  the_first_of_the_files_has_the_key(
      job,
      [&] {
        database.run(
            "DROP TABLE IF EXISTS t; CREATE TABLE t (id INT PRIMARY KEY, parent INT, line INT, "
            "FOREIGN KEY (parent) REFERENCES t(id))");
      },
      [&](const Options& options, int ranks) {
        return job.run(options, ranks,
                       [&]() -> backend::Connection& { return database.connection(); });
      },
      [&](const std::string& sql) { return database.rows(sql); }, property_seeds(30));
}

TEST_F(HeldKeysOnMariadb, TextsAreComparedByTheirCollation) {
  ImportJob job;
  MariadbDatabase database;
  database.run(
      "CREATE TABLE t (id VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, parent VARCHAR(20) "
      "COLLATE utf8mb4_general_ci, line INT, FOREIGN KEY (parent) REFERENCES t(id))");
  Options options = options_for(
      job.write("t.csv", "id,parent,line\nä,Z,2\nA,,3\nz,,4\nb,none,5\nB,a,6\nZ ,,7\n"));
  options.on_error = OnError::reject;
  job.run(options, 2, [&]() -> backend::Connection& { return database.connection(); });
  EXPECT_EQ(database.rows(kLines), "2\n4\n6\n");
}

}  // namespace
}  // namespace dbmig::test
