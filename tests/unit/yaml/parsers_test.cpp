// Two libraries read YAML here: what libyaml reads must be what yaml-cpp reads, to the position.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <functional>

#include "support.hpp"
#include "support/law.hpp"
#include "support/random_schema.hpp"
#include "yaml/model.hpp"
#include "yaml/parse_libyaml.hpp"
#include "yaml/parse_yaml_cpp.hpp"

namespace dbmig::yaml {
namespace {

/// Where nothing stands is anybody's guess.
std::string dump(const Node& node, int depth = 0) {
  if (node.is_null()) return fmt::format("{:{}}nothing\n", "", depth);
  std::string out = fmt::format("{:{}}{}:{} {}{} '{}'\n", "", depth, node.line, node.column,
                                kind_name(node), node.quoted ? " quoted" : "", node.text);
  for (const Node& child : node.children) out += dump(child, depth + 1);
  return out;
}

/// A tree, and what there is to say about it.
struct Reading {
  std::optional<Node> node;
  Diagnostics mistakes;

  bool is_clean() const { return node && mistakes.empty(); }
};

struct Readings {
  Reading libyaml;
  Reading yaml_cpp;
};

Readings read_twice(const std::string& text) {
  Diagnostics diagnostics;
  const auto clean = clean_text(text, "f", diagnostics);
  if (!clean) return {};
  Readings readings;
  readings.libyaml.node = parse_libyaml(*clean, "f", readings.libyaml.mistakes);
  readings.yaml_cpp.node = parse_yaml_cpp(*clean, "f", readings.yaml_cpp.mistakes);
  return readings;
}

/// Whether libyaml read it. Broken texts may be broken in another place for either.
bool expect_alike(const std::string& text) {
  const Readings readings = read_twice(text);
  // A file that is one text is refused, whatever it says.
  if (!readings.libyaml.node || readings.libyaml.node->is_scalar()) return false;
  if (readings.libyaml.is_clean() && readings.yaml_cpp.is_clean()) {
    EXPECT_EQ(dump(*readings.libyaml.node), dump(*readings.yaml_cpp.node)) << text;
  }
  return true;
}

TEST(TwoParsers, ReadOrdinaryTextsAlike) {
  for (const char* text :
       {"",
        "# nothing\n",
        "---\n",
        "--- ~\n...\n",
        "a",
        "a: 1\n",
        "a: 1\nb:\n- x\n- y: 2\n  z: [1, {c: d}, ]\n-\n- - deep\n  - er\n",
        "a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\nf: !!str\ng: !!str 5\nh: !!int '5'\ni: ! x\n",
        "null: 1\n~: 2\non: 3\n123: 4\n1.5: 5\ntrue: 6\n\"\": 7\n",
        "a: plain text\n  over lines\n\n  and more\nb: x\n",
        "a: 'single ''quoted''\n  over\n\n  lines'\nb: \"double \\\"quoted\\\" \\\n  over \\n "
        "lines\"\n",
        "a: |\n  literal\n   text\n\n  end\n\nb: >\n  folded\n  text\n\n  new\n   kept\n\nc: |-\n  "
        "x\nd: |+\n"
        "  x\n\ne: |2\n    y\nf: >-\n  one\n  two\n",
        "a: x # comment\n# comment\nb: 'x' # comment\nc: # comment\n  d: e#no\n",
        "? a\n: 1\n? b\n",
        "{a: 1, b: [x, 'y', \"z\"], c: {d: e}, f, g: , \"h\":1}\n",
        "a: [x y, 1:2, http://x/y, a:b]\n",
        "ñandú: [á, {b: \"🎉\", c: 日}]\n# ü\nz:\n  - x\n",
        "base: &base {a: 1, b: 2}\nmore: &more {b: 3}\nsame: *base\none: {x: 0, <<: *base}\n"
        "two: {<<: [*base, *more]}\ntwice: &base 3\nlast: *base\n",
        "a: &x\n  b: &y c\nd: *y\ne: [&z q, *z]\n",
        "  a: 1\n  b: 2\n",
        "a:   \n    b:   1   \n    c:\n        - 1\n        -    2\n",
        "a: \"\\x41\\u00e9\\U0001F389\\t\\e\\/\"\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: -1\nb: - 1\n",
        "a: 'x'\n\n\n",
        "sql: select 'a' from b where c = \"d\"\nt: decimal(10,2)\nu: (a, b)\n",
        "- a\n- b:\n    - c\n"}) {
    expect_alike(text);
  }
}

TEST(TwoParsers, OnlyYamlCppReadsWhatYaml11TakesForLineEnds) {
  for (const char* text : {"a: x\xC2\x85y\n", "a: 'x \xE2\x80\xA8 y'\n", "a: x\xE2\x80\xA9y\n",
                           "a: x\xEF\xBB\xBFy\n", "a: x\xC2\x80y\n"}) {
    const Readings readings = read_twice(text);
    EXPECT_FALSE(readings.libyaml.node) << text;
    EXPECT_TRUE(readings.yaml_cpp.node) << text;
  }
}

TEST(Law, TwoParsersReadModelsAlike) {
  test::RandomOptions options;
  options.generated_columns = true;
  options.views = true;
  options.triggers = true;
  for (std::uint64_t seed = 0; seed < test::law_seeds(200); ++seed) {
    test::RandomSource random(seed);
    const std::string text =
        print_model(test::decorated(test::random_schema(seed, options), random));
    ASSERT_TRUE(expect_alike(text)) << "seed " << seed << "\n" << text;
  }
}

TEST(Law, TwoParsersReadDamagedModelsAlike) {
  test::RandomOptions options;
  options.max_tables = 1;
  options.max_columns = 3;
  int read = 0;
  for (std::uint64_t seed = 0; seed < test::law_seeds(2000); ++seed) {
    test::RandomSource random(seed);
    read += expect_alike(test::damaged(
        print_model(test::decorated(test::random_schema(seed % 50, options), random)), random));
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GE(read, test::law_seeds(2000) / 20);
}

}  // namespace
}  // namespace dbmig::yaml
