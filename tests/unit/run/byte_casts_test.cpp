// Changes that MariaDB refuses for the bytes of a value, or since nothing makes a year of it: the
// rows are counted before anything is changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "run/runner.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

struct Change {
  const char* from;
  const char* to;
  const char* value;  ///< SQL
  bool refused;
};

class ByteCasts : public RunTest {
 protected:
  static std::string revision(const std::string& id, const std::string& parent,
                              const std::string& operations) {
    return "revision: " + id + "\nparents: [" + parent +
           "]\nmessage: m\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n" + operations;
  }
};

TEST_P(ByteCasts, AreCountedBeforehand) {
  const std::vector<Change> changes = {
      {"type: blob", "type: text, mariadb: {charset: utf8mb4}", "x'FF'", true},
      {"type: blob", "type: text, mariadb: {charset: utf8mb4}", "x'C3A9'", false},
      {"type: blob", "type: text, mariadb: {charset: latin1}", "x'FF'", false},
      {"type: varbinary(10)", "type: varchar(10), mariadb: {charset: utf8mb4}", "x'FF'", true},
      // The server takes these bytes as they are.
      {"type: varbinary(10)", "type: varchar(10), mariadb: {charset: ascii}", "x'C3A9'", false},
      {"type: binary(3)", "type: mediumtext, mariadb: {charset: utf8mb4}", "x'41C3'", true},
      {"type: tinytext, mariadb: {charset: latin1}", "type: tinytext, mariadb: {charset: utf8mb4}",
       "REPEAT('é', 200)", true},
      {"type: tinytext, mariadb: {charset: latin1}", "type: tinytext, mariadb: {charset: utf8mb4}",
       "REPEAT('é', 127)", false},
      {"type: text, mariadb: {charset: latin1}", "type: text, mariadb: {charset: utf8mb4}",
       "REPEAT('é', 40000)", true},
      {"type: varchar(300), mariadb: {charset: latin1}",
       "type: tinytext, mariadb: {charset: utf8mb4}", "REPEAT('é', 200)", true},
      {"type: text, mariadb: {charset: utf8mb4}", "type: text, mariadb: {charset: utf16}",
       "REPEAT('a', 40000)", true},
      {"type: date", "type: year", "'2024-01-02'", true},
      {"type: datetime", "type: year", "'2024-01-02'", true},
      {"type: time", "type: year", "'10:00:00'", true},
      {"type: date", "type: year", "NULL", false},
      {"type: integer", "type: year", "1800", true},
      {"type: integer", "type: year", "100", true},
      {"type: integer", "type: year", "-1", true},
      {"type: integer", "type: year", "2155", false},
      {"type: integer", "type: year", "5", false},
      {"type: \"decimal(6,2)\"", "type: year", "2024.50", true},
      {"type: varchar(10)", "type: year", "'abc'", true},
      {"type: varchar(10)", "type: year", "'1800'", true},
      {"type: varchar(10)", "type: year", "'2024'", false},
  };
  int number = 0;
  std::string made;
  std::vector<std::string> texts;
  std::string parent;
  for (const Change& change : changes) {
    const std::string table = "t" + std::to_string(number);
    made += "  - create_table:\n      " + table + ":\n        columns: {id: {type: integer}, c: {" +
            change.from + "}}\n        primary_key: [id]\n";
    ++number;
  }
  const history::Graph first = graph({revision("aaa", "", made)});
  runner(first).upgrade("aaa", {});
  for (int i = 0; i < number; ++i) {
    connection_->execute("INSERT INTO t" + std::to_string(i) + " VALUES (1, " +
                         changes[static_cast<std::size_t>(i)].value + ")");
  }
  std::vector<std::string> revisions{revision("aaa", "", made)};
  parent = "aaa";
  for (int i = 0; i < number; ++i) {
    const Change& change = changes[static_cast<std::size_t>(i)];
    const std::string id = "b" + std::to_string(i) + "x";
    std::vector<std::string> tried = revisions;
    tried.push_back(revision(
        id, parent,
        "  - alter_column: {table: t" + std::to_string(i) + ", name: c, " + change.to + "}\n"));
    const history::Graph graph = this->graph(tried);
    std::string said;
    try {
      runner(graph).upgrade("head", {});
      revisions = tried;
      parent = id;
    } catch (const Error& error) {
      said = error.what();
      EXPECT_EQ(error.code(), ErrorCode::constraint) << said;
    }
    const std::string context = std::string(change.from) + " -> " + change.to + " " + change.value;
    EXPECT_EQ(said.find("would fail: ") != std::string::npos, change.refused)
        << context << ": " << said;
  }
}

// SQLite stores any bytes in any column.
INSTANTIATE_TEST_SUITE_P(Databases, ByteCasts, testing::Values(DialectKind::mariadb),
                         [](const auto&) { return "mariadb"; });

}  // namespace
}  // namespace dbmig::run
