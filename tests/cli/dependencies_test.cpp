#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Two branches, each with a base and a folder of its own; the second needs the first.
class TwoBranches : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.start(url);
    project.write("dbmig.yaml", fmt::format("database: \"{}\"\nmigrations: [migrations, shop, "
                                            "\"plugins/**\"]\n",
                                            url));
    revision("migrations", "a1", "", "label: account\n");
    revision("migrations", "a2", "a1");
    revision("shop", "b1", "", "label: [shop, store]\n");
    revision("shop", "b2", "b1", "depends_on: a2\n");
    revision("plugins/one/deep", "p1", "b2");
  }

  void revision(const std::string& folder, const std::string& id, const std::string& parents,
                const std::string& more = "") const {
    std::filesystem::create_directories(project.path() / folder);
    project.write(fmt::format("{}/{}.yaml", folder, id),
                  fmt::format("revision: {}\nparents: [{}]\nmessage: {}\ncreated: "
                              "2026-01-01T00:00:00Z\n{}upgrade:\n  - create_table: {{t{}: "
                              "{{columns: {{id: int}}}}}}\n",
                              id, parents, id, more, id));
  }
  std::string path_of(const std::string& id) const {
    return project.expect(0, {"show", id, "--json"}).json().at(0).at("path");
  }
  std::string has() const { return sql("SELECT id FROM dbmig_revisions ORDER BY id"); }
};
DBMIG_ON_EACH_DATABASE(TwoBranches);

TEST_P(TwoBranches, AnUpgradeTakesWhatIsNeededAndADowngradeLeavesIt) {
  project.expect(0, {"upgrade", "shop@head"});
  EXPECT_EQ(has(), "a1\na2\nb1\nb2\np1\n");
  EXPECT_EQ(project.expect(0, {"current"}).out, "a2 (effective head)\np1 (head)\n");
  project.expect(0, {"downgrade", "shop@-1"});
  EXPECT_EQ(has(), "a1\na2\nb1\nb2\n");
  project.expect(0, {"downgrade", "b1"});
  EXPECT_EQ(has(), "a1\na2\nb1\n");
  project.expect(0, {"upgrade", "heads"});
  // What is needed takes along what needs it.
  project.expect(0, {"downgrade", "a1"});
  EXPECT_EQ(has(), "a1\nb1\n");
}

TEST_P(TwoBranches, SeveralTargetsAtOnce) {
  project.expect(0, {"upgrade", "a1", "store@b1"});
  EXPECT_EQ(has(), "a1\nb1\n");
  project.expect(0, {"upgrade", "account@head", "shop@+2"});
  EXPECT_EQ(has(), "a1\na2\nb1\nb2\np1\n");
  project.expect(0, {"downgrade", "a1", "b1"});
  EXPECT_EQ(has(), "a1\nb1\n");
  EXPECT_THAT(project.expect(2, {"downgrade", "base", "b1"}).err,
              HasSubstr("excludes other targets"));
  EXPECT_THAT(project.expect(2, {"upgrade", "a2", "b1", "--sql"}).err, HasSubstr("one target"));
  project.expect(0, {"stamp", "a2", "b2"});
  EXPECT_EQ(has(), "a1\na2\nb1\nb2\n");
}

TEST_P(TwoBranches, HeadsAndHistoryShowThemAsAlembicDoes) {
  EXPECT_EQ(project.expect(0, {"heads"}).out,
            "a2 (account) (effective head)\np1 (shop, store) (head)\n");
  EXPECT_EQ(project.expect(0, {"heads", "--resolve-dependencies"}).out,
            "p1 (shop, store) (head)\n");
  EXPECT_THAT(project.expect(0, {"history"}).out, HasSubstr("b1 (a2) -> b2 (shop, store), b2\n"));
  EXPECT_THAT(project.expect(0, {"show", "b2"}).out, HasSubstr("Also depends on: a2\n"));
}

TEST_P(TwoBranches, NewRevisionsSayWhatTheyNeedAndWhereTheyGo) {
  project.expect(0, {"revision", "-m", "more", "--rev-id", "b9", "--head", "shop@head",
                     "--depends-on", "a2", "--depends-on", "account", "--version-path", "shop",
                     "--branch-label", "nine", "--branch-label", "ninth"});
  const std::string text = project.read(path_of("b9"));
  EXPECT_THAT(text, HasSubstr("depends_on: [a2, account]\n"));
  EXPECT_THAT(text, HasSubstr("label: [nine, ninth]\n"));
  EXPECT_THAT(path_of("b9"), testing::StartsWith("shop/"));
  EXPECT_THAT(project.expect(0, {"heads"}).out, HasSubstr("b9 (nine, ninth, shop, store) (head)"));
  project.expect(0, {"revision", "-m", "deep", "--rev-id", "p2", "--head", "b9", "--version-path",
                     "plugins/two"});
  EXPECT_THAT(path_of("p2"), testing::StartsWith("plugins/two/"));
  EXPECT_THAT(
      project.expect(2, {"revision", "-m", "x", "--head", "p2", "--version-path", "lib"}).err,
      HasSubstr("not represented in current version locations"));
}

TEST_P(TwoBranches, AStampAsAScriptIsWhatStampWrites) {
  project.expect(0, {"stamp", "heads"});
  const std::string wanted = sql(
      "SELECT id, parents, message, checksum, statements_done FROM dbmig_revisions ORDER BY id");
  const std::string all = project.expect(0, {"stamp", "heads", "--sql"}).out;
  EXPECT_THAT(all, HasSubstr("CREATE TABLE IF NOT EXISTS dbmig_revisions"));
  sql("DROP TABLE dbmig_revisions");
  EXPECT_EQ(client(all).code, 0);
  EXPECT_EQ(sql("SELECT id, parents, message, checksum, statements_done FROM dbmig_revisions "
                "ORDER BY id"),
            wanted);
  const std::string some = project.expect(0, {"stamp", "heads:b1", "--sql"}).out;
  EXPECT_THAT(some, Not(HasSubstr("CREATE TABLE")));
  EXPECT_EQ(client(some).code, 0);
  EXPECT_EQ(has(), "b1\n");
}

TEST_P(TwoBranches, StatusSaysWhereThingsStandAndWhatIsNext) {
  const auto next = [&] { return project.expect(0, {"status", "--json"}).json().at("next"); };
  project.model("tables:\n  ta1: {columns: {id: int}}\n");
  EXPECT_EQ(next(), "dbmig migrate -m \"…\"");
  project.model(
      "tables:\n  ta1: {columns: {id: int}}\n  ta2: {columns: {id: int}}\n  tb1: {columns: {id: "
      "int}}\n  tb2: {columns: {id: int}}\n  tp1: {columns: {id: int}}\n");
  EXPECT_EQ(next(), "dbmig upgrade heads");
  project.expect(0, {"upgrade", "a1"});
  const std::string text = project.expect(0, {"status"}).out;
  EXPECT_THAT(text, HasSubstr("Model     5 tables, the same as the revisions\n"));
  EXPECT_THAT(text, HasSubstr("History   5 revisions, heads a2, a2; p1, p1\n"));
  EXPECT_THAT(text, HasSubstr(", is at a1: 1 revision applied; the last, a1, at 2"));
  EXPECT_THAT(text, HasSubstr("lacks 4 revisions: a2, a2"));
  EXPECT_THAT(text, HasSubstr("Next      dbmig upgrade heads\n"));
  project.expect(0, {"upgrade", "heads"});
  EXPECT_EQ(next(), nullptr);
  EXPECT_THAT(project.expect(0, {"status"}).out, HasSubstr("Next      nothing to do\n"));
}

}  // namespace
}  // namespace dbmig::test
