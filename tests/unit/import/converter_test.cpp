#include "import/converter.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <system_error>
#include <variant>

#include "import/number_text.hpp"
#include "schema/type.hpp"

namespace dbmig::import {
namespace {

using backend::Cell;

constexpr DialectKind kSqlite = DialectKind::sqlite;
constexpr DialectKind kMariadb = DialectKind::mariadb;

Converter converter(const std::string& type, DialectKind dialect) {
  return Converter({"c", schema::parse_type(type), true, false, false}, dialect);
}

/// The cell in words, so that a failing test shows it.
std::string words(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::null:
      return "null";
    case Cell::Kind::integer:
      return "int " + std::to_string(cell.integer);
    case Cell::Kind::unsigned_integer:
      return "uint " + std::to_string(static_cast<std::uint64_t>(cell.integer));
    case Cell::Kind::real:
      return fmt::format("real {}", cell.real);
    case Cell::Kind::text:
      return "text " + std::string(cell.bytes);
    case Cell::Kind::blob:
      return "blob " + std::string(cell.bytes);
  }
  return "";
}

/// What a field becomes, or "! reason".
std::string converted(Converter& converter, std::string_view text) {
  Cell cell;
  std::string reason;
  if (!converter.convert(text, cell, reason)) return "! " + reason;
  return words(cell);
}

std::string converted(const std::string& type, DialectKind dialect, std::string_view text) {
  Converter one = converter(type, dialect);
  return converted(one, text);
}

struct Case {
  std::string type;
  std::optional<DialectKind> dialect;  ///< nothing: both
  std::string text;
  std::string expected;  ///< "!" alone: any reason
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.type << " from '" << c.text << "'";
}

class ConverterCases : public testing::TestWithParam<Case> {};

TEST_P(ConverterCases, AreAsExpected) {
  const Case& c = GetParam();
  for (const DialectKind dialect : {kSqlite, kMariadb}) {
    if (c.dialect && *c.dialect != dialect) continue;
    const std::string got = converted(c.type, dialect, c.text);
    if (c.expected.front() == '!') {
      EXPECT_EQ(got.substr(0, c.expected.size()), c.expected) << to_string(dialect);
    } else {
      EXPECT_EQ(got, c.expected) << to_string(dialect);
    }
  }
}

const Case kIntegers[] = {
    {"tinyint", {}, "-128", "int -128"},
    {"tinyint", {}, "127", "int 127"},
    {"tinyint", {}, "128", "! is out of range for tinyint (-128 to 127)"},
    {"tinyint", {}, "-129", "!"},
    {"tinyint unsigned", kSqlite, "255", "int 255"},
    {"tinyint unsigned", kMariadb, "255", "uint 255"},
    {"tinyint unsigned", {}, "256", "!"},
    {"tinyint unsigned", {}, "-1", "!"},
    {"smallint", {}, "32767", "int 32767"},
    {"smallint", {}, "32768", "!"},
    {"mediumint", {}, "-8388608", "int -8388608"},
    {"mediumint", {}, "8388608", "!"},
    {"integer", kMariadb, "2147483647", "int 2147483647"},
    {"integer", kMariadb, "2147483648", "!"},
    {"integer", kSqlite, "9223372036854775807", "int 9223372036854775807"},
    {"bigint", {}, "-9223372036854775808", "int -9223372036854775808"},
    {"bigint", {}, "9223372036854775808", "!"},
    {"bigint unsigned", kMariadb, "18446744073709551615", "uint 18446744073709551615"},
    {"bigint unsigned", kMariadb, "18446744073709551616", "!"},
    {"bigint unsigned", kSqlite, "9223372036854775808", "!"},
    {"integer", {}, "+5", "int 5"},
    {"integer", {}, "007", "int 7"},
    {"integer", {}, "  42 ", "int 42"},
    {"integer", {}, "5.0", "int 5"},
    {"integer", {}, "1e3", "int 1000"},
    {"integer", {}, "-0", "int 0"},
    {"integer", {}, "1200e-2", "int 12"},
    {"integer", {}, "5.5", "! has a fraction"},
    {"integer", {}, "", "! is not an integer"},
    {"integer", {}, "abc", "! is not an integer"},
    {"integer", {}, "1,000", "!"},
    {"integer", {}, "0x10", "!"},
    {"integer", {}, "+-5", "!"},
    {"integer", {}, "5 6", "!"},
    {"integer", {}, "1e999999999", "!"},
    {"boolean", {}, "true", "int 1"},
    {"boolean", {}, "F", "int 0"},
    {"boolean", {}, "Yes", "int 1"},
    {"boolean", {}, "0", "int 0"},
    {"boolean", {}, "1.0", "int 1"},
    {"boolean", {}, "0.0", "int 0"},
    {"boolean", {}, "0.5", "! is not a boolean"},
    {"boolean", kSqlite, "2", "! is not a boolean"},
    {"boolean", kMariadb, "2", "int 2"},
    {"boolean", kMariadb, "-128", "int -128"},
    {"boolean", kMariadb, "128", "! is not a boolean"},
    {"bit(3)", kSqlite, "7", "int 7"},
    {"bit(3)", kMariadb, "b'101'", "uint 5"},
    {"bit(3)", {}, "8", "!"},
    {"bit(1)", kMariadb, "true", "uint 1"},
    {"bit(64)", kMariadb, "18446744073709551615", "uint 18446744073709551615"},
    {"bit(64)", kSqlite, "9223372036854775807", "int 9223372036854775807"},
    {"bit(64)", kSqlite, "9223372036854775808", "!"},
    {"bit(8)", kMariadb, "0b11111111", "uint 255"},
    {"bit(8)", {}, "b'111111111'", "!"},
    {"bit(8)", {}, "b'12'", "!"},
    {"year", {}, "1999", "int 1999"},
    {"year", {}, "2024.0", "int 2024"},
    {"year", {}, "2024.5", "!"},
    {"year", {}, "2024.", "int 2024"},
    {"year", {}, "1900", "!"},
    {"year", {}, "99", "!"},
};
INSTANTIATE_TEST_SUITE_P(Integers, ConverterCases, testing::ValuesIn(kIntegers));

const Case kNumbers[] = {
    {"decimal(10,2)", kMariadb, "12345678.90", "text 12345678.9"},
    {"decimal(10,2)", kMariadb, "-0.00", "text 0"},
    // The shortest form of a floating-point number, and digits that none has.
    {"decimal(30,12)", kSqlite, "-63386.375620088496", "real -63386.375620088496"},
    {"decimal(30,12)", kSqlite, "-63386.375620088497", "! has 17 significant digits"},
    {"decimal(30,12)", kSqlite, "12345678901234567.5", "! has 18 significant digits"},
    {"decimal(10,2)", kMariadb, ".5", "text 0.5"},
    {"decimal(10,2)", kMariadb, "1.5e2", "text 150"},
    {"decimal(10,2)", {}, "1.005", "! has 3 digits after the point"},
    {"decimal(10,2)", {}, "123456789", "! has 9 digits before the point"},
    {"decimal(10,2)", {}, "1,5", "! is not a decimal number"},
    {"decimal(10,2)", {}, "1e", "!"},
    {"decimal(10,2)", {}, "e5", "!"},
    {"decimal(10,2) unsigned", {}, "-1", "! is negative"},
    {"decimal(10,2)", kSqlite, "3.00", "int 3"},
    {"decimal(10,2)", kSqlite, "3.25", "real 3.25"},
    {"decimal(30,10)", kSqlite, "1234567890.1234567", "real 1234567890.1234567"},
    {"decimal(30,10)", kSqlite, "1234567890.1234568", "! has 17 significant digits"},
    {"decimal(30,10)", kSqlite, "1234567890.12345", "real 1234567890.12345"},
    {"decimal(30,0)", kSqlite, "9223372036854775807", "int 9223372036854775807"},
    {"decimal(30,0)", kSqlite, "9223372036854775808", "!"},
    {"decimal(65,30)", kMariadb,
     "12345678901234567890123456789012345.012345678901234567890123456789",
     "text 12345678901234567890123456789012345.012345678901234567890123456789"},
    {"double", {}, "1.5e10", "real 15000000000"},
    {"double", {}, "-.25", "real -0.25"},
    {"double", {}, "nan", "! is not a number"},
    {"double", {}, "inf", "! is not a number"},
    {"double", {}, "1e400", "! is out of range"},
    {"double", {}, "1.5x", "!"},
    {"double", {}, "", "!"},
    {"double unsigned", {}, "-1.5", "! is negative"},
    {"float", kMariadb, "1e39", "! is out of range"},
    {"float", kMariadb, "3.4028236e38", "! is out of range"},
    {"float", kMariadb, "1e-50", "! is too small"},
    {"float", kMariadb, "-1e-50", "! is too small"},
    {"float", kMariadb, "0e-50", "real 0"},
    {"float", kSqlite, "1e39", "real 1e+39"},
};
INSTANTIATE_TEST_SUITE_P(Numbers, ConverterCases, testing::ValuesIn(kNumbers));

const Case kTexts[] = {
    {"varchar(3)", {}, "abc", "text abc"},
    {"varchar(3)", {}, "añb", "text añb"},
    {"varchar(3)", {}, "abcd", "! is too long: 4 characters, and varchar(3) holds 3"},
    {"char(2)", {}, "abc", "! is too long"},
    {"char", {}, "a", "text a"},
    {"char", {}, "ab", "! is too long"},
    {"varchar(3)", {}, "", "text "},
    {"varchar(9)", {}, " a ", "text  a "},
    {"text", {}, "a\xE9z", "! is not UTF-8: byte 0xE9 at offset 1"},
    {"text", {}, "\xC0\xAF", "! is not UTF-8"},
    {"text", {}, std::string("a\0b", 3), "! has a NUL byte at offset 1"},
    {"text", {}, std::string("12345678901234567890\0", 21), "! has a NUL byte at offset 20"},
    {"tinytext", {}, std::string(255, 'x'), "text " + std::string(255, 'x')},
    {"tinytext", {}, std::string(256, 'x'), "! is too long: 256 bytes"},
    {"text", kSqlite, std::string(70000, 'x'), "text " + std::string(70000, 'x')},
    {"text", kMariadb, std::string(70000, 'x'), "! is too long"},
    {"binary(2)", {}, std::string("\xFF\0", 2), "blob " + std::string("\xFF\0", 2)},
    {"binary(2)", {}, "abc", "! is too long: 3 bytes"},
    {"binary", {}, "ab", "! is too long: 2 bytes"},
    {"blob", {}, "\xE9", "blob \xE9"},
    {"json", {}, "{\"a\": [1, null]}", "text {\"a\": [1, null]}"},
    {"json", {}, "{a: 1}", "! is not valid JSON"},
    {"json", {}, "", "! is not valid JSON"},
    {"json",
     {},
     "[1e400, -2E+999, 1234567890123456789012345]",
     "text [1e400, -2E+999, 1234567890123456789012345]"},
    {"json", {}, "{\"1e400\": \"\\\"9e999\"}", "text {\"1e400\": \"\\\"9e999\"}"},
    {"json", {}, "[1e400", "! is not valid JSON"},
    {"json", {}, "[01e400]", "! is not valid JSON"},
    {"uuid",
     {},
     "123E4567-E89B-12D3-A456-426614174000",
     "text 123e4567-e89b-12d3-a456-426614174000"},
    {"uuid", {}, "123e4567e89b12d3a456426614174000", "text 123e4567-e89b-12d3-a456-426614174000"},
    {"uuid", {}, "123e4567-e89b-12d3-a456-42661417400", "!"},
    {"uuid", {}, "123e4567-e89b-12d3-a456-42661417400g", "!"},
    {"uuid", {}, "123e4567e89b-12d3-a456-4266141740000", "!"},
    {"inet4", {}, "192.168.0.1", "text 192.168.0.1"},
    {"inet4", {}, "192.168.0.256", "! is not an IPv4 address"},
    {"inet6", {}, "::1", "text ::1"},
    {"inet6", {}, "::g", "! is not an IPv6 address"},
    {"enum('red','green')", {}, "red", "text red"},
    {"enum('red','green')",
     {},
     "gren",
     "! is not one of the column's values; did you mean 'green'"},
    {"set('a','b','c')", {}, "a,c", "text a,c"},
    {"set('a','b','c')", {}, "", "text "},
    {"set('a','b','c')", {}, "a,d", "! has the member 'd'"},
    {"point", kMariadb, "POINT(1 2.5)", "text POINT(1 2.5)"},
    {"point", kMariadb, "POINTY(1)", "! is not a geometry"},
    {"point", kMariadb, "SRID=4326;POINT(1 2.5)", "text SRID=4326;POINT(1 2.5)"},
    {"point", kMariadb, "SRID=;POINT(1 2.5)", "! is not a geometry"},
    {"geometry", kMariadb, "GEOMETRYCOLLECTION EMPTY", "text GEOMETRYCOLLECTION EMPTY"},
    {"point", kMariadb, "LINESTRING(0 0, 1 1)", "! is a linestring, and the column is point"},
    {"geometry", kMariadb, "POLYGON((0 0, 1 0, 1 1, 0 0))", "text POLYGON((0 0, 1 0, 1 1, 0 0))"},
    {"geometry", kMariadb, "POLYGON((0 0, 1 0, 1 1))", "!"},
    {"geometry", kMariadb, "GEOMETRYCOLLECTION(POINT(1 1),MULTIPOINT(1 1,2 2))",
     "text GEOMETRYCOLLECTION(POINT(1 1),MULTIPOINT(1 1,2 2))"},
};
INSTANTIATE_TEST_SUITE_P(Texts, ConverterCases, testing::ValuesIn(kTexts));

const Case kTimes[] = {
    {"date", {}, "2024-02-29", "text 2024-02-29"},
    {"date", {}, "2023-02-29", "! is not a date: month 2023-02 has 28 days"},
    {"date", {}, "1900-02-29", "!"},
    {"date", {}, "2000-02-29", "text 2000-02-29"},
    {"date", {}, "2024-13-01", "! is not a date: there is no month 13"},
    {"date", {}, "2024-00-10", "!"},
    {"date", {}, "0000-00-00", "!"},
    {"date", {}, "2024-1-1", "! is not a date"},
    {"date", {}, "01/02/2024", "! is not a date"},
    {"date", {}, "2024-01-31 00:00:00", "text 2024-01-31"},
    {"date", {}, "2024-01-31 00:00:00.000", "text 2024-01-31"},
    {"date", {}, "2024-01-31T00:00:00Z", "text 2024-01-31"},
    {"date", {}, "2024-01-31 0:00", "text 2024-01-31"},
    {"date", {}, "2024-01-31T00:00:00+02:00", "!"},
    {"date", {}, "2024-01-31 00:00:00.001", "!"},
    {"date", {}, "2024-01-31 10:00:00", "!"},
    {"time", {}, "23:59:59", "text 23:59:59"},
    {"time", {}, "12:30", "text 12:30:00"},
    {"time", {}, "7:30:00", "text 07:30:00"},
    {"time", {}, ":30:00", "!"},
    {"time", {}, "-838:59:59", "text -838:59:59"},
    {"time", {}, "839:00:00", "! is out of range"},
    {"time", {}, "12:60:00", "! is not a time"},
    {"time", {}, "noon", "! is not a time"},
    {"time(3)", {}, "01:02:03.25", "text 01:02:03.250"},
    {"time(1)", {}, "01:02:03.25", "! has 2 digits after the second"},
    {"time(1)", {}, "01:02:03.200", "text 01:02:03.2"},
    {"datetime", {}, "2024-01-31 10:20:30", "text 2024-01-31 10:20:30"},
    {"datetime", {}, "2024-01-31T10:20:30", "text 2024-01-31 10:20:30"},
    {"datetime", {}, "2024-01-31 10:20", "text 2024-01-31 10:20:00"},
    {"datetime", {}, "2024-01-31", "text 2024-01-31 00:00:00"},
    {"datetime", {}, "2024-01-31 24:00:00", "!"},
    {"datetime", {}, "2024-01-31T10:20:30Z", "! has a time zone"},
    {"datetime", {}, "2024-01-31 10:20:30+02:00", "! has a time zone"},
    {"datetime", kMariadb, "2024-01-31 10:20:30.5", "! has 1 digit after the second"},
    {"datetime", kSqlite, "2024-01-31 10:20:30.123456", "text 2024-01-31 10:20:30.123456"},
    {"datetime(6)", {}, "2024-01-31 10:20:30.123456", "text 2024-01-31 10:20:30.123456"},
    {"datetime(6)", {}, "2024-01-31 10:20:30.1234567", "! has 7 digits"},
    {"timestamp", kMariadb, "2200-01-01 00:00:00", "! is out of range for timestamp"},
    {"timestamp", {}, "2024-01-31 10:20:30", "text 2024-01-31 10:20:30"},
};
INSTANTIATE_TEST_SUITE_P(Times, ConverterCases, testing::ValuesIn(kTimes));

TEST(Converter, NullNeedsAColumnThatTakesIt) {
  Cell cell = Cell::of(std::int64_t{1});
  std::string reason;
  EXPECT_TRUE(converter("integer", kSqlite).convert_null(cell, reason));
  EXPECT_EQ(cell, Cell::null());
  const Converter strict({"c", schema::parse_type("integer"), false, false, false}, kSqlite);
  EXPECT_FALSE(strict.convert_null(cell, reason));
  EXPECT_NE(reason.find("NOT NULL"), std::string::npos);
  const Converter key({"c", schema::parse_type("integer"), false, true, false}, kSqlite);
  EXPECT_TRUE(key.convert_null(cell, reason));
}

TEST(Converter, TextThatSqliteWouldMakeANumberOfIsStoredAsThatNumberOrNotAtAll) {
  Converter json({"c", schema::parse_type("json"), true, false, true}, kSqlite);
  EXPECT_EQ(converted(json, "12"), "int 12");
  EXPECT_EQ(converted(json, "\"12\""), "text \"12\"");
  EXPECT_EQ(converted(json, "1234567890.12345678"),
            "! has 18 significant digits, and SQLite keeps 15");
}

TEST(Converter, ANativeTypeOfSqliteKeepsWhatItsAffinityKeeps) {
  schema::Type type;
  type.kind = schema::TypeKind::native;
  type.native = "STRING";  // No CHAR in it: numeric affinity.
  Converter number({"c", type, true, false, false}, kSqlite);
  EXPECT_EQ(converted(number, "abc"), "text abc");
  EXPECT_EQ(converted(number, "1.50"), "real 1.5");
  EXPECT_EQ(converted(number, "12345678901234567890"),
            "! has 19 significant digits, and SQLite keeps 15");
  type.native = "";
  Converter any({"c", type, true, false, false}, kSqlite);
  EXPECT_EQ(converted(any, "1.50"), "text 1.50");
}

TEST(Converter, ShowsValuesForATerminal) {
  EXPECT_EQ(shown("abc"), "'abc'");
  EXPECT_EQ(shown("a\nb\t\x01\x7F"), "'a\\nb\\t\\x01\\x7F'");
  EXPECT_EQ(shown("a\xFFz"), "'a\\xFFz'");
  EXPECT_EQ(shown("ñandú"), "'ñandú'");
  EXPECT_EQ(shown(std::string(61, 'x')), "'" + std::string(60, 'x') + "…'");
  EXPECT_EQ(shown(std::string(60, 'x')), "'" + std::string(60, 'x') + "'");
}

/// Every integer of every width, at and around its borders, against arithmetic in 128 bits.
TEST(Converter, AcceptsExactlyTheIntegersOfAWidth) {
  const std::pair<const char*, int> widths[] = {
      {"tinyint", 8}, {"smallint", 16}, {"mediumint", 24}, {"integer", 32}, {"bigint", 64}};
  for (const auto& [name, bits] : widths) {
    for (const bool is_unsigned : {false, true}) {
      Converter one = converter(std::string(name) + (is_unsigned ? " unsigned" : ""), kMariadb);
      const __int128 high = (__int128{1} << (is_unsigned ? bits : bits - 1)) - 1;
      const __int128 low = is_unsigned ? 0 : -high - 1;
      for (const __int128 border : {low, high}) {
        for (__int128 value = border - 3; value <= border + 3; ++value) {
          std::string text;
          for (__int128 rest = value < 0 ? -value : value; rest != 0 || text.empty(); rest /= 10) {
            text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
          }
          if (value < 0) text.insert(text.begin(), '-');
          const bool fits = value >= low && value <= high;
          EXPECT_EQ(converted(one, text).front() != '!', fits) << name << " " << text;
        }
      }
    }
  }
}

/// Every day of four centuries is a date, and no other day is.
TEST(Converter, KnowsTheCalendar) {
  Converter one = converter("date", kSqlite);
  int days = 0;
  for (int year = 1801; year <= 2200; ++year) {
    for (int month = 0; month <= 13; ++month) {
      for (int day = 0; day <= 32; ++day) {
        char text[16];
        std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
        if (converted(one, text).front() != '!') ++days;
      }
    }
  }
  EXPECT_EQ(days, 146097);
}

/// The rules and their order are SQLite's:
/// https://www.sqlite.org/datatype3.html#determination_of_column_affinity
TEST(Converter, AMomentThatIsWrittenAsItIsStoredIsCheckedLikeAnyOther) {
  std::mt19937 random(7);
  const auto below = [&](std::size_t end) { return random() % end; };
  constexpr std::string_view kOdd = "0123459-: .T/\0x";
  std::size_t stored = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text =
        fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", below(3) * 1000 + below(30), below(14),
                    below(33), below(25), below(61), below(61));
    if (below(4) == 0) {
      const std::size_t at = below(text.size());
      if (at != 10) text[at] = kOdd[below(kOdd.size())];
    }
    std::string with_t = text;  // which is never stored as it is
    with_t[10] = 'T';
    for (const DialectKind dialect : {kSqlite, kMariadb}) {
      for (const std::string type : {"datetime", "datetime(3)", "timestamp"}) {
        const std::string result = converted(type, dialect, text);
        EXPECT_EQ(result, converted(type, dialect, with_t)) << type << ": " << text;
        if (result == "text " + text) ++stored;
      }
      const std::string day = text.substr(0, 10);
      EXPECT_EQ(converted("date", dialect, day), converted("date", dialect, day + " 00:00:00"))
          << day;
    }
  }
  EXPECT_GT(stored, 10'000U);
}

TEST(ShortReal, IsTheNearestDouble) {
  std::mt19937_64 random(11);
  std::size_t read = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text = std::to_string(random() >> (random() % 64));
    if (random() % 4 != 0) text.insert(random() % (text.size() + 1), ".");
    if (random() % 3 == 0) text.insert(0, "-");
    const auto value = short_real(text);
    if (!value) continue;
    ++read;
    double expected = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), expected);
    ASSERT_TRUE(failure == std::errc{} && end == text.data() + text.size()) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(*value), std::bit_cast<std::uint64_t>(expected)) << text;
  }
  EXPECT_GT(read, 20'000U);
  for (const std::string_view text :
       {"", ".", "-", "-.", "+1", "1e3", "1.2.3", "nan", "0x1", "1 "}) {
    EXPECT_FALSE(short_real(text)) << text;
  }
}

TEST(NumericAffinity, FollowsTheWordsOfADeclaredType) {
  for (const char* type : {"INT", "charint", "FLOATING POINT", "NUMERIC", "DATE", "DOUBLE", "REAL",
                           "DECIMAL(10,5)", "BOOLEAN", "STRING"}) {
    EXPECT_TRUE(has_numeric_affinity(type)) << type;
  }
  for (const char* type : {"CHARACTER(20)", "nvarchar(9)", "CLOB", "tinytext", "BLOB", "ANY", ""}) {
    EXPECT_FALSE(has_numeric_affinity(type)) << type;
  }
}

/// What the caller's room cannot hold is no number, to the digit.
TEST(DecimalNumbers, HaveAsManyDigitsAsThereIsRoom) {
  std::array<char, 512> scratch;
  const auto digits = [&](const std::string& text) -> std::size_t {
    const auto number = parse_decimal(text, scratch);
    return number ? number->integer.size() + number->fraction.size() : 0;
  };
  EXPECT_EQ(digits("1e511"), 512U);
  EXPECT_EQ(digits("1e512"), 0U);
  EXPECT_EQ(digits("1e-512"), 512U);
  EXPECT_EQ(digits("12e-512"), 512U);
  EXPECT_EQ(digits("1e-513"), 0U);
  EXPECT_EQ(digits("12e511"), 0U);
}

}  // namespace
}  // namespace dbmig::import
