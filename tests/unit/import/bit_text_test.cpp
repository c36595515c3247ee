// How files hold the values of BIT columns.
#include <gmock/gmock.h>

#include "import/converter.hpp"
#include "import/named_format.hpp"
#include "job.hpp"

namespace dbmig::test {
namespace {

using backend::Cell;
using import::BitText;
using ::testing::HasSubstr;

constexpr DialectKind kBoth[] = {DialectKind::sqlite, DialectKind::mariadb};

/// The number that a field becomes in a column of `type`, or "! reason".
std::string bits(const std::string& type, DialectKind dialect, BitText how,
                 std::string_view field) {
  import::Converter converter({"c", schema::parse_type(type)}, dialect, {.bits = how});
  Cell cell;
  std::string reason;
  if (!converter.convert(field, cell, reason)) return "! " + reason;
  return std::to_string(cell.integer);
}

TEST(ImportBits, FormatsOfMariadbHaveTheBytesOfTheValue) {
  using namespace std::string_view_literals;
  const auto bytes = [](const char* type, std::string_view field) {
    const std::string on_sqlite = bits(type, DialectKind::sqlite, BitText::bytes, field);
    EXPECT_EQ(on_sqlite, bits(type, DialectKind::mariadb, BitText::bytes, field));
    return on_sqlite;
  };
  EXPECT_EQ(bytes("bit(1)", "\0"sv), "0");
  EXPECT_EQ(bytes("bit(1)", "\x01"sv), "1");
  EXPECT_EQ(bytes("bit(8)", "1"), "49");
  EXPECT_EQ(bytes("bit(8)", " "), "32");
  EXPECT_EQ(bytes("bit(8)", "\xFF"sv), "255");
  EXPECT_EQ(bytes("bit(12)", "\x0F\xFF"sv), "4095");
  EXPECT_EQ(bytes("bit(24)", "\0\t\n"sv), "2314");
  // As no byte of a digit is a value of so few bits, it can only be meant as a number.
  EXPECT_EQ(bytes("bit(1)", "1"), "1");
  EXPECT_EQ(bytes("bit(5)", "31"), "31");
  EXPECT_THAT(bytes("bit(16)", "5"), HasSubstr("does not have the 2 bytes of a bit(16)"));
  EXPECT_THAT(bytes("bit(7)", "\xFF"sv), HasSubstr("1 byte"));
  EXPECT_THAT(bytes("bit(8)", ""), HasSubstr("1 byte"));
}

TEST(ImportBits, FormatsOfPostgresqlHaveADigitForEachBit) {
  for (const DialectKind dialect : kBoth) {
    EXPECT_EQ(bits("bit(8)", dialect, BitText::digits, "00000101"), "5");
    EXPECT_EQ(bits("bit(1)", dialect, BitText::digits, "1"), "1");
    EXPECT_EQ(bits("bit(3)", dialect, BitText::digits, "111"), "7");
    EXPECT_EQ(bits("bit(8)", dialect, BitText::digits, "b'101'"), "5");
  }
}

TEST(ImportBits, DigitsThatMayBeBothAreRefusedElsewhere) {
  for (const DialectKind dialect : kBoth) {
    EXPECT_THAT(bits("bit(8)", dialect, BitText::number, "00000101"),
                HasSubstr("may be the number 101 or the bits of 5"));
    EXPECT_EQ(bits("bit(8)", dialect, BitText::number, "00000001"), "1");
    EXPECT_EQ(bits("bit(8)", dialect, BitText::number, "101"), "101");
    EXPECT_EQ(bits("bit(8)", dialect, BitText::number, "0b00000101"), "5");
  }
}

TEST(ImportBits, AFlagMayBeADecimalNumber) {
  for (const DialectKind dialect : kBoth) {
    EXPECT_EQ(bits("bit(1)", dialect, BitText::number, "1.0"), "1");
    EXPECT_EQ(bits("bit(1)", dialect, BitText::number, "0.0"), "0");
    EXPECT_EQ(bits("bit(1)", dialect, BitText::number, "true"), "1");
    EXPECT_THAT(bits("bit(1)", dialect, BitText::number, "1.5"), HasSubstr("is not a bit value"));
    EXPECT_THAT(bits("bit(1)", dialect, BitText::number, "-1.0"), HasSubstr("is not a bit value"));
    EXPECT_THAT(bits("bit(4)", dialect, BitText::number, "16.0"), HasSubstr("out of range"));
  }
  const std::string long_literal = "0b1" + std::string(64, '0');
  EXPECT_THAT(bits("bit(64)", DialectKind::mariadb, BitText::number, long_literal),
              HasSubstr("out of range"));
}

TEST(ImportBits, TheFormatSaysHow) {
  const auto of = [](const char* name) {
    import::FormatRequest request;
    request.name = name;
    return import::file_format(request).bits;
  };
  EXPECT_EQ(of("csv"), BitText::number);
  EXPECT_EQ(of("tsv"), BitText::number);
  EXPECT_EQ(of("jsonl"), BitText::number);
  EXPECT_EQ(of("mysql"), BitText::bytes);
  EXPECT_EQ(of("mysql-batch"), BitText::bytes);
  EXPECT_EQ(of("pg-text"), BitText::digits);
  EXPECT_EQ(of("pg-csv"), BitText::digits);
}

/// With any number of ranks, and NUL bytes written as `mariadb -B` and INTO OUTFILE do.
TEST(ImportBits, AFileOfMariadbIsLoaded) {
  for (const char* name : {"mysql", "mysql-batch"}) {
    for (const int ranks : {1, 3}) {
      ImportJob job("CREATE TABLE t (a BIT(8), b BIT(1))");
      import::FormatRequest request;
      request.name = name;
      Options options = import::options_for(import::file_format(request));
      options.files = {job.write("t.txt", "1\t\\0\n\\t\t\x01\n\\\\\t\x01\n")};
      options.table = "t";
      options.header = false;
      job.run(options, ranks);
      EXPECT_EQ(job.rows("SELECT a, b FROM t"), "49|0\n9|1\n92|1\n") << name;
    }
  }
}

}  // namespace
}  // namespace dbmig::test
