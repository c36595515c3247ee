#include "import/indexed_records.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "import/record_parser.hpp"
#include "import/splitter.hpp"
#include "import/structural_index.hpp"

namespace dbmig::import {
namespace {

std::vector<IndexWay> index_ways() {
  std::vector<IndexWay> ways = {IndexWay::plain};
  if (can_index(IndexWay::avx2)) ways.push_back(IndexWay::avx2);
  return ways;
}

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

TEST(StructuralIndex, EveryWayFindsWhatALookAtEachByteFinds) {
  std::mt19937 random(1);
  const std::string all = random_text(random, "ab,\"\n\r;\0\xff\x80", 1000);
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string_view data = std::string_view(all).substr(random() % 500, size);
    StructuralBytes bytes;
    if (random() % 2 == 0) bytes.quote = '"';
    bytes.carriage_return = random() % 2 == 0;
    if (random() % 4 == 0) bytes.delimiter = '\xff';
    std::vector<std::uint32_t> expected;
    for (std::size_t i = 0; i < size; ++i) {
      const char c = data[i];
      if (c == bytes.delimiter || c == bytes.line_end || (bytes.quote && c == *bytes.quote) ||
          (bytes.carriage_return && c == '\r')) {
        expected.push_back(static_cast<std::uint32_t>(i) + 7);
      }
    }
    for (const IndexWay way : index_ways()) {
      std::vector<std::uint32_t> found(size + kIndexSlack);
      found.resize(find_structure(way, data, bytes, 7, found.data()));
      EXPECT_EQ(found, expected) << size << " bytes, way " << static_cast<int>(way);
    }
  }
}

/// Reads all records of `data` both ways and compares them. Returns how many the index cut.
std::size_t compare(std::string_view data, const CsvFormat& format, const NullMarks& nulls,
                    IndexWay way) {
  const Splitter splitter(format);
  RecordParser parser(format, nulls);
  IndexedRecords indexed(format, nulls, way);
  indexed.start(data);
  std::vector<Field> expected;
  std::vector<Field> fields;
  std::size_t by_index = 0;
  for (std::size_t at = 0; at < data.size();) {
    const std::size_t end = splitter.record_end(data, at).value_or(data.size());
    const auto error = parser.parse(data.substr(at, end - at), expected);
    if (const auto cut = indexed.cut(at, fields)) {
      ++by_index;
      EXPECT_EQ(*cut, end);
      EXPECT_FALSE(error.has_value());
      EXPECT_EQ(fields, expected);
    }
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << "at " << at << " of " << testing::PrintToString(std::string(data));
      return by_index;
    }
    at = end;
  }
  return by_index;
}

TEST(IndexedRecords, SayWhatTheParserSaysOfAnyBytes) {
  std::mt19937 random(2);
  for (int round = 0; round < 4000; ++round) {
    CsvFormat format;
    if (random() % 3 == 0) format.delimiter = ';';
    if (random() % 4 == 0) format.quote.reset();
    constexpr LineEnd kEnds[] = {LineEnd::any, LineEnd::lf, LineEnd::cr};
    format.line_end = kEnds[random() % 3];
    NullMarks nulls;
    if (random() % 3 == 0) nulls = {.texts = {"a", "b,"}, .quoted = random() % 2 == 0};
    ASSERT_TRUE(IndexedRecords::suits(format));
    const std::string data = random_text(random, "aab,,;\"\"\n\r", random() % 200);
    for (const IndexWay way : index_ways()) compare(data, format, nulls, way);
    ASSERT_FALSE(HasFailure());
  }
}

TEST(IndexedRecords, CutWhatFilesConsistOf) {
  // More than is indexed at once, with records across its end, some of them longer than it.
  std::string data;
  std::size_t longer = 0;
  for (int i = 0; i < 5000; ++i) {
    data += std::to_string(i) + ",\"quoted, with\na line\",,\"\"," + std::string(i % 90, 'x');
    if (i % 1000 == 999) {
      data += std::string(std::size_t{1} << 16U, 'y');
      ++longer;
    }
    data += i % 2 == 0 ? "\n" : "\r\n";
  }
  for (const IndexWay way : index_ways()) EXPECT_EQ(compare(data, {}, {}, way), 5000 - longer);
}

TEST(IndexedRecords, LeaveFormatsWithOtherRulesAlone) {
  CsvFormat format;
  format.escape = '\\';
  EXPECT_FALSE(IndexedRecords::suits(format));
  format = {};
  format.trim = true;
  EXPECT_FALSE(IndexedRecords::suits(format));
  format = {};
  format.comment = "#";
  EXPECT_FALSE(IndexedRecords::suits(format));
  format = {};
  format.line_end = LineEnd::crlf;
  EXPECT_FALSE(IndexedRecords::suits(format));
}

}  // namespace
}  // namespace dbmig::import
