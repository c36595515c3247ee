#include "import/splitter.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "import/record_parser.hpp"

namespace dbmig::import {
namespace {

/// All records of `data` as the splitter cuts them.
std::vector<std::string> records(std::string_view data, const CsvFormat& format = {}) {
  const Splitter splitter(format);
  std::vector<std::string> found;
  std::size_t at = 0;
  while (at < data.size()) {
    const std::size_t end = splitter.record_end(data, at).value_or(data.size());
    found.emplace_back(data.substr(at, end - at));
    at = end;
  }
  return found;
}

using Records = std::vector<std::string>;

TEST(Splitter, EndsARecordAtEachLineEnd) {
  EXPECT_EQ(records("a,b\nc,d\n"), (Records{"a,b\n", "c,d\n"}));
  EXPECT_EQ(records("a,b\r\nc,d\r\n"), (Records{"a,b\r\n", "c,d\r\n"}));
}

TEST(Splitter, TakesTheEndOfTheFileForALineEnd) {
  EXPECT_EQ(records("a\nb"), (Records{"a\n", "b"}));
  EXPECT_EQ(records("a\nb\r"), (Records{"a\n", "b\r"}));
}

TEST(Splitter, KeepsLineEndsInsideQuotes) {
  EXPECT_EQ(records("a,\"x\ny\"\nb\n"), (Records{"a,\"x\ny\"\n", "b\n"}));
  EXPECT_EQ(records("\"\n\"\"\n\",\"\r\n\"\r\nb"), (Records{"\"\n\"\"\n\",\"\r\n\"\r\n", "b"}));
}

TEST(Splitter, AQuoteInTheMiddleOfAFieldIsAnOrdinaryCharacter) {
  EXPECT_EQ(records("5\" disk\n3\" disk\n"), (Records{"5\" disk\n", "3\" disk\n"}));
  EXPECT_EQ(records("\"a\"b\"c\nd\n"), (Records{"\"a\"b\"c\n", "d\n"}));
}

TEST(Splitter, WithoutAQuoteCharacterQuotesMeanNothing) {
  CsvFormat format;
  format.quote.reset();
  EXPECT_EQ(records("\"a\nb\n", format), (Records{"\"a\n", "b\n"}));
}

TEST(Splitter, AnEscapedQuoteOrLineEndDoesNotEndAnything) {
  CsvFormat format;
  format.escape = '\\';
  EXPECT_EQ(records("\"a\\\"\nb\"\nc\\\nd\ne\n", format),
            (Records{"\"a\\\"\nb\"\n", "c\\\nd\n", "e\n"}));
}

TEST(Splitter, SaysWhereAQuoteWasOpenedThatNeverCloses) {
  const Splitter splitter(CsvFormat{});
  EXPECT_EQ(splitter.open_end("ab,\"cd\n\n")->offset, 3U);
  EXPECT_EQ(splitter.open_end("ab,\"cd\"\"\n")->offset, 3U);
  EXPECT_FALSE(splitter.open_end("ab,\"cd\""));
  EXPECT_FALSE(splitter.open_end("ab,c\"d"));
}

TEST(Splitter, AQuoteAtTheVeryEndMayStillBeTheFirstOfTwo) {
  const Splitter splitter(CsvFormat{});
  EXPECT_EQ(splitter.record_end("\"a\"", 0), std::nullopt);
  EXPECT_EQ(splitter.last_boundary("x\n\"a\""), 2U);
}

/// Text in which everything that has a meaning is frequent.
std::string random_csv(std::mt19937& random, std::string_view alphabet) {
  std::string text(random() % 60, '\0');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

class SplitterProperties : public testing::TestWithParam<CsvFormat> {};

TEST_P(SplitterProperties, TheLastBoundaryOfEveryPrefixIsARecordsEnd) {
  const Splitter splitter(GetParam());
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random_csv(random, "ab,\"\n\r\\");
    std::vector<std::size_t> ends = {0};
    while (const auto end = splitter.record_end(text, ends.back())) ends.push_back(*end);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const std::size_t boundary = splitter.last_boundary(std::string_view(text).substr(0, cut));
      std::size_t expected = 0;
      for (const std::size_t end : ends) {
        // A quote as the last byte that is known may be the first of a pair.
        if (end <= cut) expected = end;
      }
      ASSERT_EQ(boundary, expected) << testing::PrintToString(text) << " cut at " << cut;
    }
  }
}

/// Splitter and parser agree: joined again, the fields of the records are those of a parser that
/// never saw a chunk.
TEST_P(SplitterProperties, RecordsAreTheSameHoweverTheTextArrives) {
  const Splitter splitter(GetParam());
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_csv(random, "ab,\"\n\r\\");
    const Records whole = records(text, GetParam());
    Records pieces;
    std::string pending;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t n = 1 + random() % 9;
      pending += text.substr(at, n);
      at += n;
      const std::size_t boundary = splitter.last_boundary(pending);
      for (std::string& record : records(pending.substr(0, boundary), GetParam())) {
        pieces.push_back(std::move(record));
      }
      pending.erase(0, boundary);
    }
    for (std::string& record : records(pending, GetParam())) pieces.push_back(std::move(record));
    ASSERT_EQ(pieces, whole) << testing::PrintToString(text);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, SplitterProperties,
                         testing::Values(CsvFormat{}, CsvFormat{',', std::nullopt, std::nullopt},
                                         CsvFormat{',', '"', '\\'}, CsvFormat{',', '"', '"'},
                                         CsvFormat{'a', '"', std::nullopt},
                                         CsvFormat{',', '"', std::nullopt, {}, LineEnd::crlf},
                                         CsvFormat{',', '"', '\\', {}, LineEnd::crlf},
                                         CsvFormat{',', '"', '\\', {}, LineEnd::lf},
                                         CsvFormat{',', std::nullopt, '\\', {}, LineEnd::cr}));

}  // namespace
}  // namespace dbmig::import
