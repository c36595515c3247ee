#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/tokens.hpp"

namespace dbmig::dialect::mariadb {
namespace {

TEST(MariadbTokens, SpacingCommentsQuotesAndTheCaseOfKeywordsAreNoDifference) {
  const std::vector<std::pair<std::string, std::string>> same = {
      {"(`saldo`>=0) AND (`order`<>1)", "( saldo >= 0 ) and (`order` <> 1)"},
      {"((a > 1))", "a>1 -- positive"},
      {"LCASE(`s`)=\"it's\"", "lcase( s ) = 'it''s'"},
      {"MATCH(s)  AGAINST ( 'x' IN BOOLEAN MODE )", "match (`s`) against ('x' in boolean mode)"}};
  for (const auto& [one, other] : same) {
    EXPECT_EQ(normalize_expression(one, {"saldo", "order", "a", "s"}),
              normalize_expression(other, {"saldo", "order", "a", "s"}))
        << one;
  }
}

TEST(MariadbTokens, WhatIsWrittenOtherwiseIsOther) {
  const std::vector<std::pair<std::string, std::string>> different = {
      {"a > 1", "a >= 1"},    {"a - (b - c)", "a - b - c"}, {"(a) + (b)", "a) + (b"},
      {"s = 'x'", "s = 'X'"}, {"s = 'a''b'", "s = 'ab'"},   {"a != 1", "a <> 1"}};
  for (const auto& [one, other] : different) {
    EXPECT_NE(normalize_expression(one), normalize_expression(other)) << one << " | " << other;
  }
}

TEST(MariadbTokens, NormalizingTwiceChangesNothing) {
  for (const char* sql : {"((a)) + (b)", "`a b` = x'41'", "DATE '2020-01-01' < d", "- -a", "(a)"}) {
    const std::string once = normalize_expression(sql, {"a b"});
    EXPECT_EQ(normalize_expression(once, {"a b"}), once) << sql;
  }
  for (const char* sql : {"SELECT T.Id FROM `T` ;", "SELECT `Some Name` FROM T"}) {
    EXPECT_EQ(normalize_query(normalize_query(sql)), normalize_query(sql)) << sql;
  }
}

TEST(MariadbTokens, NamesTakeTheCaseOfTheColumn) {
  EXPECT_EQ(normalize_expression("ID > 1 and `Order` = 2", {"id", "order"}),
            "id > 1 and `order` = 2");
}

TEST(MariadbTokens, NamesInAQueryKeepTheirCase) {
  EXPECT_EQ(normalize_query("SELECT Id, COUNT(*) FROM `Users` WHERE `from` = 1;"),
            "select Id, count(*) from Users where `from` = 1");
}

TEST(MariadbLexer, NamesWhatIsNotClosed) {
  for (const char* text : {"'abc", "\"abc", "`abc", "a /* b"}) {
    EXPECT_THROW(tokenize(text), Error) << text;
  }
}

TEST(MariadbLexer, StringLiteralsComeBackAsTheyWere) {
  for (const std::string& value :
       {std::string("it's"), std::string("a\\b"), std::string("line\nbreak\r"), std::string("\x1a"),
        std::string("a\0b", 3), std::string(""), std::string("\"q\" `b`"), std::string("é😀")}) {
    const auto tokens = tokenize(string_literal(value));
    ASSERT_EQ(tokens.size(), 2U);
    EXPECT_EQ(tokens[0].text, value);
  }
}

TEST(MariadbTrigger, OnlyTheHeadIsRespelled) {
  EXPECT_EQ(normalize_trigger("BEFORE  insert ON `u` FOR EACH ROW\n  SET NEW.a = 1 ;", "u"),
            "before insert on u for each row SET NEW.a = 1");
  EXPECT_EQ(normalize_trigger("after delete on u for each row follows `x` begin end", "u"),
            "after delete on u for each row begin end");
}

}  // namespace
}  // namespace dbmig::dialect::mariadb
