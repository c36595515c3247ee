// Dates and decimals that go to the server in the protocol's own types: stored as their text is.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "backend/bulk.hpp"
#include "backend/mariadb/column_array.hpp"
#include "base/error.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"

namespace dbmig::test {
namespace {

using backend::Cell;
using backend::mariadb::is_plain_decimal;
using backend::mariadb::read_moment;

bool is_date(std::string_view text) {
  MYSQL_TIME moment;
  return read_moment(text, true, moment);
}

bool is_datetime(std::string_view text) {
  MYSQL_TIME moment;
  return read_moment(text, false, moment);
}

TEST(ReadMoment, TakesTheUsualWayOfWritingAlone) {
  MYSQL_TIME moment;
  ASSERT_TRUE(read_moment("2024-02-29 23:59:58.0304", false, moment));
  EXPECT_EQ(fmt::format("{} {} {} {} {} {} {}", moment.year, moment.month, moment.day, moment.hour,
                        moment.minute, moment.second, moment.second_part),
            "2024 2 29 23 59 58 30400");
  EXPECT_EQ(moment.time_type, MYSQL_TIMESTAMP_DATETIME);
  ASSERT_TRUE(read_moment("0001-01-01", true, moment));
  EXPECT_EQ(moment.time_type, MYSQL_TIMESTAMP_DATE);
  EXPECT_TRUE(is_datetime("9999-12-31 00:00:00"));
  EXPECT_TRUE(is_datetime("2024-12-31 00:00:00.999999"));
  for (const char* odd :
       {"", "2024", "2024-1-1", "2024-01-01 ", "2024/01/01", "0000-00-00", "0000-01-01",
        "2024-00-01", "2024-13-01", "2023-02-29", "2024-04-31", "2024-01-00", "-024-01-01",
        "2024-01-01 00:00:00", "20240101", "2024-01-0a"}) {
    EXPECT_FALSE(is_date(odd)) << odd;
  }
  for (const char* odd :
       {"", "2024-01-01", "2024-01-01 ", "2024-01-01 00:00", "2024-01-01T00:00:00",
        "2024-01-01 24:00:00", "2024-01-01 00:60:00", "2024-01-01 00:00:60", "2024-01-01 00:00:00.",
        "2024-01-01 00:00:00.1234567", "2024-01-01 00:00:00Z", "2024-01-01 00:00:00.-1",
        "2023-02-29 00:00:00", "2024-01-01  0:00:00"}) {
    EXPECT_FALSE(is_datetime(odd)) << odd;
  }
}

TEST(PlainDecimal, IsDigitsWithAPointAndASign) {
  for (const char* text : {"0", "-1", "+1.50", "00012.3", "12345678901234567890.1234567890"}) {
    EXPECT_TRUE(is_plain_decimal(text)) << text;
  }
  for (const char* text :
       {"", "-", ".", ".5", "1.", "1e3", "1,5", " 1", "1 ", "1.2.3", "--1", "NaN", "12-", "0x10"}) {
    EXPECT_FALSE(is_plain_decimal(text)) << text;
  }
  EXPECT_TRUE(is_plain_decimal(std::string(65, '9')));
  EXPECT_FALSE(is_plain_decimal(std::string(66, '9')));
}

class TypedValues : public MariadbTest {
 protected:
  static constexpr const char* kColumns[] = {
      "a DATE",          "a DATETIME",       "a DATETIME(3)",
      "a DATETIME(6)",   "a TIMESTAMP NULL", "a TIMESTAMP(2) NULL",
      "a DECIMAL(10,2)", "a DECIMAL(65,30)", "a DECIMAL(3) UNSIGNED"};

  static std::string random_digits(std::mt19937_64& random, std::size_t most) {
    std::string digits;
    const std::size_t count = 1 + random() % most;
    for (std::size_t i = 0; i < count; ++i) digits += static_cast<char>('0' + random() % 10);
    return digits;
  }

  /// Mostly well written; `odd` lets one in eight be something else.
  static std::string random_text(std::mt19937_64& random, const std::string& column, bool odd) {
    static const char* const kOdd[] = {
        "",         "0000-00-00", "2024-02-30", "2024-1-2", "2024-01-01T10:11:12",
        "20240102", "1e2",        "-",          "12:13:14", "2024-01-01 24:00:00",
        ".5",       "99999999999"};
    if (odd && random() % 8 == 0) return kOdd[random() % std::size(kOdd)];
    if (column.find("DECIMAL") != std::string::npos) {
      return (random() % 2 == 0 ? "-" : "") + random_digits(random, 9) +
             (random() % 2 == 0 ? "." + random_digits(random, 4) : "");
    }
    const auto part = [&](std::uint64_t least, std::uint64_t most) {
      return least + random() % (most - least + 1);
    };
    std::string text =
        fmt::format("{:04}-{:02}-{:02}", random() % 4 == 0 ? part(1, 9999) : part(1971, 2037),
                    part(1, 12), part(1, 28));
    if (column.find("DATETIME") == std::string::npos && column.find("STAMP") == std::string::npos) {
      return text;
    }
    text += fmt::format(" {:02}:{:02}:{:02}", part(0, 23), part(0, 59), part(0, 59));
    return random() % 2 == 0 ? text : text + "." + random_digits(random, 6);
  }
};

/// A column of each type, filled in one batch through the sink, and row by row with text: the same
/// rows are refused, and the table has the same values.
TEST_F(TypedValues, AreStoredAndRefusedAsTheirTextIs) {
  MariadbDatabase database;
  for (const std::string column : kColumns) {
    database.run(
        fmt::format("CREATE OR REPLACE TABLE sent (k INT PRIMARY KEY, {0}); "
                    "CREATE OR REPLACE TABLE text_rows (k INT PRIMARY KEY, {0})",
                    column));
    const auto table = database.connection().inspect({}).schema.table("sent");
    for (std::uint64_t seed = 1; seed <= property_seeds(12); ++seed) {
      std::mt19937_64 random(seed);
      database.run("TRUNCATE TABLE sent; TRUNCATE TABLE text_rows");
      const auto sink = database.connection().bulk_sink(table, {"k", "a"});
      const auto encoder = backend::row_encoder(sink->encoding(), 2);
      const std::size_t count = 1 + random() % 40;
      std::set<std::size_t> refused_text;
      std::vector<std::string> texts(count);
      for (std::size_t row = 0; row < count; ++row) {
        const bool is_null = random() % 10 == 0;
        texts[row] = random_text(random, column, seed % 2 == 0);
        const Cell cells[] = {Cell::of(static_cast<std::int64_t>(row)),
                              is_null ? Cell::null() : Cell::of_text(texts[row])};
        encoder->add(cells);
        const std::vector<backend::Value> values = {
            std::to_string(row), is_null ? backend::Value{} : backend::Value{texts[row]}};
        try {
          database.connection().execute("INSERT INTO text_rows VALUES (?, ?)", values);
        } catch (const Error&) {
          refused_text.insert(row);
        }
      }
      std::set<std::size_t> refused;
      database.connection().begin();
      sink->write(encoder->batch(), [&](std::size_t row, const Error&) { refused.insert(row); });
      database.connection().commit();
      EXPECT_EQ(refused, refused_text) << column << ", seed " << seed;
      EXPECT_EQ(database.rows("SELECT k, a FROM sent ORDER BY k"),
                database.rows("SELECT k, a FROM text_rows ORDER BY k"))
          << column << ", seed " << seed;
    }
  }
}

}  // namespace
}  // namespace dbmig::test
