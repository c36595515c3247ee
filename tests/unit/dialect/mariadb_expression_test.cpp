#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "dialect/mariadb/expression.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/select.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// What a user wrote and what a server made of it, from a file of two lines each.
Pairs read_pairs(const std::string& name) {
  std::ifstream file(std::string(DBMIG_SOURCE_DIR) + "/tests/unit/dialect/mariadb/" + name);
  Pairs pairs;
  std::string written;
  std::string made;
  while (std::getline(file, written)) {
    if (written.starts_with("# ")) continue;
    std::getline(file, made);
    pairs.emplace_back(written, made.substr(4));
  }
  return pairs;
}

const std::vector<std::string> kColumns = {"a", "b", "c", "order", "a b", "s", "d", "d2"};

TEST(MariadbExpression, WhatWasWrittenAndWhatTheServerMadeOfItAreTheSame) {
  const Pairs pairs = read_pairs("expressions.txt");
  ASSERT_GT(pairs.size(), 400U);
  for (const auto& [written, made] : pairs) {
    EXPECT_EQ(normalize_expression(written, kColumns), normalize_expression(made, kColumns))
        << written;
  }
}

TEST(MariadbExpression, NormalizingTwiceChangesNothing) {
  for (const auto& [written, made] : read_pairs("expressions.txt")) {
    const std::string once = normalize_expression(written, kColumns);
    EXPECT_EQ(normalize_expression(once, kColumns), once) << written;
  }
}

TEST(MariadbExpression, DifferentMeaningsStayDifferent) {
  const Pairs different = {{"a > 1", "a >= 1"},
                           {"a - (b - c)", "a - b - c"},
                           {"(a or b) and c", "a or b and c"},
                           {"s = 'x'", "s = 'X'"},
                           {"s like 'x'", "s not like 'x'"},
                           {"a in (1, 2)", "a in (2, 1)"},
                           {"a between 1 and 2", "a between 2 and 1"},
                           {"not (a > 1 and b > 1)", "a <= 1 and b <= 1"},
                           {"a * (b + c)", "a * b + c"},
                           {"-(a + b)", "-a + b"},
                           {"s = 'a''b'", "s = 'ab'"},
                           {"a", "b"},
                           {"substr(s, 1)", "substr(s, 2)"},
                           {"cast(a as char)", "cast(a as signed)"}};
  for (const auto& [one, other] : different) {
    EXPECT_NE(normalize_expression(one), normalize_expression(other)) << one << " | " << other;
  }
}

TEST(MariadbExpression, ReadsWellForPeople) {
  EXPECT_EQ(normalize_expression("(`saldo` >= 0) AND (`order` <> 1)"),
            "saldo >= 0 and `order` <> 1");
  EXPECT_EQ(normalize_expression("LCASE(`s`)=\"it's\""), "lower(s) = 'it''s'");
}

TEST(MariadbExpression, WhatItCannotParseIsComparedAsTokens) {
  EXPECT_EQ(normalize_expression("MATCH(s)  AGAINST ( 'x' IN BOOLEAN MODE )"),
            normalize_expression("match (`s`) against ('x' in boolean mode)"));
}

TEST(MariadbExpression, NamesTakeTheCaseOfTheColumn) {
  EXPECT_EQ(normalize_expression("ID > 1 and `Order` = 2", {"id", "order"}),
            "id > 1 and `order` = 2");
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

schema::Schema two_tables() {
  schema::Schema schema;
  const auto add = [&](const std::string& name, const std::vector<std::string>& columns) {
    schema::Table& table = schema.tables[name];
    table.name = name;
    for (const std::string& column : columns) {
      table.columns.emplace_back();
      table.columns.back().name = column;
    }
  };
  add("u", {"id", "a", "s", "b", "j"});
  add("w", {"id", "uid", "t"});
  return schema;
}

TEST(MariadbSelect, WhatWasWrittenAndWhatTheServerMadeOfItAreTheSame) {
  const Pairs pairs = read_pairs("queries.txt");
  ASSERT_GT(pairs.size(), 45U);
  for (const auto& [written, made] : pairs) {
    const std::string once = normalize_select(written, two_tables());
    EXPECT_EQ(once, normalize_select(made, two_tables())) << written;
    EXPECT_EQ(normalize_select(once, two_tables()), once) << written;
  }
}

TEST(MariadbSelect, DifferentQueriesStayDifferent) {
  const Pairs different = {
      {"select id from u", "select id from w"},
      {"select id from u where a = 1", "select id from u where a = 2"},
      {"select u.id from u, w", "select w.id from u, w"},
      {"select id from u order by a", "select id from u order by a desc"},
      {"select id from u limit 1", "select id from u limit 1, 2"},
      {"select id from u union select id from w", "select id from u union all select id from w"},
      {"select u.id from u join w on u.id = w.id", "select u.id from u left join w on u.id = w.id"},
      {"select id as x from u", "select id as y from u"}};
  for (const auto& [one, other] : different) {
    EXPECT_NE(normalize_select(one, two_tables()), normalize_select(other, two_tables())) << one;
  }
}

TEST(MariadbSelect, ColumnNamesOfTheViewAreAliases) {
  EXPECT_EQ(normalize_select("select id, a + 1 from u", two_tables(), {"p", "q"}),
            "select id as p, a + 1 as q from u");
}

TEST(MariadbTrigger, OnlyTheHeadIsRespelled) {
  EXPECT_EQ(normalize_trigger("BEFORE  insert ON `u` FOR EACH ROW\n  SET NEW.a = 1 ;", "u"),
            "before insert on u for each row SET NEW.a = 1");
  EXPECT_EQ(normalize_trigger("after delete on u for each row follows `x` begin end", "u"),
            "after delete on u for each row begin end");
}

}  // namespace
}  // namespace dbmig::dialect::mariadb
