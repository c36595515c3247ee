#include "yaml/node.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "support.hpp"

namespace dbmig::yaml {
namespace {

Node parse_node(const std::string& text) {
  Diagnostics diagnostics;
  const auto node = parse_yaml(text, "f", diagnostics);
  diagnostics.throw_if_any();
  return node.value_or(Node{});
}

std::string node_complaint(const std::string& text) {
  return test::complaint([&] { parse_node(text); });
}

struct BrokenText {
  std::string text;
  std::string says;
};

void expect_each(const std::vector<BrokenText>& table) {
  for (const BrokenText& row : table) EXPECT_EQ(node_complaint(row.text), row.says) << row.text;
}

TEST(BrokenYaml, Text) {
  expect_each(
      {BrokenText{"a: ñ\nb: \xE9\n", "f:2:4: byte 0xE9 is not valid UTF-8; save the file as UTF-8"},
       BrokenText{"\xEF\xBB\xBF"
                  "ñ: \xC3",
                  "f:1:4: byte 0xC3 is not valid UTF-8; save the file as UTF-8"},
       BrokenText{std::string("\xFF\xFE"
                              "a\0",
                              4),
                  "f:1:1: the file is UTF-16; save it as UTF-8"},
       BrokenText{
           "a: 1\rb: 2\r",
           "f:1:5: a carriage return without a line feed; save the file with LF or CRLF line "
           "ends"},
       BrokenText{
           "a: 1\r\nb: \x04\n",
           "f:2:4: control character 0x04 is not allowed in YAML; write it as an escape in a "
           "double-quoted text, as in \"\\x1B\""},
       BrokenText{
           std::string("a: \0", 4),
           "f:1:4: control character 0x00 is not allowed in YAML; write it as an escape in a "
           "double-quoted text, as in \"\\x1B\""}});
}

TEST(BrokenYaml, ConflictMarkers) {
  const std::string hint =
      ": this line is a conflict marker of Git; resolve the conflict, and remove the lines with "
      "<<<<<<<, ======= and >>>>>>>";
  expect_each(
      {BrokenText{"tables:\n  a: 1\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> branch\n",
                  "f:3:1" + hint},
       BrokenText{"a: 1\r\n<<<<<<< HEAD\r\nb: 1\r\n=======\r\nb: 2\r\n>>>>>>> x\r\n",
                  "f:2:1" + hint},
       BrokenText{"a: 1\n=======\nb: 2\n", "f:2:1" + hint},
       BrokenText{"a: 1\n>>>>>>> branch\nb: 2\n", "f:2:1" + hint},
       BrokenText{"a: 1\n||||||| 5f1a\nb: 2\n", "f:2:1" + hint},
       BrokenText{"a: [\n<<<<<<< HEAD\n  b,\n=======\n  c,\n>>>>>>> branch\n]\n", "f:2:1" + hint},
       BrokenText{"a: \"b\n<<<<<<< HEAD\n  c\"\n=======\n  d\"\n>>>>>>> branch\nb: 1\n",
                  "f:2:1" + hint}});
  for (const char* text : {"a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> branch\nb: 1\n",
                           "a: b # <<<<<<< HEAD\n# =======\n", "a: \"\n=======\n\"\n"}) {
    EXPECT_EQ(node_complaint(text), "no error") << text;
  }
  EXPECT_EQ(node_complaint("a: 1\n======== b\nc: 2\n").find("conflict"), std::string::npos);
}

TEST(BrokenYaml, Syntax) {
  expect_each(
      {BrokenText{
           "ñ: b: c\n",
           "f:1:5: a ':' where no value can begin; text that holds ': ' needs quotes; a line "
           "before may lack its ':'"},
       BrokenText{
           "a: 1\nb\nc: 2\n",
           "f:3:2: a ':' where no value can begin; text that holds ': ' needs quotes; a line "
           "before may lack its ':'"},
       BrokenText{
           "a: [1, 2\nb: 3\n",
           "f:1:4: this '[' is not closed where line 2 goes on; add the ']', or a ',' that is "
           "missing between two entries"},
       BrokenText{
           "a: {x: 1 y: 2}\n",
           "f:1:4: this '{' is not closed where line 1 goes on; add the '}', or a ',' that is "
           "missing between two entries"},
       BrokenText{
           "a: ]\n",
           "f:1:4: a closing bracket without its opening one; text that begins with '}' or ']' "
           "needs quotes"},
       BrokenText{"a:\n  b: 1\n c: 2\n",
                  "f:3:2: this does not fit the mapping around it; check the indentation, and that "
                  "text with quotes in it is quoted as a whole"},
       BrokenText{"a: \"b\" c\n",
                  "f:1:8: this does not fit the mapping around it; check the indentation, and that "
                  "text with quotes in it is quoted as a whole"},
       BrokenText{"a:\n\tb: 3\n", "f:2:1: a tab is used to indent; YAML indents with spaces"},
       BrokenText{
           "a: @b\n",
           "f:1:4: this character cannot begin a text; text that begins with @, ` or % needs "
           "quotes"},
       BrokenText{
           "a: *x\n",
           "f:1:4: an alias for an anchor that does not exist; text that begins with '*' needs "
           "quotes"},
       BrokenText{"a: - b\n",
                  "f:1:4: a '- ' where no list can begin; begin the list on a line of its own"},
       BrokenText{"a: \"\\q\"\n", "f:1:7: unknown escape character: q"},
       BrokenText{"a: \"xx\nb: 3\n",
                  "f:1:4: this quotation mark is never closed; close it at the end of the text"},
       BrokenText{"a: {b: 'it''s}\n",
                  "f:1:8: this quotation mark is never closed; close it at the end of the text"},
       BrokenText{"a: &x 'b\n",
                  "f:1:4: this quotation mark is never closed; close it at the end of the text"}});
}

TEST(BrokenYaml, Meaning) {
  expect_each(
      {BrokenText{"a: 1\nb: 2\na: 3\nb: 4\n",
                  "f:3:1: key 'a' is used twice; the first one is on line 1\n"
                  "f:4:1: key 'b' is used twice; the first one is on line 2"},
       BrokenText{"x: {a: 1, \"a\": 3}\n",
                  "f:1:11: key 'a' is used twice; the first one is on line 1"},
       BrokenText{"a: 1\n---\nb: 2\n",
                  "f:2:1: a second YAML document begins here; put it into a separate file"},
       BrokenText{"? [a]\n: b\n",
                  "f:1:3: a key must be text; text that begins with '[' or '{' needs quotes"},
       BrokenText{"a: {: 1}\n", "f:1:5: the key before this ':' is missing"},
       BrokenText{"a: !ruby/object b\n", "f:1:4: unknown tag '!ruby/object'; leave it out"},
       BrokenText{"a: !!binary aGk=\n",
                  "f:1:4: unknown tag 'tag:yaml.org,2002:binary'; leave it out"},
       BrokenText{"a: &x [*x]\n", "f:1:8: this alias refers to a value that contains it"},
       BrokenText{"a:\n  <<: 3\n",
                  "f:2:3: '<<' takes a mapping or a list of mappings; as in <<: *name"},
       BrokenText{"a: {t: decimal(10,2), u: 1}\n",
                  "f:1:8: a comma ends the text 'decimal(10' here; inside { } and [ ] it needs "
                  "quotes: \"decimal(10,2)\""},
       BrokenText{"a: [f(x, y, z), b]\n",
                  "f:1:5: a comma ends the text 'f(x' here; inside { } and [ ] it needs quotes: "
                  "\"f(x,y,z)\""}});
}

TEST(Yaml, PositionsCountCharactersFromOne) {
  const Node node = parse_node("ñandú: [á, {b: \"🎉\", c: 日}]\n# c\nz:\n  - x\n");
  EXPECT_EQ(node.key(0).column, 1);
  const Node& list = node.value(0);
  EXPECT_EQ(list.line, 1);
  EXPECT_EQ(list.column, 8);
  EXPECT_EQ(list.children[0].column, 9);
  EXPECT_EQ(list.children[1].column, 12);
  EXPECT_EQ(list.children[1].value(0).column, 16);
  EXPECT_EQ(list.children[1].key(1).column, 21);
  EXPECT_EQ(list.children[1].value(1).column, 24);
  EXPECT_EQ(node.value(1).children[0].line, 4);
  EXPECT_EQ(node.value(1).children[0].column, 5);
}

TEST(Yaml, LineEndsAndByteOrderMarkDoNotCount) {
  const Node node = parse_node(
      "\xEF\xBB\xBF"
      "a: |\r\n  x\r\n  y\r\nb: 1\r\n");
  EXPECT_EQ(node.find("a")->text, "x\ny\n");
  EXPECT_EQ(node.key(1).line, 4);
  EXPECT_EQ(node.key(0).column, 1);
}

TEST(Yaml, KeysAreTextWhateverTheyLookLike) {
  const Node node = parse_node("null: 1\n~: 2\non: 3\n123: 4\n1.5: 5\ntrue: 6\n\"\": 7\n");
  const std::vector<std::string> keys{"null", "~", "on", "123", "1.5", "true", ""};
  ASSERT_EQ(node.entries(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(node.key(i).text, keys[i]);
    EXPECT_EQ(node.value(i).text, std::to_string(i + 1));
  }
}

TEST(Yaml, AQuestionMarkIsTextInsideBrackets) {
  const Node node = parse_node("a: {x: what?, y: [b?c, ?d]}\n");
  EXPECT_EQ(node.value(0).find("x")->text, "what?");
  EXPECT_EQ(node.value(0).find("y")->children[0].text, "b?c");
}

TEST(BrokenYaml, AMistakeIsNamedBesideAQuestionMark) {
  EXPECT_EQ(node_complaint("a: {x: what?}\na: 1\n"),
            "f:2:1: key 'a' is used twice; the first one is on line 1");
}

TEST(Yaml, EscapesOfLineEnds) {
  EXPECT_EQ(parse_node("a: \"\\u0085\\u00A0\\L\\P\"\n").value(0).text,
            "\xC2\x85\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9");
  // yaml-cpp makes single bytes of these two.
  EXPECT_EQ(
      node_complaint("a: \"\\N\\_\"\n"),
      "f:1:4: an escape that gives no valid character; write \\u0085 for \\N and \\u00A0 for \\_");
}

TEST(Yaml, NothingIsToldFromText) {
  const Node node = parse_node("a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\nf: !!str\ng: !!str 5\n");
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(node.find(key)->is_null()) << key;
  for (const char* key : {"d", "e", "f", "g"}) {
    EXPECT_TRUE(node.find(key)->is_scalar() && node.find(key)->quoted) << key;
  }
}

TEST(Yaml, AnEmptyValueStandsWhereItsKeyStands) {
  const Node node = parse_node("a:\n  b:\n\n\nc: 1\n");
  EXPECT_EQ(node.value(0).value(0).line, 2);
  EXPECT_EQ(node.value(0).value(0).column, 3);
}

TEST(Yaml, NoDocumentIsNothing) {
  for (const char* text :
       {"", "\n\n", "# only a comment\n", "---\n", "\xEF\xBB\xBF", "--- ~\n...\n"}) {
    EXPECT_TRUE(parse_node(text).is_null()) << text;
  }
}

TEST(Yaml, AliasesAndMergeKeys) {
  const Node node = parse_node(
      "base: &base {a: 1, b: 2}\n"
      "more: &more {b: 3, c: 4}\n"
      "same: *base\n"
      "one: {x: 0, <<: *base, b: 5}\n"
      "two: {<<: [*base, *more]}\n"
      "odd: {\"<<\": 6}\n");
  EXPECT_EQ(node.find("same")->find("b")->text, "2");
  const Node& one = *node.find("one");
  ASSERT_EQ(one.entries(), 3U);
  EXPECT_EQ(one.key(1).text, "a");
  EXPECT_EQ(one.find("b")->text, "5");
  const Node& two = *node.find("two");
  ASSERT_EQ(two.entries(), 3U);
  EXPECT_EQ(two.find("b")->text, "2");
  EXPECT_EQ(two.find("c")->text, "4");
  EXPECT_EQ(node.find("odd")->key(0).text, "<<");
}

TEST(Yaml, HostileNestingIsRefused) {
  const auto repeated = [](const std::string& s, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += s;
    return out;
  };
  for (const std::string& text :
       {repeated("[", 50000), repeated("{a: ", 50000), repeated("- ", 50000), repeated("[", 150)}) {
    EXPECT_NE(node_complaint(text).find("nested"), std::string::npos)
        << node_complaint(text).substr(0, 200);
  }
  std::string steps;
  for (int i = 0; i < 300; ++i) steps += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(node_complaint(steps), "f:101:101: nested deeper than 100 levels");
}

TEST(Yaml, AliasBombIsRefusedBeforeItExpands) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string previous = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) text += (k == 0 ? "" : ", ") + previous;
    text += "]\n";
  }
  EXPECT_NE(node_complaint(text).find("anchors and aliases expand to too many values"),
            std::string::npos);
}

TEST(Yaml, LongLinesAreReadInLinearTime) {
  std::string text = "a: [";
  for (int i = 0; i < 40000; ++i) text += "x, ";
  text += "y]\n";
  const auto start = std::chrono::steady_clock::now();
  const Node node = parse_node(text);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(node.value(0).children.size(), 40001U);
  EXPECT_EQ(node.value(0).children.back().column, 120005);
  // Quadratic counting of columns would take minutes.
  EXPECT_LT(taken.count(), 20);
}

}  // namespace
}  // namespace dbmig::yaml
