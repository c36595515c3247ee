#include "ops/sql_tokens.hpp"

#include <gtest/gtest.h>

#include "support/random_source.hpp"

namespace dbmig::ops {
namespace {

constexpr std::optional<DialectKind> kAny = std::nullopt;
constexpr std::optional<DialectKind> kMariadb = DialectKind::mariadb;
constexpr std::optional<DialectKind> kSqlite = DialectKind::sqlite;

/// `kind:text` for every token that is not white space.
std::vector<std::string> kinds(std::string_view sql, std::optional<DialectKind> dialect) {
  std::vector<std::string> out;
  for (const Token& token : tokenize(sql, dialect)) {
    const char* kind = "";
    switch (token.kind) {
      case TokenKind::word:
        kind = "word";
        break;
      case TokenKind::quoted_name:
        kind = "name";
        break;
      case TokenKind::string:
        kind = "string";
        break;
      case TokenKind::number:
        kind = "number";
        break;
      case TokenKind::comment:
        kind = "comment";
        break;
      case TokenKind::symbol:
        kind = "symbol";
        break;
      case TokenKind::space:
        continue;
    }
    out.push_back(std::string(kind) + ":" + std::string(token.text));
  }
  return out;
}

using Tokens = std::vector<std::string>;

TEST(SqlTokens, NoByteIsLostOfAnyText) {
  const std::string alphabet = "ab1_.'\"`[]()-/*# \n\\:@;,xXeE+\xc3\xb1";
  test::RandomSource random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string sql;
    const int length = random.between(0, 24);
    for (int j = 0; j < length; ++j) sql += alphabet[random.below(alphabet.size())];
    for (const auto dialect : {kAny, kMariadb, kSqlite}) {
      std::string joined;
      for (const Token& token : tokenize(sql, dialect)) {
        EXPECT_FALSE(token.text.empty());
        joined += token.text;
      }
      EXPECT_EQ(joined, sql);
    }
  }
}

TEST(SqlTokens, DoubleQuotesAreNamesButStringsOnMariadb) {
  EXPECT_EQ(kinds("a = \"b\"", kAny), (Tokens{"word:a", "symbol:=", "name:\"b\""}));
  EXPECT_EQ(kinds("a = \"b\"", kSqlite), (Tokens{"word:a", "symbol:=", "name:\"b\""}));
  EXPECT_EQ(kinds("a = \"b\"", kMariadb), (Tokens{"word:a", "symbol:=", "string:\"b\""}));
}

TEST(SqlTokens, BracketsAreNamesButNotOnMariadb) {
  EXPECT_EQ(kinds("[a b]", kSqlite), (Tokens{"name:[a b]"}));
  EXPECT_EQ(kinds("[a]", kMariadb), (Tokens{"symbol:[", "word:a", "symbol:]"}));
}

TEST(SqlTokens, DoubledQuotesStayInside) {
  EXPECT_EQ(kinds("'it''s' x", kAny), (Tokens{"string:'it''s'", "word:x"}));
  EXPECT_EQ(kinds("`a``b` x", kAny), (Tokens{"name:`a``b`", "word:x"}));
}

TEST(SqlTokens, BackslashesEscapeOnMariadbAlone) {
  EXPECT_EQ(kinds(R"('it\'s' x)", kMariadb), (Tokens{R"(string:'it\'s')", "word:x"}));
  EXPECT_EQ(kinds(R"('c:\' x)", kSqlite), (Tokens{R"(string:'c:\')", "word:x"}));
}

TEST(SqlTokens, PrefixesBelongToTheirString) {
  EXPECT_EQ(kinds("x'41' + N'a' + _utf8mb4'b'", kAny),
            (Tokens{"string:x'41'", "symbol:+", "string:N'a'", "symbol:+", "string:_utf8mb4'b'"}));
}

TEST(SqlTokens, Comments) {
  EXPECT_EQ(kinds("a -- b\nc /* d */ e", kAny),
            (Tokens{"word:a", "comment:-- b\n", "word:c", "comment:/* d */", "word:e"}));
  EXPECT_EQ(kinds("a # b\nc", kMariadb), (Tokens{"word:a", "comment:# b\n", "word:c"}));
  // On MariaDB two dashes without white space after them are arithmetic.
  EXPECT_EQ(kinds("5--3", kMariadb), (Tokens{"number:5", "symbol:-", "symbol:-", "number:3"}));
  EXPECT_EQ(kinds("5--3", kSqlite), (Tokens{"number:5", "comment:--3"}));
}

TEST(SqlTokens, NumbersAndVariables) {
  EXPECT_EQ(kinds("1.5e-3 + .5 + 0xFF", kAny),
            (Tokens{"number:1.5e-3", "symbol:+", "number:.5", "symbol:+", "number:0xFF"}));
  EXPECT_EQ(kinds("@a = :b", kAny), (Tokens{"symbol:@a", "symbol:=", "symbol::b"}));
}

TEST(SqlTokens, WhatIsNotClosedReachesToTheEnd) {
  EXPECT_EQ(kinds("a 'b", kAny), (Tokens{"word:a", "string:'b"}));
  EXPECT_EQ(kinds("a /* b", kAny), (Tokens{"word:a", "comment:/* b"}));
}

TEST(SqlTokens, IdentifierTakesTheQuotesOff) {
  EXPECT_EQ(identifier(tokenize("`a``b`", kAny).front()), "a`b");
  EXPECT_EQ(identifier(tokenize("\"a\"\"b\"", kAny).front()), "a\"b");
  EXPECT_EQ(identifier(tokenize("[a b]", kAny).front()), "a b");
  EXPECT_EQ(identifier(tokenize("plain", kAny).front()), "plain");
}

TEST(SqlTokens, ANewNameIsQuotedAsTheOldOneWas) {
  const auto spelled = [](std::string_view old, std::string_view name) {
    return spelled_like(tokenize(old, kAny).front(), name);
  };
  EXPECT_EQ(spelled("a", "b"), "b");
  EXPECT_EQ(spelled("a", "group by"), "`group by`");
  EXPECT_EQ(spelled("a", "order"), "`order`");
  EXPECT_EQ(spelled("a", "1st"), "`1st`");
  EXPECT_EQ(spelled("`a`", "b`c"), "`b``c`");
  EXPECT_EQ(spelled("\"a\"", "b"), "\"b\"");
  EXPECT_EQ(spelled("[a]", "b"), "[b]");
  EXPECT_EQ(spelled("[a]", "b]c"), "`b]c`");
}

}  // namespace
}  // namespace dbmig::ops
