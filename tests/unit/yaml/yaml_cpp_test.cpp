// What yaml-cpp reads otherwise than people write, and that its nodes stand where their text does.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>

#include "base/text.hpp"
#include "support.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"
#include "yaml/model.hpp"
#include "yaml/node.hpp"

namespace dbmig::yaml {
namespace {

Node read_node(const std::string& text) {
  Diagnostics diagnostics;
  const auto node = parse_yaml(text, "f", diagnostics);
  EXPECT_TRUE(node && diagnostics.empty())
      << text << (diagnostics.empty() ? "" : to_string(diagnostics.list().front()));
  return node ? *node : Node{};
}

std::string mistake(const std::string& text) {
  Diagnostics diagnostics;
  parse_yaml(text, "f", diagnostics);
  return diagnostics.empty() ? "none" : to_string(diagnostics.list().front());
}

/// In one line: texts in quotes, lists and mappings as JSON has them.
std::string in_one_line(const Node& node) {
  if (node.is_null()) return "-";
  if (node.is_scalar()) return '\'' + text::replace_all(node.text, "\n", "\\n") + '\'';
  std::string out;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i != 0) out += node.is_mapping() && i % 2 == 1 ? ": " : ", ";
    out += in_one_line(node.children[i]);
  }
  return node.is_mapping() ? '{' + out + '}' : '[' + out + ']';
}

TEST(YamlCpp, ReadsOrdinaryTexts) {
  struct Case {
    const char* text;
    const char* nodes;
  };
  for (const Case& one :
       {Case{"a: 1\nb:\n- x\n- y: 2\n  z: [1, {c: d}, ]\n-\n- - deep\n  - er\n",
             "{'a': '1', 'b': ['x', {'y': '2', 'z': ['1', {'c': 'd'}]}, -, ['deep', 'er']]}"},
        {"a: plain text\n  over lines\n\n  and more\nb: x\n",
         "{'a': 'plain text over lines\\nand more', 'b': 'x'}"},
        {"a: 'single ''quoted''\n  over\n\n  lines'\nb: \"double \\\"quoted\\\" \\\n  over \\n "
         "lines\"\n",
         "{'a': 'single 'quoted' over\\nlines', 'b': 'double \"quoted\" over \\n lines'}"},
        {"a: |\n  literal\n   text\n\n  end\n\nb: >\n  folded\n  text\n\n  new\n   kept\n\nc: |-\n "
         " x\nd: |+\n  x\n\ne: |2\n    y\nf: >-\n  one\n  two\n",
         "{'a': 'literal\\n text\\n\\nend\\n', 'b': 'folded text\\nnew\\n kept\\n', 'c': 'x', 'd': "
         "'x\\n\\n', 'e': '  y\\n', 'f': 'one two'}"},
        {"a: x # comment\n# comment\nb: 'x' # comment\nc: # comment\n  d: e#no\n",
         "{'a': 'x', 'b': 'x', 'c': {'d': 'e#no'}}"},
        {"? a\n: 1\n? b\n", "{'a': '1', 'b': -}"},
        {"{a: 1, b: [x, 'y', \"z\"], c: {d: e}, f, g: , \"h\":1}\n",
         "{'a': '1', 'b': ['x', 'y', 'z'], 'c': {'d': 'e'}, 'f': -, 'g': -, 'h': '1'}"},
        {"a: [x y, 1:2, http://x/y, a:b]\n", "{'a': ['x y', '1:2', 'http://x/y', 'a:b']}"},
        {"a: &x\n  b: &y c\nd: *y\ne: [&z q, *z]\n",
         "{'a': {'b': 'c'}, 'd': 'c', 'e': ['q', 'q']}"},
        {"a: &x 1\nb: &x 2\nc: *x\n", "{'a': '1', 'b': '2', 'c': '2'}"},
        {"%YAML 1.2\n---\na: 1\n...\n", "{'a': '1'}"},
        {"sql: select 'a' from b where c = \"d\"\nt: decimal(10,2)\n",
         "{'sql': 'select 'a' from b where c = \"d\"', 't': 'decimal(10,2)'}"},
        {"a: x\xE2\x80\xA9y\n", "{'a': 'x\xE2\x80\xA9y'}"}}) {
    EXPECT_EQ(in_one_line(read_node(one.text)), one.nodes) << one.text;
  }
}

TEST(YamlCpp, WhatItCannotReadIsSaidInWordsWithAPlace) {
  struct Case {
    std::string text;
    const char* says;
  };
  for (const Case& one : std::vector<Case>{
           {"a:\n\tb: 1\n", "f:2:1: a tab is used to indent; YAML indents with spaces"},
           {"a: 1\n---\nb: 2\n",
            "f:2:1: a second YAML document begins here; put it into a separate file"},
           {"a: {b - ? c}\n",
            "f:1:9: a '?' ends the text here; inside { } and [ ] text that holds a '?' needs "
            "quotes"},
           {"a: {b\n}\n",
            "f:1:4: this '{' is not closed where line 1 goes on; add the '}', or a ',' that is "
            "missing between two entries"},
           {"a: !!" + std::string(200, 'y') + " x\n",
            "f:1:4: unknown tag "
            "'tag:yaml.org,2002:yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...'; leave it out"}}) {
    EXPECT_EQ(mistake(one.text), one.says) << one.text;
  }
}

/// Neither the stack nor time that grows with the square of the size; a few megabytes of each.
TEST(YamlCpp, NoTextIsTooDeepOrTooLong) {
  const auto repeated = [](std::string_view part, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += part;
    return out;
  };
  for (const char* part : {"[", "{", "{[", "- ", "? ", "- ? ", "{a: "}) {
    EXPECT_NE(mistake(repeated(part, 200'000)).find("nested deeper than 100 levels"),
              std::string::npos)
        << part;
  }
  for (const std::string& text :
       {"a: " + repeated("word ", 100'000) + '\n', "# " + repeated("x", 500'000) + "\na: 1\n",
        repeated("\n", 500'000) + "a: 1\n", "a:\n" + repeated("  word ?\n", 50'000),
        "a: [" + repeated("what?, ", 50'000) + "]\n"}) {
    EXPECT_EQ(read_node(text).entries(), 1U);
  }
}

/// Nodes whose text does not stand at their position.
void expect_in_place(const Node& node, const std::vector<std::string_view>& lines) {
  if (node.is_scalar() && !node.text.empty()) {
    ASSERT_LE(static_cast<std::size_t>(node.line), lines.size());
    std::string_view rest = lines[static_cast<std::size_t>(node.line) - 1];
    for (int i = 1; i < node.column && !rest.empty(); ++i) {
      rest.remove_prefix(1);
      while (!rest.empty() && (static_cast<unsigned char>(rest[0]) & 0xC0U) == 0x80U) {
        rest.remove_prefix(1);
      }
    }
    ASSERT_FALSE(rest.empty());
    const bool begins = node.quoted ? std::string_view("'\"|>!").find(rest[0]) != rest.npos
                                    : rest.starts_with(node.text);
    EXPECT_TRUE(begins) << node.line << ":" << node.column << " '" << node.text << "'";
  }
  for (const Node& child : node.children) expect_in_place(child, lines);
}

TEST(Property, ScalarsStandWhereTheirTextStands) {
  test::RandomOptions options;
  options.generated_columns = true;
  options.views = true;
  options.triggers = true;
  for (std::uint64_t seed = 0; seed < test::property_seeds(200); ++seed) {
    test::RandomSource random(seed);
    const std::string text =
        print_model(test::decorated(test::random_schema(seed, options), random));
    std::vector<std::string_view> lines;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
      lines.push_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    expect_in_place(read_node(text), lines);
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed << "\n" << text;
  }
}

TEST(Property, AQuestionMarkInATextIsText) {
  const std::array<std::string, 7> pieces{"a", "b?", "?c", "??", "?", "d?e", "(?)"};
  for (std::uint64_t seed = 0; seed < test::property_seeds(500); ++seed) {
    test::RandomSource random(seed);
    std::vector<std::string> words;
    for (int i = 0; i < 4; ++i) {
      std::string word = pieces[random.below(4)];
      for (std::size_t n = random.below(3); n > 0; --n) {
        word += ' ' + pieces[random.below(pieces.size())];
      }
      words.push_back(word);
    }
    const std::string text = fmt::format(
        "a: [{0}, {1}]\nb: {{k: {2}, {3} x: y}}\nc: {0}\nd:\n- {1}\n- k: {2}\n{3} y: z\n", words[0],
        words[1], words[2], words[3]);
    const Node node = read_node(text);
    ASSERT_EQ(node.entries(), 5U) << text;
    EXPECT_EQ(node.value(0).children.at(0).text, words[0]) << text;
    EXPECT_EQ(node.value(0).children.at(1).text, words[1]) << text;
    EXPECT_EQ(node.value(1).value(0).text, words[2]) << text;
    EXPECT_EQ(node.value(1).key(1).text, words[3] + " x") << text;
    EXPECT_EQ(node.value(2).text, words[0]) << text;
    EXPECT_EQ(node.value(3).children.at(0).text, words[1]) << text;
    EXPECT_EQ(node.value(3).children.at(1).value(0).text, words[2]) << text;
    EXPECT_EQ(node.key(4).text, words[3] + " y") << text;
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace dbmig::yaml
