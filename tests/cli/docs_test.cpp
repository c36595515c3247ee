// `dbmig docs` and `dbmig show --diagram`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/harness.hpp"
#include "support/source_path.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

constexpr const char* kDocsModel = R"(
tables:
  customer:
    columns: {id: integer, name: varchar(40)}
    primary_key: [id]
  orders:
    columns: {id: integer, customer_id: integer}
    primary_key: [id]
    foreign_keys: {fk: {columns: [customer_id], references: customer(id)}}
)";

class DocsTest : public testing::Test {
 protected:
  void SetUp() override {
    project.start();
    project.write("dbmig.yaml", "database: sqlite:///app.db\ndialects: [sqlite]\n");
    project.model(kDocsModel);
  }
  Json data(const std::string& file = "schema.html") const {
    const std::string page = project.read(file);
    const std::string begin = "id=\"data\">";
    const std::size_t from = page.find(begin) + begin.size();
    return Json::parse(page.substr(from, page.find("</script>", from) - from));
  }
  Project project;
};

TEST_F(DocsTest, ThePageIsWrittenOnceAndIsTheSameAgain) {
  EXPECT_THAT(project.expect(0, {"docs"}).err, HasSubstr("Generating schema.html ...  done"));
  const std::string first = project.read("schema.html");
  EXPECT_THAT(project.expect(0, {"docs"}).err, HasSubstr("schema.html is up to date."));
  EXPECT_EQ(project.read("schema.html"), first);
  project.expect(0, {"docs", "--check"});
  EXPECT_EQ(data()["places"], Json({"customer", "orders"}));
  // Nothing of the machine is in it: another folder gives the same bytes.
  Project other;
  other.start();
  other.write("dbmig.yaml", "database: sqlite:///app.db\ndialects: [sqlite]\n");
  other.model(kDocsModel);
  other.expect(0, {"docs"});
  EXPECT_EQ(other.read("schema.html"), first);
}

TEST_F(DocsTest, ThePictureOfTheExampleIsCurrent) {
  Project example;
  std::filesystem::copy(test::source_path("examples/shop"), example.path(),
                        std::filesystem::copy_options::recursive);
  EXPECT_THAT(example.expect(0, {"docs", "-o", "schema.svg", "--check"}).err,
              HasSubstr("schema.svg is up to date."));
  // Its model is what its revisions add up to.
  example.expect(0, {"check", "--offline"});
  example.write("schemas/shop.yaml",
                example.read("schemas/shop.yaml") + "\n  extra:\n    columns: {id: integer}\n");
  example.expect(3, {"docs", "-o", "schema.svg", "--check"});
}

TEST_F(DocsTest, ADatabaseWithoutAProjectIsDrawnInEveryFormat) {
  project.expect(0, {"migrate", "-m", "t", "--no-proof"});
  project.expect(0, {"upgrade"});
  const std::string url = "sqlite:///" + (project.path() / "app.db").string();
  const Project elsewhere;  // no dbmig.yaml
  for (const char* file : {"s.html", "s.svg", "s.dot", "s.mmd", "s.puml", "s.dbml", "s.md"}) {
    const Result made = elsewhere.expect(0, {"docs", "--from", url, "-o", file});
    EXPECT_THAT(made.err, HasSubstr(file));
    elsewhere.expect(0, {"docs", "--from", url, "-o", file, "--check"});
    EXPECT_THAT(elsewhere.read(file), HasSubstr("customer")) << file;
  }
}

TEST_F(DocsTest, CheckTellsWhatIsOutOfDateAndWritesNothing) {
  EXPECT_THAT(project.expect(3, {"docs", "--check"}).out, HasSubstr("schema.html is out of date"));
  EXPECT_FALSE(std::filesystem::exists(project.path() / "schema.html"));
  project.expect(0, {"docs"});
  const std::string before = project.read("schema.html");
  project.migrate("1a01", "first");
  EXPECT_EQ(project.expect(3, {"docs", "--check", "--json"}).json()["up_to_date"], false);
  EXPECT_EQ(project.read("schema.html"), before);
  project.expect(2, {"docs", "--check", "--format", "svg"});
}

TEST_F(DocsTest, AFileOfOthersStaysUnlessForced) {
  project.write("schema.html", "mine");
  const Result result = project.expect(4, {"docs"});
  EXPECT_THAT(result.err, HasSubstr("schema.html was not made by `dbmig docs`"));
  EXPECT_THAT(result.err, HasSubstr("--force"));
  EXPECT_EQ(project.read("schema.html"), "mine");
  project.expect(0, {"docs", "--force"});
  project.expect(0, {"docs"});
}

TEST_F(DocsTest, EveryFormatGoesToStdoutOrAFile) {
  const std::map<std::string, std::string> begins{
      {"svg", "<svg "},          {"dot", "digraph schema {"},  {"mermaid", "erDiagram\n"},
      {"plantuml", "@startuml"}, {"dbml", "Table \"orders\""}, {"markdown", "## orders"},
  };
  for (const auto& [format, text] : begins) {
    const Result result = project.expect(0, {"docs", "--format", format});
    EXPECT_THAT(result.out, HasSubstr(text)) << format;
    EXPECT_EQ(project.expect(0, {"docs", "--format", format, "--json"}).json()["text"], result.out);
  }
  project.expect(0, {"docs", "-o", "schema.md"});
  EXPECT_THAT(project.read("schema.md"), HasSubstr("```mermaid"));
  EXPECT_THAT(project.expect(2, {"docs", "--format", "svgg"}).err,
              HasSubstr("did you mean 'svg'?"));
  project.expect(2, {"docs", "-o", "schema"});
}

TEST_F(DocsTest, TablesAreChosen) {
  const auto tables = [&](Project::Arguments arguments) {
    arguments.insert(arguments.begin(), {"docs", "--format", "dot", "--json"});
    return project.expect(0, arguments).json()["tables"].get<int>();
  };
  EXPECT_EQ(tables({"--tables", "orders"}), 1);
  EXPECT_EQ(tables({"--tables", "ord*", "--distance", "1"}), 2);
  EXPECT_EQ(tables({"--exclude", "orders,nothing*", "--tables", "customer,orders"}), 1);
}

TEST_F(DocsTest, WhatIsTypedWrongIsNamed) {
  EXPECT_THAT(project.expect(1, {"docs", "--tables", "ordres"}).err,
              HasSubstr("no table matches 'ordres'; did you mean 'orders'?"));
  project.expect(2, {"docs", "--distance", "1"});
  project.expect(2, {"docs", "--detail", "much"});
  project.expect(1, {"docs", "--from", "nowhere"});
  project.expect(1, {"docs", "--layout", "none.yaml"});
  project.write("schema.layout.yaml", "tables:\n  customer: 12\n");
  EXPECT_THAT(project.expect(1, {"docs"}).err, HasSubstr("schema.layout.yaml:2:13: "));
}

TEST_F(DocsTest, AnArrangementBesideThePageIsInForce) {
  project.write("schema.layout.yaml", "detail: columns\ntables:\n  customer: [700, 30]\n");
  project.expect(0, {"docs"});
  const Json json = data();
  EXPECT_EQ(json["layouts"]["columns"]["boxes"][0][0], 700);
  EXPECT_NE(json["layouts"]["names"]["boxes"][0][0], 700);
  EXPECT_EQ(json["pinned"]["tables"]["customer"], Json({700, 30}));
}

TEST_F(DocsTest, HistoryFindingsAndTheSchemaAtARevision) {
  project.migrate("1a01", "first");
  project.model(std::string(kDocsModel) +
                "  extra:\n    columns: {id: integer}\n    primary_key: [id]\n");
  project.migrate("2b02", "second");
  project.expect(0, {"docs"});
  const Json revisions = data()["revisions"];
  ASSERT_EQ(revisions.size(), 2U);
  EXPECT_EQ(revisions[1]["base"], 0);
  EXPECT_TRUE(revisions[1]["tables"].contains("extra"));
  EXPECT_EQ(revisions[1]["tables"].size(), 1U);
  project.expect(0, {"docs", "--from", "1a01", "-o", "old.html"});
  EXPECT_EQ(data("old.html")["subject"], "revision 1a01");
  EXPECT_EQ(data("old.html")["places"], Json({"customer", "orders"}));
  const Result svg = project.expect(0, {"show", "2b02", "--diagram"});
  EXPECT_THAT(svg.out, HasSubstr("class=\"added\"><title>extra</title>"));
  EXPECT_THAT(svg.out, Not(HasSubstr("<title>orders</title>")));
  project.expect(2, {"show", "--diagram", "--sql"});
}

class DocsOnEach : public OnEachDatabase {};
DBMIG_ON_EACH_DATABASE(DocsOnEach);

TEST_P(DocsOnEach, DriftOfADatabaseLiesOverTheModel) {
  project.start(url);
  project.model(kDocsModel);
  project.migrate("1a01", "first");
  project.expect(0, {"upgrade"});
  sql("ALTER TABLE customer ADD COLUMN by_hand int");
  project.expect(0, {"docs", "--against", "database"});
  const std::string page = project.read("schema.html");
  const std::string begin = "id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  const Json json = Json::parse(page.substr(from, page.find("</script>", from) - from));
  ASSERT_EQ(json["against"]["tables"].size(), 1U);
  EXPECT_TRUE(json["against"]["tables"].contains("customer"));
  EXPECT_THAT(project.expect(0, {"docs", "--from", "database", "--format", "dbml"}).out,
              HasSubstr("\"by_hand\""));
}

}  // namespace
}  // namespace dbmig::test
