#include "yaml/emit.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support.hpp"
#include "yaml/node.hpp"

namespace dbmig::yaml {
namespace {

Node read_back(const std::string& text) {
  Diagnostics diagnostics;
  const auto node = parse_yaml(text, "f", diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << to_string(diagnostics.list().front()) << "\n" << text;
  return node.value_or(Node{});
}

std::string long_text() {
  return std::string(120, 'x');
}

TEST(Emit, EveryTextReadsBackInEveryPlace) {
  test::RandomSource random(1);
  for (int i = 0; i < 4000; ++i) {
    const std::string value = test::nasty_text(random);
    const std::string key = test::nasty_text(random);
    Out flow = Out::map();
    flow.add(key, Out::text(value));
    Out inner = Out::map(Out::Style::block);
    inner.add(key, Out::text(value));
    inner.add("list", Out::list({value, value}));
    Out items = Out::list(Out::Style::block);
    items.add(Out::text(value));
    items.add(inner);
    items.add(Out::quoted(value));
    Out root = Out::map(i % 2 == 0 ? Out::Style::block : Out::Style::aligned);
    root.add("k1", Out::text(value));
    root.add("flow", flow);
    root.add("long", Out::list({value, long_text()}));
    root.add("items", items);
    if (key != "k1" && key != "flow" && key != "long" && key != "items") {
      root.add(key, Out::text(value));
    }
    const std::string text = emit(root);
    ASSERT_FALSE(text::find_invalid_utf8(text));
    const Node node = read_back(text);
    ASSERT_TRUE(node.is_mapping()) << text;
    ASSERT_EQ(node.find("k1")->text, value) << text;
    ASSERT_EQ(node.find("flow")->key(0).text, key) << text;
    ASSERT_EQ(node.find("flow")->value(0).text, value) << text;
    ASSERT_EQ(node.find("long")->children[0].text, value) << text;
    const Node& list = *node.find("items");
    ASSERT_EQ(list.children[0].text, value) << text;
    ASSERT_EQ(list.children[1].key(0).text, key) << text;
    ASSERT_EQ(list.children[1].value(0).text, value) << text;
    ASSERT_EQ(list.children[1].value(1).children[1].text, value) << text;
    ASSERT_EQ(list.children[2].text, value) << text;
    ASSERT_NE(node.find(key), nullptr) << text;
  }
}

TEST(Emit, StringsThatLookLikeOtherThingsAreQuoted) {
  for (const char* text :
       {"null", "~",   "Null", "true",  "FALSE",    "yes",        "Off", "12", "-1.5", "1e3",
        "0x1F", "0o7", ".inf", "1_000", "12:30:00", "2024-02-29", "",    " a", "a ",   "- a",
        "? a",  "<<",  "=",    "a: b",  "a #b",     "@a",         "`a",  "%a", "*a",   "&a",
        "!a",   "[a",  "{a",   "|",     ">",        "#a",         "a:"}) {
    const std::string quoted = scalar(text, false);
    EXPECT_TRUE(quoted.front() == '"' || quoted.front() == '\'') << text;
  }
}

TEST(Emit, OrdinaryTextIsPlain) {
  for (const char* text :
       {"usuario", "varchar(64)", "decimal(10,2)", "saldo >= 0", "2fa6cb75c75d", "España", "it's",
        "say \"hi\"", "a:b", "a#b", "x - y", "CURRENT_TIMESTAMP", "${A:-b}"}) {
    EXPECT_EQ(scalar(text, false), text);
  }
  EXPECT_EQ(scalar("decimal(10,2)", true), "\"decimal(10,2)\"");
  EXPECT_EQ(scalar("pais(id)", true), "pais(id)");
}

TEST(Emit, QuotesAreChosenForReading) {
  EXPECT_EQ(quoted_scalar("5"), "\"5\"");
  EXPECT_EQ(quoted_scalar("say \"hi\": x"), "'say \"hi\": x'");
  EXPECT_EQ(quoted_scalar("C:\\x"), "'C:\\x'");
  EXPECT_EQ(quoted_scalar("it's \"x\""), "'it''s \"x\"'");
  EXPECT_EQ(quoted_scalar("a\n\"b\""), "\"a\\n\\\"b\\\"\"");
  EXPECT_EQ(quoted_scalar(std::string("\0\x1B", 2)), "\"\\x00\\x1B\"");
  EXPECT_EQ(quoted_scalar("\xE2\x80\xA8"), "\"\\u2028\"");
}

TEST(Emit, Layout) {
  Out columns = Out::map(Out::Style::aligned);
  columns.add("id", Out::text("integer"));
  Out nombre = Out::map();
  nombre.add("type", Out::text("varchar(64)"));
  nombre.add("nullable", Out::literal("false"));
  columns.add("nombre", nombre);
  Out wide = Out::map();
  wide.add("type", Out::text("text"));
  wide.add("comment", Out::text(std::string(90, 'c')));
  columns.add("wide", wide);
  Out table = Out::map(Out::Style::block);
  table.add("columns", columns);
  table.add("primary_key", Out::list({"id"}));
  table.add("sql", Out::text("SELECT 1\n  FROM x"));
  table.add("ends", Out::text("SELECT 1\nFROM x\n"));
  table.add("nothing", Out::list());
  Out items = Out::list(Out::Style::block);
  Out item = Out::map(Out::Style::block);
  item.add("create", table);
  items.add(item);
  Out root = Out::map(Out::Style::block);
  root.add("up", items);
  EXPECT_EQ(emit(root), R"(up:
  - create:
      columns:
        id:     integer
        nombre: {type: varchar(64), nullable: false}
        wide:
          type: text
          comment: )" + std::string(90, 'c') +
                            R"(
      primary_key: [id]
      sql: |-
        SELECT 1
          FROM x
      ends: |
        SELECT 1
        FROM x
      nothing: []
)");
}

TEST(Emit, FlowStaysWithinAHundredColumns) {
  test::RandomSource random(2);
  for (int i = 0; i < 500; ++i) {
    Out list = Out::list();
    const int count = random.between(5, 30);
    for (int k = 0; k < count; ++k) list.add(Out::text("ñandú_名"));
    Out root = Out::map(Out::Style::block);
    root.add("columns", list);
    for (const std::string& line : text::split(emit(root), '\n')) {
      EXPECT_LE(text::utf8_length(line), 100U);
    }
  }
}

TEST(Emit, CanonicalFormIsJsonAndIgnoresLayout) {
  Out a = Out::map(Out::Style::aligned);
  a.add("k\"", Out::list({"x\n", "null"}));
  a.add("n", Out::literal("1"));
  Out b = Out::map();
  Out list = Out::list(Out::Style::block);
  list.add(Out::quoted("x\n"));
  list.add(Out::text("null"));
  b.add("k\"", list);
  b.add("n", Out::literal("1"));
  EXPECT_EQ(canonical(a), R"({"k\"":["x\u000a","null"],"n":1})");
  EXPECT_EQ(canonical(a), canonical(b));
}

}  // namespace
}  // namespace dbmig::yaml
