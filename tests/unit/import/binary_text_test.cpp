#include "import/binary_text.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "import/named_format.hpp"
#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using import::BinaryText;
using testing::AllOf;
using testing::HasSubstr;

std::string random_bytes(std::mt19937& random) {
  std::string bytes(random() % 40, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() % 256);
  return bytes;
}

std::string to_hex(std::mt19937& random, const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += random() % 2 == 0 ? fmt::format("{:02x}", byte) : fmt::format("{:02X}", byte);
  }
  switch (random() % 6) {
    case 0:
      return "0x" + out;
    case 1:
      return "0X" + out;
    case 2:
      return "\\x" + out;
    case 3:
      return "x'" + out + "'";
    case 4:
      return "X'" + out + "'";
    default:
      return out;
  }
}

/// RFC 4648, with line ends where TO_BASE64() and MIME put them.
std::string to_base64(std::mt19937& random, const std::string& bytes) {
  std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  digits += random() % 2 == 0 ? "+/" : "-_";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= count ? digits[(group >> (18 - 6 * i)) & 63U] : '=';
    }
    if (random() % 8 == 0) out += random() % 2 == 0 ? "\n" : "\r\n";
  }
  return out;
}

TEST(BinaryText, ReadsEveryWayToWriteBytes) {
  for (unsigned seed = 1; seed <= property_seeds(2000); ++seed) {
    std::mt19937 random(seed);
    const std::string bytes = random_bytes(random);
    std::string found;
    std::string reason;
    const std::string hex = to_hex(random, bytes);
    ASSERT_TRUE(import::decode_hex(hex, found, reason)) << hex << " " << reason;
    ASSERT_EQ(found, bytes) << hex;
    const std::string base64 = to_base64(random, bytes);
    ASSERT_TRUE(import::decode_base64(base64, found, reason)) << base64 << " " << reason;
    ASSERT_EQ(found, bytes) << base64;
  }
}

/// A text that is cut or has a byte too many stands for nothing.
TEST(BinaryText, RefusesWhatStandsForNoBytes) {
  std::string found;
  std::string reason;
  for (const char* text : {"abc", "0xabc", "0xg0", "x'ab", "0x0x00", " 00", "\\\\x00", "0x 00"}) {
    EXPECT_FALSE(import::decode_hex(text, found, reason)) << text;
  }
  for (const char* text : {"A", "AA", "AAA", "AA=", "A===", "AA==A", "AA==AAAA", "=",
                           "AAAA=", "AB==", "AAB=", "A*AA", "AA=A", "AA===="}) {
    EXPECT_FALSE(import::decode_base64(text, found, reason)) << text;
  }
  for (unsigned seed = 1; seed <= property_seeds(300); ++seed) {
    std::mt19937 random(seed);
    std::string text = to_base64(random, random_bytes(random) + "x");
    while (text.back() == '\n' || text.back() == '\r') text.pop_back();
    text.pop_back();
    EXPECT_FALSE(import::decode_base64(text, found, reason)) << text;
  }
}

TEST(BinaryText, ColumnsTakeThemForAnyRanks) {
  for (unsigned seed = 1; seed <= property_seeds(6); ++seed) {
    std::mt19937 random(seed);
    std::string hex = "id,b\n";
    std::string base64 = hex;
    std::string expected;
    for (int row = 1; row <= 30; ++row) {
      std::string bytes = random_bytes(random) + "!";
      hex += fmt::format("{},{}\n", row, to_hex(random, bytes));
      base64 += fmt::format("{},\"{}\"\n", row, to_base64(random, bytes));
      expected += fmt::format("{}|", row);
      for (const char c : bytes) expected += fmt::format("{:02X}", static_cast<unsigned char>(c));
      expected += "\n";
    }
    for (const int ranks : {1, 3}) {
      for (const bool is_hex : {true, false}) {
        ImportJob job("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)");
        import::Options options = options_for(job.write("t.csv", is_hex ? hex : base64));
        options.binary = is_hex ? BinaryText::hex : BinaryText::base64;
        options.chunk_bytes = 50;
        job.run(options, ranks);
        ASSERT_EQ(job.rows("SELECT id, hex(b) FROM t ORDER BY id"), expected) << seed;
      }
    }
  }
}

/// Stored as text, digits would be lost as bytes in silence.
TEST(BinaryText, DigitsThatMayBeMeantAsBytesAreNotStoredAsTextUnasked) {
  for (const char* text : {"0xDEAD", "0XdeadBEEF", "\\xDEAD", "x'DEAD'", "X'00'"}) {
    ImportJob job("CREATE TABLE t (id INT, b BLOB, v TEXT)");
    import::Options options =
        options_for(job.write("t.csv", fmt::format("id,b,v\n1,{},{}\n", text, text)));
    EXPECT_THAT(job.failure(options), AllOf(HasSubstr("t.csv:2: column 'b'"),
                                            HasSubstr("--binary hex"), HasSubstr("--binary raw")));
    options.binary = BinaryText::raw;
    job.run(options);
    EXPECT_EQ(job.rows("SELECT CAST(b AS TEXT), v FROM t"), fmt::format("{}|{}\n", text, text));
    options.binary = BinaryText::hex;
    job.run(options);
    EXPECT_EQ(job.rows("SELECT v FROM t WHERE hex(b) IN ('DEAD', 'DEADBEEF', '00')"),
              std::string(text) + "\n");
  }
  ImportJob job("CREATE TABLE t (b BLOB)");
  const import::Summary plain =
      job.run(options_for(job.write("t.csv", "b\n0x\n0xABC\nx'\n0xZZ\nDEAD\n\\x\n")));
  EXPECT_EQ(plain.rows, 6U);
}

TEST(BinaryText, TheLimitOfTheColumnCountsBytesNotDigits) {
  ImportJob job("CREATE TABLE t (b VARBINARY(2))");
  import::Options options = options_for(job.write("t.csv", "b\n0xDEAD\n"));
  options.binary = BinaryText::hex;
  EXPECT_EQ(job.run(options).rows, 1U);
  job.write("t.csv", "b\n0xDEADBE\n");
  EXPECT_THAT(job.failure(options), HasSubstr("is too long: 3 bytes"));
}

}  // namespace
}  // namespace dbmig::test
