// Tokens, quoting, splitting, expressions: SQL as text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "dialect/dialect.hpp"
#include "dialect/sqlite/expression.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(std::string_view sql) {
  std::vector<std::string> out;
  for (const Token& token : tokenize(sql)) out.emplace_back(token.text);
  return out;
}

TEST(SqliteToken, CutsAsSqliteDoes) {
  EXPECT_THAT(texts("a.b=-1.5e+3||x'0F'/*c*/,'it''s'--e\n[x y]`q``r`\"s\"\"t\" ?12 :n 0x1f .5 1e"),
              ElementsAre("a", ".", "b", "=", "-", "1.5e+3", "|", "|", "x'0F'", ",", "'it''s'",
                          "[x y]", "`q``r`", "\"s\"\"t\"", "?12", ":n", "0x1f", ".5", "1", "e"));
  EXPECT_THAT(texts("größe$1 日本"), ElementsAre("größe$1", "日本"));
  EXPECT_THAT(texts("\xEF\xBB\xBFSELECT"), ElementsAre("SELECT"));
}

TEST(SqliteToken, ReadsTextThatIsNotClosed) {
  for (const char* sql : {"'a", "\"a", "`a", "[a", "/* a", "-- a", "x'0", "'", "\"", "[", "'a''"}) {
    for (const Token& token : tokenize(sql)) EXPECT_LE(token.value().size(), token.text.size());
  }
  EXPECT_EQ(tokenize("[a").front().value(), "a");
}

TEST(SqliteToken, UndoesQuotes) {
  EXPECT_EQ(tokenize("\"s\"\"t\"").front().value(), "s\"t");
  EXPECT_EQ(tokenize("[a]").front().value(), "a");
  EXPECT_EQ(tokenize("'it''s'").front().value(), "it's");
  EXPECT_EQ(tokenize("''").front().value(), "");
}

TEST(SqliteQuote, QuotesEverythingThatIsNoPlainName) {
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_string("it's"), "'it''s'");
  EXPECT_THROW(quote_identifier(std::string_view("a\0b", 3)), Error);
  EXPECT_THROW(quote_string(std::string_view("a\0b", 3)), Error);
  for (const char* bare : {"a", "_a1", "Name"}) EXPECT_EQ(spell_identifier(bare), bare);
  for (const char* odd : {"", "1a", "a b", "order", "Order", "true", "größe", "a$", "key"}) {
    EXPECT_EQ(spell_identifier(odd).front(), '"') << odd;
  }
}

std::vector<std::string> split(std::string_view sql) {
  return dialect(DialectKind::sqlite).split_statements(sql);
}

TEST(SqliteSplit, CutsOutsideStringsAndComments) {
  EXPECT_THAT(split("SELECT ';', \";\", `;`, [;] -- ;\n; /* ; */ SELECT 2"),
              ElementsAre("SELECT ';', \";\", `;`, [;] -- ;", "/* ; */ SELECT 2"));
  EXPECT_THAT(split(" ; ;; -- nothing\n;"), ElementsAre());
  EXPECT_THAT(split(""), ElementsAre());
  EXPECT_THAT(split("SELECT 1"), ElementsAre("SELECT 1"));
  EXPECT_THAT(split("SELECT 1;\n-- for two\nSELECT 2;\n-- end"),
              ElementsAre("SELECT 1", "-- for two\nSELECT 2"));
}

TEST(SqliteSplit, KeepsTriggersWhole) {
  const std::string trigger =
      "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN\n"
      "  UPDATE a SET b = CASE WHEN new.b THEN 1 ELSE 2 END;\n"
      "  SELECT CASE WHEN 1 THEN 'END;' END;\n"
      "END";
  EXPECT_THAT(split(trigger + "; SELECT 1; " + trigger), ElementsAre(trigger, "SELECT 1", trigger));
  EXPECT_THAT(split("BEGIN; SELECT 1; END;"), ElementsAre("BEGIN", "SELECT 1", "END"));
  EXPECT_THAT(split("EXPLAIN QUERY PLAN CREATE TABLE t(a); SELECT 1"),
              ElementsAre("EXPLAIN QUERY PLAN CREATE TABLE t(a)", "SELECT 1"));
}

schema::Table table_of(const std::vector<std::string>& columns) {
  schema::Table table;
  table.name = "T";
  for (const std::string& name : columns) table.columns.emplace_back().name = name;
  return table;
}

TEST(SqliteExpression, HasOneForm) {
  const schema::Table table = table_of({"a", "order", "x y"});
  const auto normal = [&](std::string_view sql) { return normal_expression(sql, table); };
  EXPECT_EQ(normal(" ( (a  >\n0) ) "), "a>0");
  EXPECT_EQ(normal("(a) > (0)"), "(a)>(0)");
  EXPECT_EQ(normal("\"A\" = `order` /* c */ AND [x y]=\"no column\""),
            "a=\"order\" and \"x y\"=\"no column\"");
  EXPECT_EQ(normal("t.a > 'T . a' AND \"T\".a < u.a"), "a>'T . a' and a<u.a");
  EXPECT_EQ(normal("`length`(a)"), "length(a)");
  for (const char* sql : {"((t.a)) + 1", "a--x\n+1", "(a", "a)", ""}) {
    EXPECT_EQ(normal(normal(sql)), normal(sql));
  }
}

TEST(SqliteExpression, FindsNames) {
  EXPECT_TRUE(mentions("SELECT [A] FROM t", "a"));
  EXPECT_FALSE(mentions("SELECT ab /* a */ FROM t", "a"));
}

}  // namespace
}  // namespace dbmig::dialect::sqlite
