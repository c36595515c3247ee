// What the page and the other formats make of names and texts, whatever they hold.

#include "diagram/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "diagram/choice.hpp"
#include "diagram/document.hpp"
#include "diagram/formats.hpp"
#include "diagram/revisions.hpp"
#include "diagram/saved_layout.hpp"
#include "diagram/svg.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"

namespace dbmig::diagram {
namespace {

using testing::Not;

/// As gmock's, without printing a whole page when it fails.
MATCHER_P(HasSubstr, part, "") {
  *result_listener << "looking for " << part;
  return std::string(arg).find(part) != std::string::npos;
}
using Json = nlohmann::json;

const std::string kHostile = "</script><!--<script>alert(1)</script>\"'&|`\\{{x}}]]>";

schema::Table table(const std::string& name, const std::vector<std::string>& columns) {
  schema::Table table;
  table.name = name;
  for (const std::string& column : columns) {
    schema::Column one;
    one.name = column;
    one.nullable = column != "id";
    table.columns.push_back(one);
  }
  schema::PrimaryKey key;
  key.columns = {columns.front()};
  table.primary_key = key;
  return table;
}

void refer(schema::Table& child, const std::string& column, const std::string& parent) {
  schema::ForeignKey key;
  key.name = "fk_" + child.name + "_" + parent;
  key.columns = {column};
  key.referenced_table = parent;
  key.referenced_columns = {"id"};
  child.foreign_keys.push_back(key);
}

/// a ← b ← c ← d, and e alone.
schema::Schema chain() {
  schema::Schema schema;
  for (const std::string name : {"a", "b", "c", "d", "e"}) {
    schema.tables.emplace(name, table(name, {"id", "parent"}));
  }
  refer(schema.table("b"), "parent", "a");
  refer(schema.table("c"), "parent", "b");
  refer(schema.table("d"), "parent", "c");
  return schema;
}

schema::Schema hostile_schema() {
  schema::Schema schema;
  schema::Table one = table(kHostile, {"id", kHostile});
  one.comment = kHostile;
  one.columns.front().comment = kHostile + "\n\x01";
  schema.tables.emplace(one.name, one);
  schema::Table two = table("<script>", {"id", "x"});
  refer(two, "x", kHostile);
  schema.tables.emplace(two.name, two);
  schema::View view;
  view.name = kHostile;
  view.sql.any = "SELECT '" + kHostile + "'";
  schema.views.emplace(view.name, view);
  return schema;
}

PageData data_of(schema::Schema schema) {
  PageData data;
  data.title = "Shop " + kHostile;
  data.subject = "model";
  data.schema = std::move(schema);
  return data;
}

/// The JSON in a page: what stands in <script id="data">.
Json json_in(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return Json::parse(page.substr(from, page.find("</script>", from) - from));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(Page, NothingThatASchemaHoldsLeavesItsPlace) {
  const std::string empty = page(data_of({}));
  const std::string text = page(data_of(hostile_schema()));
  // As many scripts and comments as without it, and its texts come back as they were.
  EXPECT_EQ(count(text, "<script"), count(empty, "<script"));
  EXPECT_EQ(count(text, "</script"), count(empty, "</script"));
  EXPECT_EQ(count(text, "<!--"), 1U);
  EXPECT_THAT(text, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(text, HasSubstr("<title>Shop &lt;/script&gt;"));
  const Json json = json_in(text);
  EXPECT_EQ(json.at("title"), "Shop " + kHostile);
  EXPECT_TRUE(json.at("schema").contains(kHostile));
  EXPECT_EQ(json.at("views").at(0).at("name"), kHostile);
}

TEST(Page, LoadsNothingAndRunsNothingElse) {
  PageData data = data_of(chain());
  data.title = "Shop";
  const std::string text = page(data);
  EXPECT_THAT(text, HasSubstr("default-src &apos;none&apos;; style-src &apos;sha256-"));
  EXPECT_THAT(text, Not(HasSubstr("src=")));
  EXPECT_THAT(text, Not(HasSubstr("<link")));
  EXPECT_EQ(count(text, "{{"), 0U);
  EXPECT_TRUE(is_made_by_us(text));
  EXPECT_EQ(count(std::string(page_script()), "</script"), 0U);
}

TEST(Page, ALivePageHasItsPartsElsewhere) {
  PageOptions options;
  options.live = "/api/schema?x=\"1\"";
  options.style_path = "/page.css";
  options.script_paths = {"/page.js", "/serve.js"};
  const std::string text = page(data_of(chain()), options);
  EXPECT_THAT(text, HasSubstr("data-live=\"/api/schema?x=&quot;1&quot;\""));
  EXPECT_THAT(text, HasSubstr("<script src=\"/page.js\"></script>\n<script src=\"/serve.js\">"));
  EXPECT_THAT(text, Not(HasSubstr("<style")));
  EXPECT_THAT(text, Not(HasSubstr("id=\"data\"")));
}

TEST(Page, TheSameSchemaGivesTheSameBytes) {
  EXPECT_EQ(page(data_of(chain())), page(data_of(chain())));
}

/// What the page's JSON says a schema was: name → columns' names.
std::map<std::string, std::vector<std::string>> schema_at(const Json& json, std::size_t revision) {
  std::vector<std::size_t> path{revision};
  while (json["revisions"][path.back()].contains("base")) {
    path.push_back(json["revisions"][path.back()]["base"].get<std::size_t>());
  }
  std::map<std::string, std::vector<std::string>> tables;
  const auto apply = [&](const Json& changes) {
    for (const auto& [name, version] : changes.items()) {
      tables.erase(name);
      if (version.is_null()) continue;
      for (const Json& column : json["tables"][version.get<std::size_t>()]["columns"]) {
        tables[name].push_back(json["columns"][column.get<std::size_t>()]["name"]);
      }
    }
  };
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    if (json["revisions"][*step].contains("before")) apply(json["revisions"][*step]["before"]);
    apply(json["revisions"][*step]["tables"]);
  }
  return tables;
}

history::Revision revision(const std::string& id, std::vector<std::string> parents,
                           std::vector<ops::Operation> upgrade) {
  history::Revision one;
  one.id = id;
  one.parents = std::move(parents);
  one.message = "message of " + id;
  one.created = "2026-01-01T00:00:0" + id.substr(1) + "Z";
  one.upgrade = std::move(upgrade);
  return one;
}

TEST(History, TheSchemaAtEveryRevisionIsWhatTheRevisionsAddUpTo) {
  schema::Column extra;
  extra.name = "extra";
  std::vector<history::Revision> revisions{
      revision("r1", {}, {ops::CreateTable{table("a", {"id"})}}),
      revision("r2", {"r1"}, {ops::AddColumn{"a", extra, {}}}),
      revision("r3", {"r1"}, {ops::CreateTable{table("b", {"id"})}}),
      revision("r4", {"r2", "r3"}, {ops::RenameTable{"b", "c"}}),
      revision("r5", {"r4"}, {ops::DropTable{"a"}}),
      revision("r6", {}, {ops::CreateTable{table("z", {"id"})}}),
  };
  revisions.back().depends_on = {"r5"};
  PageData data = data_of({});
  data.history = history::Graph(revisions);
  const Json json = Json::parse(page_json(data));
  ASSERT_EQ(json["revisions"].size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    const std::string id = json["revisions"][i]["id"];
    const schema::Schema folded = data.history->fold({id});
    std::map<std::string, std::vector<std::string>> expected;
    for (const auto& [name, one] : folded.tables) expected[name] = one.column_names();
    EXPECT_EQ(schema_at(json, i), expected) << id;
  }
  const auto at = [&](const std::string& id) {
    for (const Json& one : json["revisions"]) {
      if (one["id"] == id) return one;
    }
    return Json();
  };
  EXPECT_EQ(at("r4")["renamed"], Json({{"c", "b"}}));
  EXPECT_EQ(at("r5")["tables"], Json({{"a", nullptr}}));
}

TEST(History, ARevisionThatReplacesOthersStandsInTheirPlace) {
  constexpr int kLast = 40;
  std::vector<history::Revision> all;
  for (int i = 1; i <= kLast; ++i) {
    const std::string id = "r" + std::to_string(i);
    all.push_back(revision(id, i == 1 ? std::vector<std::string>() : std::vector{all.back().id},
                           {ops::CreateTable{table("t" + std::to_string(i), {"id"})}}));
  }
  const std::size_t expected = history::Graph(all).fold().tables.size();
  // Every range, and its files there or deleted.
  for (const auto& [first, last] : std::vector<std::pair<int, int>>{
           {1, kLast}, {1, kLast / 2}, {kLast / 2, kLast}, {2, kLast - 1}, {7, 7}}) {
    history::Revision squash = revision("s0", all[static_cast<std::size_t>(first) - 1].parents, {});
    std::vector<history::Revision> rest;
    for (int i = 1; i <= kLast; ++i) {
      const history::Revision& one = all[static_cast<std::size_t>(i) - 1];
      if (i < first || i > last) {
        rest.push_back(one);
        continue;
      }
      squash.replaces.push_back({one.id, one.checksum.get()});
      squash.upgrade.push_back(one.upgrade.front());
    }
    for (const bool files_are_there : {true, false}) {
      std::vector<history::Revision> revisions = files_are_there ? all : rest;
      revisions.push_back(squash);
      PageData data = data_of({});
      data.history = history::Graph(std::move(revisions));
      const Json json = Json::parse(page_json(data));
      ASSERT_EQ(json["revisions"].size(), rest.size() + 1);
      EXPECT_EQ(
          json.dump().find("\"replaces\":" + std::to_string(last - first + 1)) != std::string::npos,
          true);
      std::size_t head = 0;
      for (std::size_t i = 0; i < json["revisions"].size(); ++i) {
        if (json["revisions"][i].contains("head")) head = i;
      }
      EXPECT_EQ(schema_at(json, head).size(), expected) << first << ".." << last;
    }
  }
}

TEST(History, LanesKeepBranchesApart) {
  // 0 ← 1 ← 3 ← 4(merge), 0 ← 2 ← 4
  EXPECT_EQ(lanes_of({{}, {0}, {0}, {1}, {3, 2}}), (std::vector<std::size_t>{0, 0, 1, 0, 0}));
  EXPECT_EQ(lanes_of({{}, {}, {0}, {1}}), (std::vector<std::size_t>{0, 1, 0, 1}));
  EXPECT_TRUE(lanes_of({}).empty());
}

TEST(Against, WhatDiffersIsNamedByTable) {
  PageData data = data_of(chain());
  schema::Schema other = chain();
  other.tables.erase("e");
  other.tables.emplace("f", table("f", {"id"}));
  other.table("a").comment = "changed";
  data.against = {"database", other};
  const Json json = Json::parse(page_json(data));
  const Json& changes = json["against"]["tables"];
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_TRUE(changes["e"].is_null());
  EXPECT_EQ(json["tables"][changes["a"].get<std::size_t>()]["comment"], "changed");
  EXPECT_TRUE(changes.contains("f"));
  // What is only there has its place too.
  EXPECT_THAT(json["places"].get<std::vector<std::string>>(), testing::Contains("f"));
  // Where it leads is said: from the page's schema there, or from there to the page's.
  EXPECT_FALSE(json["against"].contains("origin"));
  data.against->is_origin = true;
  EXPECT_EQ(Json::parse(page_json(data))["against"]["origin"], true);
}

TEST(Choice, PatternsExclusionsAndDistance) {
  const schema::Schema schema = chain();
  const auto names = [&](const Choice& choice) { return chosen_tables(schema, choice); };
  using Names = std::set<std::string>;
  EXPECT_EQ(names({}), (Names{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(names({{"b"}, {}, 0}), (Names{"b"}));
  EXPECT_EQ(names({{"b"}, {}, 1}), (Names{"a", "b", "c"}));
  EXPECT_EQ(names({{"b"}, {}, 2}), (Names{"a", "b", "c", "d"}));
  EXPECT_EQ(names({{"b"}, {"c"}, 5}), (Names{"a", "b"}));
  EXPECT_EQ(names({{"[ab]"}, {}, 0}), (Names{"a", "b"}));
  EXPECT_EQ(names({{}, {"[ab]"}, 0}), (Names{"c", "d", "e"}));
  EXPECT_THROW(names({{"nothing"}, {}, 0}), Error);
  EXPECT_THROW(names({{}, {"nothing"}, 0}), Error);
  const schema::Schema part = only_tables(schema, {"b", "c"});
  EXPECT_EQ(part.tables.size(), 2U);
  EXPECT_EQ(references_of(part).size(), 1U);
}

TEST(SavedLayout, IsReadBack) {
  const SavedLayout layout = parse_layout(
      "detail: keys\ngroups:\n  \"billing\": [\"inv*\", payment]\ntables:\n  \"a b\": [12, -40]\n",
      "x.yaml");
  EXPECT_EQ(layout.detail, Detail::keys);
  EXPECT_EQ(layout.tables.at("a b"), (Point{12, -40}));
  ASSERT_EQ(layout.groups.size(), 1U);
  EXPECT_EQ(layout.groups[0].second, (std::vector<std::string>{"inv*", "payment"}));
  EXPECT_TRUE(parse_layout("", "x.yaml").empty());
  EXPECT_TRUE(parse_layout("tables: {}\n", "x.yaml").empty());
}

TEST(SavedLayout, MistakesAreNamedWithTheirPlace) {
  try {
    parse_layout("detial: keys\ntables:\n  a: [1]\n  b: [1, two]\n  c: 4\n", "x.yaml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.diagnostics().size(), 4U);
    EXPECT_THAT(error.what(), HasSubstr("x.yaml:1:1: "));
    EXPECT_THAT(error.what(), HasSubstr("x.yaml:4:10: "));
  }
}

TEST(Svg, IsWellFormedWhateverTheSchemaHolds) {
  const std::string svg = to_svg(draw(hostile_schema(), Detail::columns), kHostile);
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_EQ(count(svg, "<!--"), 1U);
  EXPECT_EQ(count(svg, "<g"), count(svg, "</g>"));
  for (const char c : svg) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
}

TEST(Svg, ChangesAreInColour) {
  schema::Schema after = chain();
  after.tables.erase("e");
  after.tables.emplace("f", table("f", {"id"}));
  schema::Column extra;
  extra.name = "extra";
  after.table("a").columns.push_back(extra);
  const std::string svg = change_to_svg(chain(), after, "a change");
  EXPECT_THAT(svg, HasSubstr("class=\"added\"><title>f</title>"));
  EXPECT_THAT(svg, HasSubstr("class=\"removed\"><title>e</title>"));
  EXPECT_THAT(svg, HasSubstr("class=\"changed\"><title>a</title>"));
  EXPECT_THAT(svg, HasSubstr("class=\"column added\""));
  EXPECT_THAT(svg, HasSubstr("<title>b</title>"));       // beside a
  EXPECT_THAT(svg, Not(HasSubstr("<title>d</title>")));  // farther
}

TEST(Formats, MermaidIsCutBelowItsLimitAndLosesNothing) {
  schema::Schema schema;
  for (int i = 0; i < 60; ++i) {
    schema::Table one = table("t" + std::to_string(i), {"id", "parent", "name"});
    if (i > 0) refer(one, "parent", "t" + std::to_string(i / 2));
    schema.tables.emplace(one.name, one);
  }
  const std::vector<std::string> parts = to_mermaid(schema, "x", 1500);
  EXPECT_GT(parts.size(), 3U);
  std::size_t tables = 0;
  std::size_t references = 0;
  for (const std::string& part : parts) {
    EXPECT_LE(part.size(), 1500U);
    EXPECT_TRUE(is_made_by_us(part));
    tables += count(part, "\" {\n");
    references += count(part, "--");
  }
  EXPECT_EQ(tables, 60U);
  EXPECT_EQ(references, 59U);
  EXPECT_EQ(to_mermaid(schema, "x").size(), 1U);
}

/// Every format over random schemas with odd names: the mark is there, one line stays one line.
TEST(Formats, AreMadeOfEveryRandomSchema) {
  const std::uint64_t seeds = test::property_seeds(40);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const schema::Schema schema = test::random_schema(seed);
    PageData data = data_of(schema);
    for (const std::string& name : format_names()) {
      const auto texts = documents(data, *parse_format(name));
      ASSERT_EQ(texts.size(), 1U);
      EXPECT_TRUE(is_made_by_us(texts[0])) << name << " of seed " << seed;
      EXPECT_FALSE(text::find_invalid_utf8(texts[0])) << name << " of seed " << seed;
      EXPECT_EQ(documents(data, *parse_format(name)), texts) << name << " of seed " << seed;
      // Each column on a line of its own: no name breaks one.
      std::size_t columns = 0;
      for (const auto& [own, one] : schema.tables) columns += one.columns.size();
      if (name == "mermaid") {
        EXPECT_EQ(count(texts[0], "\n    "), columns) << seed;
      }
      if (name == "dot") {
        EXPECT_EQ(count(texts[0], "<TR>"), columns + schema.tables.size());
      }
    }
  }
}

TEST(Formats, AreToldFromTheFilesName) {
  EXPECT_EQ(format_of("a/b.HTML"), Format::html);
  EXPECT_EQ(format_of("schema.mmd"), Format::mermaid);
  EXPECT_EQ(format_of("README.md"), Format::markdown);
  EXPECT_FALSE(format_of("schema"));
  EXPECT_FALSE(format_of("schema.png"));
  EXPECT_EQ(document_paths("d/s.mmd", 3)[2], "d/s-3.mmd");
}

}  // namespace
}  // namespace dbmig::diagram
