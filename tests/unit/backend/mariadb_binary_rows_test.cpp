// Rows that the ranks put into the protocol's form: what comes back out of them, and what the
// server stores and refuses.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>

#include "backend/bulk.hpp"
#include "backend/mariadb/binary_batch.hpp"
#include "backend/mariadb/typed_text.hpp"
#include "base/error.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"

namespace dbmig::test {
namespace {

using backend::Cell;
using backend::mariadb::is_plain_decimal;
using backend::mariadb::Moment;
using backend::mariadb::read_moment;

bool is_date(std::string_view text) {
  Moment moment;
  return read_moment(text, true, moment);
}

bool is_datetime(std::string_view text) {
  Moment moment;
  return read_moment(text, false, moment);
}

TEST(ReadMoment, TakesTheUsualWayOfWritingAlone) {
  Moment moment;
  ASSERT_TRUE(read_moment("2024-02-29 23:59:58.0304", false, moment));
  EXPECT_EQ(fmt::format("{} {} {} {} {} {} {}", moment.year, moment.month, moment.day, moment.hour,
                        moment.minute, moment.second, moment.microsecond),
            "2024 2 29 23 59 58 30400");
  ASSERT_TRUE(read_moment("0001-01-01", true, moment));
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

TEST(MomentText, HasTheDigitsOfTheColumnOrMore) {
  backend::mariadb::Moment moment;
  ASSERT_TRUE(read_moment("2024-02-29 01:02:03.5", false, moment));
  EXPECT_EQ(moment_text(moment, false, 0), "2024-02-29 01:02:03.5");
  EXPECT_EQ(moment_text(moment, false, 3), "2024-02-29 01:02:03.500");
  EXPECT_EQ(moment_text(moment, true, 3), "2024-02-29");
  moment.microsecond = 0;
  EXPECT_EQ(moment_text(moment, false, 0), "2024-02-29 01:02:03");
  EXPECT_EQ(moment_text(moment, false, 6), "2024-02-29 01:02:03.000000");
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

/// Cells that know where their text is kept.
struct KeptRow {
  std::vector<Cell> cells;
  std::deque<std::string> texts;

  const std::string& keep(std::string text) { return texts.emplace_back(std::move(text)); }
};

class BinaryRows : public ::testing::Test {
 protected:
  /// Of sizes around those where the protocol writes a length in another way.
  static std::string random_bytes(std::mt19937_64& random) {
    static constexpr std::size_t kSizes[] = {0, 1, 7, 30, 250, 251, 300, 65535, 65536};
    std::string bytes(kSizes[random() % (random() % 20 == 0 ? 9 : 5)], '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
  }

  /// A cell for a column of `form`, of any kind if `any`.
  static Cell random_cell(std::mt19937_64& random, char form, bool any, KeptRow& row) {
    const std::uint64_t kind = any ? random() % 6 : 4;
    if (random() % 6 == 0 || kind == 0) return Cell::null();
    if (form == 'g')
      return Cell::of_text(random() % 2 == 0 ? "POINT(1 2)" : "SRID=4326;POINT(1 2)");
    if (kind == 1) return Cell::of(static_cast<std::int64_t>(random()));
    if (kind == 2) return Cell::of_unsigned(random());
    if (kind == 3) return Cell::of(static_cast<double>(random()) / 3);
    if (kind == 5) return Cell::of_blob(row.keep(random_bytes(random)));
    switch (random() % 40 == 0 ? 'p' : form) {
      case 'd':
        return Cell::of_text(row.keep(fmt::format("{:04}-02-28", 1 + random() % 9999)));
      case 't': {
        const std::uint64_t fraction = random() % 2 == 0 ? 0 : random() % 1000;
        return Cell::of_text(row.keep(
            fmt::format("2024-02-29 {:02}:{:02}:00.{:03}", random() % 24, random() % 2, fraction)));
      }
      case 'n':
        return Cell::of_text(row.keep(fmt::format("-{}.50", random() % 1000)));
      default:
        return Cell::of_text(row.keep(random_bytes(random)));
    }
  }

  /// Rows for the columns of `encoding`; in some, values of one column have several kinds.
  static std::vector<KeptRow> random_rows(std::mt19937_64& random, std::string_view forms) {
    std::vector<KeptRow> rows(random() % 40);
    for (KeptRow& row : rows) {
      const bool any = random() % 5 == 0;
      for (const char form : forms) row.cells.push_back(random_cell(random, form, any, row));
    }
    return rows;
  }

  static std::vector<char> batch_of(backend::RowEncoder& encoder) {
    const auto bytes = encoder.batch();
    return {bytes.begin(), bytes.end()};
  }
};

TEST_F(BinaryRows, AreReadBackAsTheyWereAdded) {
  for (std::uint64_t seed = 1; seed <= property_seeds(300); ++seed) {
    std::mt19937_64 random(seed);
    std::string forms;
    do forms += "pdtnug"[random() % 6];
    while (random() % 4 != 0);
    std::string encoding = "mariadb-rows:";
    for (const char form : forms) encoding += form == 't' ? "t3" : std::string(1, form);
    const auto encoder = backend::row_encoder(encoding, forms.size());
    for (int batch = 0; batch < 2; ++batch) {
      const std::vector<KeptRow> rows = random_rows(random, forms);
      encoder->clear();
      for (const KeptRow& row : rows) {
        encoder->add(row.cells);
        if (random() % 10 == 0) encoder->batch();  // and more rows after it
      }
      const std::vector<char> bytes = batch_of(*encoder);
      const auto reader = backend::row_reader(encoding, forms.size(), bytes);
      ASSERT_EQ(reader->rows(), rows.size());
      for (const KeptRow& row : rows) {
        const auto read = reader->next();
        ASSERT_EQ(std::vector<Cell>(read.begin(), read.end()), row.cells) << "seed " << seed;
      }
      EXPECT_THROW(reader->next(), Error);
    }
  }
}

/// One date that is written in another way makes the later ones text, and nothing else.
TEST_F(BinaryRows, WhoseTypesDifferAreInRunsOfTheirOwn) {
  const backend::mariadb::BinaryLayout layout =
      *backend::mariadb::BinaryLayout::of_name("mariadb-rows:dp");
  const auto encoder = backend::row_encoder(layout.name(), 2);
  for (const char* date : {"2024-01-01", "2024-01-02", "soon", "2024-01-03"}) {
    encoder->add(std::vector<Cell>{Cell::of_text(date), Cell::of(std::int64_t{1})});
  }
  backend::mariadb::BinaryBatch batch(encoder->batch(), layout.parameters());
  backend::mariadb::BinaryRows rows;
  std::vector<std::size_t> counts;
  while (batch.next(rows)) counts.push_back(rows.count());
  EXPECT_EQ(counts, (std::vector<std::size_t>{2, 2}));
}

TEST_F(BinaryRows, ThatAreCutShortAreAnError) {
  std::mt19937_64 random(3);
  const std::string encoding = "mariadb-rows:pdg";
  const auto encoder = backend::row_encoder(encoding, 3);
  const KeptRow row{{Cell::of_text("some text"), Cell::of_text("2024-01-01"), Cell::null()}, {}};
  for (int i = 0; i < 3; ++i) encoder->add(row.cells);
  const std::vector<char> whole = batch_of(*encoder);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    try {
      const auto reader = backend::row_reader(encoding, 3, cut);
      for (std::size_t i = 0; i < 3; ++i) reader->next();
      ADD_FAILURE() << size << " of " << whole.size() << " bytes were accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::failed);
    }
  }
}

/// What damages a batch without cutting it: a date of a length that there is not, and rows that
/// belong to no run.
TEST_F(BinaryRows, ThatAreDamagedAreAnError) {
  const std::string encoding = "mariadb-rows:d";
  const auto encoder = backend::row_encoder(encoding, 1);
  const Cell date = Cell::of_text("2024-01-01");
  encoder->add(std::span(&date, 1));
  const std::vector<char> whole = batch_of(*encoder);
  constexpr std::size_t kLengthAt = sizeof(std::uint32_t) + 1;
  ASSERT_EQ(whole[kLengthAt], 4);
  for (const int length : {0, 1, 3, 100, 0xFC, 0xFE}) {
    std::vector<char> bytes = whole;
    bytes[kLengthAt] = static_cast<char>(length);
    EXPECT_THROW(backend::row_reader(encoding, 1, bytes)->next(), Error) << length;
  }
  std::vector<char> runless(whole.begin(), whole.end() - 10);  // without the run
  runless.insert(runless.end(), sizeof(std::uint32_t), '\0');
  backend::mariadb::BinaryBatch batch(runless, 1);
  backend::mariadb::BinaryRows rows;
  EXPECT_THROW(batch.next(rows), Error);
}

/// Around the lengths from which on the protocol needs three and eight bytes for one.
TEST_F(BinaryRows, MayHaveVeryLongTexts) {
  const auto encoder = backend::row_encoder("mariadb-rows:pp", 2);
  for (const std::size_t size : {(1U << 24U) - 1, 1U << 24U, (1U << 24U) + 1}) {
    const std::string text(size, 'x');
    const std::vector<Cell> row = {Cell::of_text(text), Cell::of(std::int64_t{7})};
    encoder->clear();
    encoder->add(row);
    const auto reader = backend::row_reader("mariadb-rows:pp", 2, encoder->batch());
    const auto read = reader->next();
    EXPECT_TRUE(std::vector<Cell>(read.begin(), read.end()) == row) << size;
  }
}

TEST_F(BinaryRows, HaveAnEncodingThatOnlyItsOwnNamesMean) {
  for (const char* name : {"mariadb-rows", "mariadb-rows:x", "mariadb-rows:t", "mariadb-rows:t7",
                           "mariadb", "cell", ""}) {
    EXPECT_THROW(backend::row_encoder(name, 1), Error) << name;
    EXPECT_THROW(backend::row_reader(name, 1, {}), Error) << name;
  }
  EXPECT_THROW(backend::row_encoder("mariadb-rows:pp", 1), Error);
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

/// Lengths that the protocol writes in each of its ways, and columns whose values are of several
/// kinds in one batch.
TEST_F(TypedValues, OfEveryLengthAndKindArrive) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (k INT PRIMARY KEY, s MEDIUMTEXT, n DECIMAL(30,5))");
  const auto sink = database.connection().bulk_sink(
      database.connection().inspect({}).schema.table("t"), {"k", "s", "n"});
  const auto encoder = backend::row_encoder(sink->encoding(), 3);
  std::int64_t key = 0;
  std::string expected;
  const auto add = [&](const Cell& text, const Cell& number, const std::string& shown) {
    encoder->add(std::vector<Cell>{Cell::of(++key), text, number});
    expected += shown + "\n";
  };
  const std::string letters((1U << 16U) + 1, 'x');
  for (const std::size_t size : {0U, 1U, 250U, 251U, 65535U, 65536U, 65537U}) {
    add(Cell::of_text(std::string_view(letters).substr(0, size)), Cell::of_text("1.5"),
        std::to_string(size) + "|1.50000");
  }
  add(Cell::null(), Cell::of(std::int64_t{-7}), "NULL|-7.00000");
  add(Cell::of(std::int64_t{123}), Cell::of(2.25), "3|2.25000");
  add(Cell::of_blob("ab"), Cell::of_text("1e2"), "2|100.00000");
  add(Cell::of_text("abcd"), Cell::of_unsigned(18446744073709551615U),
      "4|18446744073709551615.00000");
  add(Cell::null(), Cell::null(), "NULL|NULL");
  database.connection().begin();
  sink->write(encoder->batch(), [](std::size_t row, const Error& error) {
    ADD_FAILURE() << row << ": " << error.message();
  });
  database.connection().commit();
  EXPECT_EQ(database.rows("SELECT length(s), n FROM t ORDER BY k"), expected);
}

}  // namespace
}  // namespace dbmig::test
