#include "base/text.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>

#include "support/random_source.hpp"

namespace dbmig::text {
namespace {

TEST(Text, ChangesOnlyAsciiCase) {
  EXPECT_EQ(lower("ABC-Ñ é Z"), "abc-Ñ é z");
  EXPECT_EQ(upper("abc-ñ É z"), "ABC-ñ É Z");
  EXPECT_TRUE(equals_ignoring_case("Select", "sELECT"));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));  // 32 apart, as letters are
}

TEST(Text, NumbersHaveAPointWhateverTheLocaleSays) {
  const char* const before = std::setlocale(LC_NUMERIC, nullptr);
  const std::string kept = before == nullptr ? "C" : before;
  for (const char* locale : {"C", "de_DE.UTF-8", "es_ES.UTF-8"}) {
    if (std::setlocale(LC_NUMERIC, locale) == nullptr) continue;  // not installed
    EXPECT_EQ(to_double("1.5"), 1.5) << locale;
    EXPECT_EQ(to_double("-2.5e3x"), -2500) << locale;
    EXPECT_EQ(to_double("1e999"), HUGE_VAL) << locale;
  }
  std::setlocale(LC_NUMERIC, kept.c_str());
}

TEST(Text, TrimsAsciiBlanks) {
  EXPECT_EQ(trim(" \t\r\n\f\va b \n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, SplitUndoesJoin) {
  const std::vector<std::vector<std::string>> kCases = {
      {""}, {"a"}, {"a", ""}, {"", ""}, {"a", "b", "", "c"}};
  for (const auto& parts : kCases) EXPECT_EQ(split(join(parts, ","), ','), parts);
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Text, ReplacesWithoutReadingItsOwnWork) {
  EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
  EXPECT_EQ(replace_all("a--b--", "--", ""), "ab");
  EXPECT_EQ(replace_all("abc", "x", "y"), "abc");
}

TEST(Text, QuotesAsSql) {
  EXPECT_EQ(quote("it's", '\''), "'it''s'");
  EXPECT_EQ(quote("", '"'), "\"\"");
  EXPECT_EQ(quote("a`b\"c", '`'), "`a``b\"c`");
}

TEST(Text, FindsWhereUtf8Breaks) {
  const std::pair<std::string, std::optional<std::size_t>> kCases[] = {
      {"", std::nullopt},
      {"plain", std::nullopt},
      {"é日😀", std::nullopt},
      {"\xEF\xBF\xBF", std::nullopt},              // U+FFFF
      {"\xF4\x8F\xBF\xBF", std::nullopt},          // U+10FFFF
      {"\xED\x9F\xBF\xEE\x80\x80", std::nullopt},  // around the surrogates
      {"a\x80", 1},                                // continuation alone
      {"a\xC3", 1},                                // cut short
      {"ab\xE6\x97", 2},
      {"\xF0\x9F\x98", 0},
      {"\xC0\xAF", 0},  // overlong '/'
      {"\xC1\xBF", 0},
      {"\xE0\x9F\xBF", 0},      // overlong in three bytes
      {"\xF0\x8F\xBF\xBF", 0},  // overlong in four bytes
      {"\xED\xA0\x80", 0},      // surrogate
      {"\xF4\x90\x80\x80", 0},  // beyond U+10FFFF
      {"\xF5\x80\x80\x80", 0},
      {"ok\xFFno", 2},
      {"\xC3\x28", 0},
      {"日\xE6\x28\x80", 3},
  };
  for (const auto& [text, expected] : kCases) EXPECT_EQ(find_invalid_utf8(text), expected) << text;
}

// Every code point, encoded by the rules of RFC 3629, is well formed and counts as one.
TEST(Text, AcceptsEveryCodePoint) {
  for (std::uint32_t point = 0; point <= 0x10FFFF; ++point) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    std::string s;
    const auto continuation = [&](unsigned shift) {
      s += static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
    };
    if (point < 0x80) {
      s += static_cast<char>(point);
    } else if (point < 0x800) {
      s += static_cast<char>(0xC0U | (point >> 6U));
      continuation(0);
    } else if (point < 0x10000) {
      s += static_cast<char>(0xE0U | (point >> 12U));
      continuation(6);
      continuation(0);
    } else {
      s += static_cast<char>(0xF0U | (point >> 18U));
      continuation(12);
      continuation(6);
      continuation(0);
    }
    ASSERT_EQ(find_invalid_utf8(s), std::nullopt) << point;
    ASSERT_EQ(utf8_length(s), 1U) << point;
    if (s.size() > 1) {
      ASSERT_EQ(find_invalid_utf8(s.substr(0, s.size() - 1)), 0U) << point;
    }
  }
}

TEST(Text, SuggestsWhatIsNear) {
  const std::vector<std::string> names = {"varchar", "integer", "int", "usuario"};
  EXPECT_EQ(closest("varchr", names), "varchar");
  EXPECT_EQ(closest("VARCHAR", names), "varchar");
  EXPECT_EQ(closest("usuarios", names), "usuario");
  EXPECT_EQ(closest("itn", names), std::nullopt);  // two changes of three letters
  EXPECT_EQ(closest("zzz", names), std::nullopt);
  EXPECT_EQ(closest("", {}), std::nullopt);
  EXPECT_EQ(suggest("intt", names), "did you mean 'int'?");
  EXPECT_EQ(suggest("zzz", names), "known: varchar, integer, int, usuario");
}

// One wrong, missing or surplus letter in a word of four or more is always found.
TEST(Text, FindsEveryMisspellingOfOneLetter) {
  test::RandomSource random(5);
  const std::vector<std::string> names = {"create_table", "drop_column", "nullable", "checks"};
  for (int i = 0; i < 1000; ++i) {
    const std::string& name = random.pick(names);
    std::string word = name;
    const std::size_t at = random.below(word.size());
    switch (random.below(3)) {
      case 0:
        word[at] = 'x';
        break;
      case 1:
        word.erase(at, 1);
        break;
      default:
        word.insert(at, 1, 'x');
    }
    ASSERT_EQ(closest(word, names), name) << word;
  }
}

TEST(Text, CountsWithItsNoun) {
  EXPECT_EQ(count(0, "row"), "0 rows");
  EXPECT_EQ(count(1, "row"), "1 row");
  EXPECT_EQ(count(2, "row"), "2 rows");
  EXPECT_EQ(count(2, "index", "indexes"), "2 indexes");
  EXPECT_EQ(count(1, "index", "indexes"), "1 index");
}

}  // namespace
}  // namespace dbmig::text
