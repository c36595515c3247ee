#include "import/record_parser.hpp"

#include <gtest/gtest.h>

#include <random>

#include "import/splitter.hpp"

namespace dbmig::import {
namespace {

std::vector<std::string> texts(std::string_view record, const CsvFormat& format = {}) {
  RecordParser parser(format);
  std::vector<Field> fields;
  const auto error = parser.parse(record, fields);
  EXPECT_FALSE(error) << error->reason;
  std::vector<std::string> out;
  for (const Field& field : fields) {
    out.push_back((field.quoted ? "q:" : "") + std::string(field.text));
  }
  return out;
}

using Texts = std::vector<std::string>;

TEST(RecordParser, CutsAtTheDelimiter) {
  EXPECT_EQ(texts("a,b,c"), (Texts{"a", "b", "c"}));
  EXPECT_EQ(texts("a,,"), (Texts{"a", "", ""}));
  EXPECT_EQ(texts(",a"), (Texts{"", "a"}));
  EXPECT_EQ(texts(""), (Texts{""}));
}

TEST(RecordParser, LeavesTheLineEndOut) {
  EXPECT_EQ(texts("a,b\n"), (Texts{"a", "b"}));
  EXPECT_EQ(texts("a,b\r\n"), (Texts{"a", "b"}));
  EXPECT_EQ(texts("a,b\r"), (Texts{"a", "b"}));
  EXPECT_EQ(texts("a,\"b\"\r\n"), (Texts{"a", "q:b"}));
}

TEST(RecordParser, TellsAnEmptyTextFromNothing) {
  EXPECT_EQ(texts("\"\","), (Texts{"q:", ""}));
}

TEST(RecordParser, UndoublesQuotes) {
  EXPECT_EQ(texts("\"a\"\"b\",\"\"\"\",\",\n\""), (Texts{"q:a\"b", "q:\"", "q:,\n"}));
  EXPECT_EQ(texts("\"\"\"a\"\"\",\"b\"\"\""), (Texts{"q:\"a\"", "q:b\""}));
}

TEST(RecordParser, KeepsAQuoteThatDoesNotBeginAField) {
  EXPECT_EQ(texts("5\" disk,a\"b\"c"), (Texts{"5\" disk", "a\"b\"c"}));
}

TEST(RecordParser, UsesAnEscapeCharacter) {
  CsvFormat format;
  format.escape = '\\';
  EXPECT_EQ(texts("\"a\\\"b\",c\\,d,\\\\", format), (Texts{"q:a\"b", "c,d", "\\"}));
}

TEST(RecordParser, AnEscapedNIsLeftForTheComparisonWithNull) {
  CsvFormat format;
  format.escape = '\\';
  EXPECT_EQ(texts("\\N,a\\Nb", format), (Texts{"\\N", "aNb"}));
}

TEST(RecordParser, OtherDelimitersAndQuotes) {
  EXPECT_EQ(texts("a;'b;''c'", CsvFormat{';', '\'', std::nullopt}), (Texts{"a", "q:b;'c"}));
  EXPECT_EQ(texts("\"a\t\"b", CsvFormat{'\t', std::nullopt, std::nullopt}), (Texts{"\"a", "\"b"}));
}

TEST(RecordParser, RefusesTextAfterTheClosingQuote) {
  RecordParser parser(CsvFormat{});
  std::vector<Field> fields;
  const auto error = parser.parse("a,\"b\"c,d", fields);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->offset, 5U);
  EXPECT_EQ(error->field, 1U);
  EXPECT_NE(error->reason.find("after the closing quote"), std::string::npos);
}

/// Written and read again, fields are what they were.
TEST(RecordParser, ReadsBackWhatWasWritten) {
  std::mt19937 random(3);
  constexpr std::string_view kAlphabet = "ab,\"\n\r; ";
  for (int round = 0; round < 5000; ++round) {
    Texts expected;
    std::string record;
    const std::size_t count = 1 + random() % 5;
    for (std::size_t i = 0; i < count; ++i) {
      std::string text(random() % 8, '\0');
      for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
      if (i != 0) record += ',';
      const bool needs_quotes = text.find_first_of("\",\n\r") != std::string::npos;
      if (!needs_quotes && random() % 2 == 0) {
        expected.push_back(text);
        record += text;
        continue;
      }
      expected.push_back("q:" + text);
      record += '"';
      for (const char c : text) record += c == '"' ? std::string("\"\"") : std::string(1, c);
      record += '"';
    }
    record += random() % 2 == 0 ? "\n" : "\r\n";
    ASSERT_EQ(texts(record), expected) << testing::PrintToString(record);
    ASSERT_EQ(Splitter(CsvFormat{}).record_end(record, 0), record.size());
  }
}

}  // namespace
}  // namespace dbmig::import
