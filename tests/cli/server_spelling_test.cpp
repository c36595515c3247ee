// A model in the server's words, and revisions in those of a person.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kServersModel = R"yaml(tables:
  t:
    columns:
      id: integer
      a: integer
      s: {type: varchar(40), default: {sql: "concat_ws('-',x'41',bin(3))"}}
    primary_key: [id]
    checks: {ck: "x'41' != s and round(a/2.0) >= 0"}
views:
  everything: SELECT * FROM t
  v: SELECT e.* FROM everything e NATURAL JOIN t WHERE a > 7 AND a <> ALL (SELECT 1)
)yaml";

class Spelling : public testing::Test {
 protected:
  void SetUp() override {
    if (!mariadb_server()) GTEST_SKIP() << kNoServer;
    database_.emplace();
    project.start(database_->url());
    project.write("dbmig.yaml", "database: " + database_->url() + "\ndialects: [mariadb]\n");
    project.model(kServersModel);
    project.migrate("aaaaaaaaaaaa", "first");
    project.expect(0, {"upgrade"});
  }

  Project project;

 private:
  std::optional<ServerDatabase> database_;
};

class StarView : public OnEachDatabase {};

TEST_F(Spelling, OfTheServerInTheModelAreNoChange) {
  project.expect(0, {"check"});
  project.model(project.expect(0, {"inspect"}).out);
  EXPECT_THAT(project.read("schemas/app.yaml"), Not(HasSubstr("NATURAL")));
  EXPECT_THAT(project.expect(0, {"migrate", "--dry-run"}).err, HasSubstr("No changes"));
  for (const Project::Arguments& arguments : {Project::Arguments{"check"},
                                              {"check", "--offline"},
                                              {"diff", "head", "model"},
                                              {"diff", "model", "database"},
                                              {"diff", "database", "head"}}) {
    EXPECT_THAT(project.expect(0, arguments).err, HasSubstr("No differences."));
  }
}

TEST_F(Spelling, OfTheServerAroundAChangeLeaveTheChange) {
  std::string model = project.expect(0, {"inspect"}).out;
  const std::size_t at = model.rfind("> 7");
  ASSERT_NE(at, std::string::npos);
  model.replace(at, 3, "> 8");
  project.model(model);
  EXPECT_THAT(project.expect(0, {"migrate", "--dry-run"}).err,
              AllOf(HasSubstr("Detected changed view 'v'"), Not(HasSubstr("'t'")),
                    Not(HasSubstr("everything"))));
}

TEST_F(Spelling, ThatNoServerCouldBeAskedAboutAreSaid) {
  project.model(project.expect(0, {"inspect"}).out);
  project.write("dbmig.yaml",
                "database: mariadb://root@localhost/gone?socket=/gone/mariadb.sock\n"
                "dialects: [mariadb]\n");
  project.environment["DBMIG_SCRATCH"] = "off";
  EXPECT_THAT(project.expect(3, {"check", "--offline"}).err,
              AllOf(HasSubstr("No MariaDB server was available to compare"), HasSubstr("view 'v'"),
                    HasSubstr("compared as written")));
}

/// On both databases such a view has the columns that the table has.
TEST_P(StarView, IsNamedWhenItChangesWithItsTable) {
  const auto model = [](const std::string& columns) {
    return "tables: {t: {columns: {" + columns +
           "}, primary_key: [id]}}\nviews: {v: \"SELECT * FROM t\"}\n";
  };
  project.model(model("id: integer"));
  project.migrate("aaaaaaaaaaaa", "first");
  project.model(model("id: integer, a: integer"));
  const Result second = project.expect(0, {"migrate", "-m", "second"});
  EXPECT_THAT(second.err, HasSubstr("View 'v' shows all columns of table 't' and changes with it"));
  project.expect(0, {"upgrade"});
  project.expect(0, {"check"});
}

INSTANTIATE_TEST_SUITE_P(Databases, StarView,
                         testing::Values(DialectKind::sqlite, DialectKind::mariadb), database_name);

}  // namespace
}  // namespace dbmig::test
