#include <fmt/core.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <random>

#include "backend/bulk.hpp"
#include "base/error.hpp"
#include "support/mariadb.hpp"

namespace dbmig::test {
namespace {

using backend::BulkSink;
using backend::Cell;
using backend::row_encoder;

class MariadbBulkSink : public MariadbTest {
 protected:
  std::unique_ptr<BulkSink> sink_for(const std::string& table,
                                     const std::vector<std::string>& columns) {
    return database().connection().bulk_sink(
        database().connection().inspect({}).schema.table(table), columns);
  }

  std::string rows(const std::string& sql) { return database().rows(sql); }

  void SetUp() override {
    MariadbTest::SetUp();
    if (!IsSkipped()) database_.emplace();
  }
  MariadbDatabase& database() { return *database_; }

 private:
  std::optional<MariadbDatabase> database_;
};

void fail(std::size_t row, const Error& error) {
  throw Error(error.code(), "row " + std::to_string(row) + ": " + error.message());
}

/// Of a table's only column, which is a number.
std::vector<char> batch_of(const std::vector<std::int64_t>& values) {
  const auto encoder = row_encoder("mariadb-rows:p", 1);
  for (const std::int64_t value : values) {
    const Cell cell = Cell::of(value);
    encoder->add(std::span(&cell, 1));
  }
  const auto bytes = encoder->batch();
  return {bytes.begin(), bytes.end()};
}

TEST_F(MariadbBulkSink, KeepsEveryKindOfValueAndNullsBetweenThem) {
  database().run(
      "CREATE TABLE t (i BIGINT, u BIGINT UNSIGNED, r DOUBLE, s VARCHAR(20), b VARBINARY(9), "
      "d DATETIME(3), x BIT(3), p POINT, j JSON)");
  const auto sink = sink_for("t", {"i", "u", "r", "s", "b", "d", "x", "p", "j"});
  const std::string bytes("\xFF\0\n", 3);
  const std::vector<Cell> full = {Cell::of(std::numeric_limits<std::int64_t>::min()),
                                  Cell::of_unsigned(std::numeric_limits<std::uint64_t>::max()),
                                  Cell::of(-0.25),
                                  Cell::of_text("ñ𝄞"),
                                  Cell::of_blob(bytes),
                                  Cell::of_text("2024-02-29 01:02:03.120"),
                                  Cell::of_unsigned(5),
                                  Cell::of_text("POINT(1 2)"),
                                  Cell::of_text("{\"a\":1}")};
  const auto encoder = row_encoder(sink->encoding(), full.size());
  encoder->add(std::vector<Cell>(full.size()));
  encoder->add(full);
  encoder->add(std::vector<Cell>(full.size()));
  sink->write(encoder->batch(), fail);
  EXPECT_EQ(sink->rows(), 3U);
  EXPECT_EQ(rows("SELECT i, u, r, s, HEX(b), d, x + 0, ST_AsText(p), j FROM t WHERE i IS NOT NULL"),
            "-9223372036854775808|18446744073709551615|-0.25|ñ𝄞|FF000A|2024-02-29 01:02:03.120|5|"
            "POINT(1 2)|{\"a\":1}\n");
  EXPECT_EQ(rows("SELECT count(*) FROM t WHERE COALESCE(i, u, r, s, b, d, x, p, j) IS NULL"),
            "2\n");
}

TEST_F(MariadbBulkSink, TextForColumnsOfUtf8mb4IsSentAsItIsStored) {
  database().run(
      "CREATE TABLE t (a TEXT, b VARCHAR(9) CHARACTER SET latin1, c CHAR(9), d TEXT CHARACTER SET "
      "utf8mb3, e ENUM('a'), f VARCHAR(9) COLLATE utf8mb4_bin, g UUID)");
  EXPECT_EQ(sink_for("t", {"a", "b", "c", "d", "e", "f", "g"})->encoding(), "mariadb-rows:upuppup");
}

/// Text is sent in other ways depending on the column; what is stored and refused is what an
/// ordinary INSERT of the same text stores and refuses.
TEST_F(MariadbBulkSink, TextIsStoredAndRefusedAsByAnOrdinaryInsert) {
  const std::string texts[] = {"",
                               "a",
                               "Ünïcödé",
                               "ñ𝄞",
                               "10.5",
                               "  blanks  ",
                               "nul\0inside" + std::string(1, '\0'),
                               "trailing blanks that do not fit         ",
                               "much longer than the column is",
                               "too long 𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞",
                               "not \xFF UTF-8",
                               "cut \xF0\x9D\x84",
                               "surrogate \xED\xA0\x80",
                               "{\"a\": \"𝄞\"}",
                               "b",
                               "123e4567-e89b-12d3-a456-426614174000"};
  for (const char* type : {"VARCHAR(20)",
                           "CHAR(20)",
                           "TEXT",
                           "TINYTEXT",
                           "LONGTEXT",
                           "VARCHAR(20) CHARACTER SET latin1",
                           "CHAR(20) CHARACTER SET ucs2",
                           "TEXT CHARACTER SET utf8mb3",
                           "VARCHAR(20) CHARACTER SET utf16",
                           "VARCHAR(20) CHARACTER SET ascii",
                           "VARCHAR(20) COLLATE utf8mb4_bin UNIQUE",
                           "VARCHAR(20) COMPRESSED",
                           "TEXT COMPRESSED",
                           "VARCHAR(20) CHECK (c <> 'a')",
                           "VARBINARY(20)",
                           "ENUM('a', 'ñ𝄞')",
                           "SET('a', 'b')",
                           "JSON",
                           "UUID",
                           "INET6",
                           "DECIMAL(9,2)",
                           "INT"}) {
    database().run(fmt::format("CREATE OR REPLACE TABLE t (c {}); CREATE OR REPLACE TABLE u (c {})",
                               type, type));
    std::vector<std::pair<std::size_t, int>> expected;
    std::vector<std::pair<std::size_t, int>> refused;
    for (std::size_t i = 0; i < std::size(texts); ++i) {
      const backend::Value value = texts[i];
      try {
        database().connection().execute("INSERT INTO u VALUES (?)", std::span(&value, 1));
      } catch (const Error& error) {
        expected.emplace_back(i, error.native_code());
      }
    }
    {
      database().connection().begin();
      const auto sink = sink_for("t", {"c"});
      const auto encoder = row_encoder(sink->encoding(), 1);
      for (const std::string& text : texts) encoder->add(std::vector<Cell>{Cell::of_text(text)});
      sink->write(encoder->batch(), [&](std::size_t row, const Error& error) {
        refused.emplace_back(row, error.native_code());
      });
      database().connection().commit();
    }
    EXPECT_EQ(refused, expected) << type;
    EXPECT_EQ(rows("SELECT hex(c) FROM t"), rows("SELECT hex(c) FROM u")) << type;
  }
}

TEST_F(MariadbBulkSink, LeavesOutExactlyTheRefusedRow) {
  database().run("CREATE TABLE t (k INT AUTO_INCREMENT PRIMARY KEY, n INT CHECK (n >= 0))");
  for (const std::size_t count : {1U, 2U, 30U, 1024U, 4094U, 4095U, 4096U}) {
    for (const std::size_t bad : {std::size_t{0}, count / 2, count - 1}) {
      database().run("TRUNCATE TABLE t");
      const auto sink = sink_for("t", {"n"});
      std::vector<std::int64_t> values;
      for (std::size_t i = 0; i < count; ++i) {
        values.push_back(i == bad ? -1 : static_cast<std::int64_t>(i));
      }
      std::vector<std::size_t> refused;
      database().connection().begin();
      sink->write(batch_of(values), [&](std::size_t row, const Error& error) {
        EXPECT_EQ(error.native_code(), 4025);
        refused.push_back(row);
        EXPECT_EQ(rows("SELECT count(*) FROM t"), std::to_string(bad) + "\n");
      });
      database().connection().commit();
      ASSERT_EQ(refused, std::vector<std::size_t>{bad});
      ASSERT_EQ(sink->rows(), count - 1);
      std::string expected;
      for (std::size_t i = 0; i < count; ++i) {
        if (i != bad) expected += std::to_string(i) + "\n";
      }
      ASSERT_EQ(rows("SELECT n FROM t ORDER BY k"), expected);
    }
  }
}

TEST_F(MariadbBulkSink, FindsAnyNumberOfRefusedRows) {
  database().run(
      "CREATE TABLE t (k INT AUTO_INCREMENT PRIMARY KEY, n INT CHECK (n >= 0));"
      "CREATE TABLE unnumbered (n INT CHECK (n >= 0))");
  std::mt19937_64 random(7);
  for (const std::string table : {"t", "unnumbered"}) {
    // One row in this many is refused.
    for (const std::uint64_t every : {1U, 2U, 3U, 50U, 900U}) {
      const std::size_t count = 1 + random() % 6000;
      database().run("TRUNCATE TABLE " + table);
      const auto sink = sink_for(table, {"n"});
      std::vector<std::int64_t> values;
      std::vector<std::size_t> bad;
      std::string expected;
      for (std::size_t i = 0; i < count; ++i) {
        const bool is_bad = random() % every == 0;
        values.push_back(is_bad ? -1 : static_cast<std::int64_t>(i));
        if (is_bad) bad.push_back(i);
        if (!is_bad) expected += std::to_string(i) + "\n";
      }
      std::vector<std::size_t> refused;
      database().connection().begin();
      sink->write(batch_of(values), [&](std::size_t row, const Error&) { refused.push_back(row); });
      database().connection().commit();
      ASSERT_EQ(refused, bad);
      ASSERT_EQ(sink->rows(), count - bad.size());
      ASSERT_EQ(rows("SELECT n FROM " + table + " ORDER BY n"), expected);
    }
  }
}

/// An attempt that fails costs the numbers that it reserved.
TEST_F(MariadbBulkSink, RefusedRowsUseUpFewNumbers) {
  database().run("CREATE TABLE t (k SMALLINT AUTO_INCREMENT PRIMARY KEY, n INT CHECK (n >= 0))");
  const auto sink = sink_for("t", {"n"});
  std::vector<std::int64_t> values(20000, 1);
  for (std::size_t i = 1500; i < values.size(); i += 3000) values[i] = -1;
  std::size_t refused = 0;
  database().connection().begin();
  sink->write(batch_of(values), [&](std::size_t, const Error&) { ++refused; });
  database().connection().commit();
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(rows("SELECT count(*), max(k) < 29000 FROM t"), "19993|1\n");
}

/// InnoDB reserves keys for an array in powers of two; batches of other sizes would leave gaps, and
/// the keys would depend on how the file was cut.
TEST_F(MariadbBulkSink, KeysHaveNoGapsHoweverTheRowsArrive) {
  database().run("CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, n INT)");
  const auto sink = sink_for("t", {"n"});
  database().connection().begin();
  std::int64_t next = 1;
  for (const std::size_t count :
       {1U, 2U, 5U, 100U, 1000U, 1023U, 1024U, 4095U, 4096U, 9000U, 37U}) {
    std::vector<std::int64_t> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(next++);
    sink->write(batch_of(values), fail);
  }
  database().connection().commit();
  EXPECT_EQ(rows("SELECT count(*), sum(id <> n) FROM t"), std::to_string(next - 1) + "|0\n");
}

TEST_F(MariadbBulkSink, AZeroIsAZeroAndTheSessionIsAsBefore) {
  database().run("SET sql_mode = ''; CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY)");
  {
    const auto sink = sink_for("t", {"id"});
    sink->write(batch_of({0, 5}), fail);
    bool refused = false;
    sink->write(batch_of({std::int64_t{1} << 40U}),
                [&](std::size_t, const Error&) { refused = true; });
    EXPECT_TRUE(refused) << "what does not fit must not be cut";
  }
  EXPECT_EQ(rows("SELECT id FROM t"), "0\n5\n");
  EXPECT_EQ(rows("SELECT @@SESSION.sql_mode"), "\n");
}

TEST_F(MariadbBulkSink, ATableWithoutTransactionsIsRefused) {
  database().run("CREATE TABLE t (n INT) ENGINE=MyISAM");
  try {
    sink_for("t", {"n"});
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::refused);
    EXPECT_NE(error.message().find("MyISAM"), std::string::npos);
  }
}

TEST_F(MariadbBulkSink, RowsOfManySizesAndOneLargerThanThePacket) {
  database().run("CREATE TABLE t (k INT AUTO_INCREMENT PRIMARY KEY, s LONGTEXT)");
  const auto sink = sink_for("t", {"s"});
  const auto encoder = row_encoder(sink->encoding(), 1);
  const std::string packet = rows("SELECT @@max_allowed_packet");
  const std::size_t most = std::stoul(packet);
  std::vector<std::string> texts;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{10}, most / 2, most / 2, most + 10, most / 3, std::size_t{1}}) {
    texts.emplace_back(size, 'x');
  }
  for (const std::string& text : texts) {
    const Cell cell = Cell::of_text(text);
    encoder->add(std::span(&cell, 1));
  }
  std::vector<std::size_t> refused;
  database().connection().begin();
  sink->write(encoder->batch(), [&](std::size_t row, const Error&) { refused.push_back(row); });
  database().connection().commit();
  EXPECT_EQ(refused, std::vector<std::size_t>{4});
  EXPECT_EQ(rows("SELECT count(*), sum(length(s)) FROM t"),
            "6|" + std::to_string(11 + most / 2 * 2 + most / 3) + "\n");
}

/// The largest row that the server takes, and the smallest that it does not, alone and with others.
TEST_F(MariadbBulkSink, ARowIsRefusedOnlyIfItIsLargerThanThePacket) {
  database().run("CREATE TABLE t (s LONGTEXT, d DATETIME(6), n INT)");
  const std::size_t most = std::stoul(rows("SELECT @@max_allowed_packet"));
  const std::string letters(most, 'y');
  const auto sink = sink_for("t", {"s", "d", "n"});
  const auto encoder = row_encoder(sink->encoding(), 3);
  const auto is_taken = [&](std::size_t size, bool alone) {
    encoder->clear();
    for (int i = 0; i < 3; ++i) {
      if (alone && i != 1) continue;
      const std::size_t own = i == 1 ? size : 1;
      encoder->add(std::vector<Cell>{Cell::of_text(std::string_view(letters).substr(0, own)),
                                     Cell::of_text("2024-01-02 03:04:05.000000"),
                                     Cell::of(std::int64_t{i})});
    }
    bool is_refused = false;
    database().connection().begin();
    sink->write(encoder->batch(), [&](std::size_t row, const Error& error) {
      EXPECT_EQ(row, alone ? 0U : 1U);
      EXPECT_EQ(error.code(), ErrorCode::constraint) << error.message();
      is_refused = true;
    });
    EXPECT_EQ(rows("SELECT count(*) FROM t"), std::to_string((alone ? 1 : 3) - is_refused) + "\n");
    database().connection().rollback();
    return !is_refused;
  };
  for (const bool alone : {true, false}) {
    bool was_taken = true;
    for (std::size_t left = 62; left > 54; --left) {
      const bool taken = is_taken(most - left, alone);
      EXPECT_TRUE(was_taken || !taken) << left;
      was_taken = taken;
    }
    EXPECT_FALSE(was_taken);
    EXPECT_TRUE(is_taken(most - 100, alone));
  }
}

/// What the server says about a date is about the text that the converter made.
TEST_F(MariadbBulkSink, ADateInAMessageIsWrittenAsInItsColumn) {
  database().run("CREATE TABLE t (d TIMESTAMP(3) NULL)");
  const auto sink = sink_for("t", {"d"});
  const auto encoder = row_encoder(sink->encoding(), 1);
  const std::string dates[] = {"2024-01-01 00:00:00.000", "1969-01-01 23:59:59.500",
                               "1969-01-01 23:59:59.000"};
  for (const std::string& date : dates) encoder->add(std::vector<Cell>{Cell::of_text(date)});
  std::vector<std::size_t> refused;
  database().connection().begin();
  sink->write(encoder->batch(), [&](std::size_t row, const Error& error) {
    refused.push_back(row);
    EXPECT_NE(error.message().find("'" + dates[row] + "'"), std::string::npos) << error.message();
  });
  database().connection().commit();
  EXPECT_EQ(refused, (std::vector<std::size_t>{1, 2}));
}

TEST_F(MariadbBulkSink, TriggersAndForeignKeysHaveTheirSay) {
  database().run(
      "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE t (p INT REFERENCES p (id)); "
      "INSERT INTO p VALUES (1), (2)");
  database().connection().execute(
      "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW IF NEW.p = 2 THEN "
      "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not two'; END IF");
  const auto sink = sink_for("t", {"p"});
  std::vector<std::string> said;
  database().connection().begin();
  sink->write(batch_of({1, 2, 3, 1}), [&](std::size_t row, const Error& error) {
    said.push_back(std::to_string(row) + " " + std::to_string(error.native_code()));
  });
  database().connection().commit();
  EXPECT_EQ(said, (std::vector<std::string>{"1 1644", "2 1452"}));
  EXPECT_EQ(rows("SELECT p FROM t"), "1\n1\n");
}

/// Rows with and without a number, whose column stands behind others of every form.
TEST_F(MariadbBulkSink, NumbersSomeRowsAndTakesTheNumbersOfOthers) {
  database().run(
      "CREATE TABLE t (g POINT, s TEXT, d DATETIME(3), n DECIMAL(9,2), id INT AUTO_INCREMENT "
      "PRIMARY KEY)");
  const auto sink = sink_for("t", {"g", "s", "d", "n", "id"});
  const auto encoder = row_encoder(sink->encoding(), 5);
  std::string expected;
  for (int i = 1; i <= 300; ++i) {
    const bool is_null = i % 7 == 0;
    const std::string text(static_cast<std::size_t>(i), 'x');
    encoder->add(std::vector<Cell>{
        is_null ? Cell::null() : Cell::of_text(i % 2 == 0 ? "POINT(1 2)" : "SRID=4326;POINT(3 4)"),
        Cell::of_text(text), is_null ? Cell::null() : Cell::of_text("2024-01-02 03:04:05.600"),
        Cell::of_text("1.50"), i % 10 < 5 ? Cell::null() : Cell::of(std::int64_t{i})});
    expected += std::to_string(i) + "|" + std::to_string(i) + "\n";
  }
  // What is read back from a batch goes through a sink like the batch.
  const auto reader = backend::row_reader(sink->encoding(), 5, encoder->batch());
  const auto cells = row_encoder(backend::kCellEncoding, 5);
  for (std::size_t i = 0; i < reader->rows(); ++i) cells->add(reader->next());
  database().connection().begin();
  backend::write_cells(*sink, 5, cells->batch(), fail);
  database().connection().commit();
  EXPECT_EQ(rows("SELECT id, length(s) FROM t ORDER BY id"), expected);
  EXPECT_EQ(rows("SELECT ST_SRID(g), d, count(*) FROM t GROUP BY 1, 2 ORDER BY 1, 2"),
            "NULL|NULL|42\n0|2024-01-02 03:04:05.600|129\n4326|2024-01-02 03:04:05.600|129\n");
}

TEST_F(MariadbBulkSink, WritesToATableThatWasAlteredInBetween) {
  database().run("CREATE TABLE t (n INT)");
  const auto sink = sink_for("t", {"n"});
  sink->write(batch_of({1, 2}), fail);
  database().run("ALTER TABLE t ADD COLUMN x INT DEFAULT 7 FIRST, MODIFY n BIGINT");
  sink->write(batch_of({3, 4, std::int64_t{1} << 40U}), fail);
  EXPECT_EQ(rows("SELECT x, n FROM t ORDER BY n"), "7|1\n7|2\n7|3\n7|4\n7|1099511627776\n");
}

TEST_F(MariadbBulkSink, SaysThatTheConnectionIsGone) {
  database().run("CREATE TABLE t (n INT)");
  const auto sink = sink_for("t", {"n"});
  database().connection().begin();
  sink->write(batch_of({1, 2}), fail);
  database().open()->execute("KILL " + rows("SELECT CONNECTION_ID()"));
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      sink->write(batch_of({3, 4}), fail);
      ADD_FAILURE() << "written without a connection";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::connection) << error.message();
    }
  }
}

}  // namespace
}  // namespace dbmig::test
