#include "import/record_parser.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <utility>

#include "import/splitter.hpp"

namespace dbmig::import {
namespace {

std::vector<std::string> texts(std::string_view record, const CsvFormat& format = {}) {
  RecordParser parser(format, NullMarks{{}});
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

/// The error of a record, as "offset: reason"; a test failure when there is none.
std::string trouble(std::string_view record, const CsvFormat& format, NullMarks nulls = {{}}) {
  RecordParser parser(format, std::move(nulls));
  std::vector<Field> fields;
  const auto error = parser.parse(record, fields);
  if (!error) return "read as " + testing::PrintToString(fields.back().text);
  return std::to_string(error->offset) + ": " + error->reason;
}

TEST(RecordParser, NullMarksAreComparedWithTheBytesOfTheFile) {
  CsvFormat format;
  format.escape = '\\';
  RecordParser parser(format, NullMarks{{"\\N", "-"}});
  std::vector<Field> fields;
  ASSERT_FALSE(parser.parse(R"(\N,\\N,-,\-,"-",)", fields));
  const std::vector<Field> expected = {{"\\N", false, true}, {"\\N", false, false},
                                       {"-", false, true},   {"-", false, false},
                                       {"-", true, false},   {"", false, false}};
  EXPECT_EQ(fields, expected);
  RecordParser quoted(format, NullMarks{{"\\N", "-"}, true});
  ASSERT_FALSE(quoted.parse(R"("\N","\\N","-",-)", fields));
  EXPECT_EQ(fields,
            (std::vector<Field>{
                {"\\N", true, true}, {"\\N", true}, {"-", true, true}, {"-", false, true}}));
}

/// Whatever the dialect, a letter or digit that means nothing behind the escape character is an
/// error, and every other byte stands for itself.
TEST(RecordParser, EveryEscapeSequenceHasAMeaningOrIsAnError) {
  struct Dialect {
    Escapes escapes;
    std::string letters;
    std::string bytes;
  };
  const std::vector<Dialect> dialects = {
      {Escapes::plain, "", ""},
      {Escapes::mysql, "0bnrtZ", std::string("\0\b\n\r\t\x1A", 6)},
      {Escapes::mysql_batch, "0nt", std::string("\0\n\t", 3)},
      {Escapes::pg_text, "bfnrtv01234567", std::string("\b\f\n\r\t\v\0\1\2\3\4\5\6\7", 14)},
  };
  for (const Dialect& dialect : dialects) {
    for (const bool quoted : {false, true}) {
      CsvFormat format{'\t', '"', '\\', dialect.escapes, LineEnd::lf};
      for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const std::string quote = quoted ? "\"" : "";
        const std::string record = "q\t" + quote + "a\\" + c + "z" + quote;
        RecordParser parser(format, NullMarks{{}});
        std::vector<Field> fields;
        const auto error = parser.parse(record, fields);
        const std::size_t known = dialect.letters.find(c);
        const bool is_word = byte < 128 && std::isalnum(byte) != 0;
        if (is_word && known == std::string::npos) {
          ASSERT_TRUE(error) << testing::PrintToString(record);
          EXPECT_EQ(error->offset, quoted ? 4U : 3U);
          EXPECT_EQ(error->field, 1U);
          EXPECT_NE(error->reason.find("has no meaning"), std::string::npos);
        } else {
          ASSERT_FALSE(error) << testing::PrintToString(record) << error->reason;
          const char expected = known == std::string::npos ? c : dialect.bytes[known];
          ASSERT_EQ(fields.at(1).text, std::string("a") + expected + "z");
        }
      }
    }
  }
}

TEST(RecordParser, PostgresReadsOctalAndHexadecimalBytes) {
  const CsvFormat format{'\t', std::nullopt, '\\', Escapes::pg_text, LineEnd::any};
  EXPECT_EQ(texts(R"(\101\x42\x4g\1018\08\x043)", format),
            (Texts{"AB\x04gA8" + std::string(1, '\0') + "8\x04" + "3"}));
  EXPECT_EQ(trouble(R"(ab\xg)", format).substr(0, 3), "2: ");
}

TEST(RecordParser, LoadDataTakesAQuotedNForNull) {
  const CsvFormat format{',', '"', '\\', Escapes::mysql, LineEnd::lf};
  RecordParser parser(format, NullMarks{{"\\N"}});
  std::vector<Field> fields;
  ASSERT_FALSE(parser.parse(R"("\N","\\N")", fields));
  EXPECT_TRUE(fields.at(0).null);
  EXPECT_EQ(fields.at(1), (Field{"\\N", true, false}));
}

TEST(RecordParser, ACarriageReturnOutsideQuotesIsDataOnlyWhereLineEndsSaySo) {
  EXPECT_EQ(trouble("a,b\rc", {}).substr(0, 3), "3: ");
  EXPECT_EQ(trouble("a,b\r\r\n", {}).substr(0, 3), "3: ");
  EXPECT_EQ(texts("a,\"b\rc\"\r\n"), (Texts{"a", "q:b\rc"}));
  CsvFormat format;
  format.line_end = LineEnd::lf;
  EXPECT_EQ(texts("a,b\r\n", format), (Texts{"a", "b\r"}));
  format.line_end = LineEnd::cr;
  EXPECT_EQ(texts("a,b\n\r", format), (Texts{"a", "b\n"}));
  format.line_end = LineEnd::crlf;
  EXPECT_EQ(texts("a\n,b\r\r\n", format), (Texts{"a\n", "b\r"}));
  EXPECT_EQ(texts("a,b\r", format), (Texts{"a", "b\r"}));
}

TEST(RecordParser, OtherDelimitersAndQuotes) {
  EXPECT_EQ(texts("a;'b;''c'", CsvFormat{';', '\'', std::nullopt}), (Texts{"a", "q:b;'c"}));
  EXPECT_EQ(texts("\"a\t\"b", CsvFormat{'\t', std::nullopt, std::nullopt}), (Texts{"\"a", "\"b"}));
}

TEST(RecordParser, RefusesTextAfterTheClosingQuote) {
  RecordParser parser(CsvFormat{}, NullMarks{{}});
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
