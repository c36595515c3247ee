#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/row_source.hpp"
#include "support/mariadb.hpp"

namespace dbmig::backend {
namespace {

/// Values longer than the room that a reader begins with, several in a row, before and after
/// shorter ones.
TEST(MariadbRows, EveryLongValueOfARowIsWhole) {
  if (!test::mariadb_url()) GTEST_SKIP() << test::kNoMariadb;
  const test::MariadbDatabase database;
  const auto connection = connect(database.url(), {});
  connection->execute("CREATE TABLE t (id INT PRIMARY KEY, a TEXT, b LONGBLOB, c TEXT)");
  std::mt19937 random(7);
  std::vector<std::vector<std::string>> written;
  constexpr int kRows = 60;
  for (int n = 0; n < kRows; ++n) {
    std::vector<std::string> row{std::to_string(n)};
    for (const char letter : {'a', 'b', 'c'}) {
      const std::size_t length = random() % (random() % 3 == 0 ? 20'000U : 300U);
      row.emplace_back(length, static_cast<char>(letter + n % 20));
      if (length != 0) row.back().back() = '.';
    }
    const std::vector<Value> values(row.begin(), row.end());
    connection->execute("INSERT INTO t VALUES (?, ?, ?, ?)", values);
    written.push_back(std::move(row));
  }
  for (const std::string order : {"ASC", "DESC"}) {
    const auto rows = connection->read_rows("SELECT a, b, c, id FROM t ORDER BY id " + order);
    std::vector<Cell> cells;
    std::size_t count = 0;
    while (rows->next(cells)) {
      const std::vector<std::string>& row = written.at(static_cast<std::size_t>(cells[3].integer));
      for (std::size_t i = 0; i < 3; ++i) {
        ASSERT_EQ(cells[i].bytes, row[i + 1]) << fmt::format("row {}, column {}", row[0], i);
      }
      ++count;
    }
    EXPECT_EQ(count, written.size());
  }
}

}  // namespace
}  // namespace dbmig::backend
