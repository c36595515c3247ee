// Tests of migrations: what they find on both databases, and what they say.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class MigrationTests : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    start_project();
    project.write("migrations/a1.yaml",
                  "revision: a1\nparents: []\nmessage: one\nupgrade:\n"
                  "  - create_table: {t: {columns: {id: {type: int, nullable: false}, v: "
                  "\"decimal(5,2)\", s: varchar(20)}, primary_key: [id]}}\n");
    project.write("migrations/a2.yaml",
                  "revision: a2\nparents: [a1]\nmessage: two\nrequire: SELECT COUNT(*) < 3 FROM t\n"
                  "upgrade:\n  - execute: {sql: \"UPDATE t SET s = ${word:literal} WHERE s IS "
                  "NULL\", undo: none}\n");
  }
  /// What `dbmig test` makes of a test with these steps.
  Result test(const std::string& steps, int code, const std::string& head = "") const {
    std::filesystem::create_directories(project.path() / "migrations/tests");
    project.write("migrations/tests/one.yaml", head + "variables: {word: none}\nsteps:\n" + steps);
    return project.expect(code, {"test"});
  }
};
DBMIG_ON_EACH_DATABASE(MigrationTests);

constexpr const char* kRows =
    "  - upgrade: a1\n  - rows: {t: [{id: 1, v: 1.5, s: null}, {id: 2, v: null, s: \"it's\"}]}\n";

TEST_P(MigrationTests, WhatHoldsPasses) {
  const Result result = test(
      std::string(kRows) +
          "  - upgrade: a2\n"
          "  - expect: {sql: \"SELECT id, v, s FROM t ORDER BY id\", rows: [[1, 1.5, none], [2, "
          "null, \"it's\"]]}\n"
          "  - expect: SELECT COUNT(*) = 2 FROM t\n"
          "  - downgrade: a1\n  - upgrade: head\n"
          "  - execute: \"DELETE FROM t; INSERT INTO t VALUES (7, 1, ${word:literal})\"\n"
          "  - expect: {sql: \"SELECT s FROM t\", rows: [none]}\n"
          "  - downgrade: base\n"
          "  - fails: {expect: SELECT 1 FROM t}\n",
      0, "test: all of it\n");
  EXPECT_EQ(result.out, fmt::format("ok      all of it ({})\n", to_string(GetParam())));
  EXPECT_EQ(result.err, "1 test, all passed.\n");
}

TEST_P(MigrationTests, WhatARevisionRequiresIsAsked) {
  test(std::string(kRows) +
           "  - rows: {t: [{id: 3}]}\n"
           "  - fails: {upgrade: a2, because: \"requires: SELECT COUNT\"}\n"
           "  - execute: DELETE FROM t WHERE id = 3\n  - upgrade: a2\n",
       0);
}

TEST_P(MigrationTests, WhatDoesNotHoldIsSaidWithItsPlace) {
  const auto says = [&](const std::string& step, const std::string& text) {
    const Result result = test(kRows + step, 1);
    EXPECT_THAT(result.out, HasSubstr("migrations/tests/one.yaml:5:5: " + text)) << step;
    EXPECT_THAT(result.err, HasSubstr("1 test, 1 failed."));
  };
  says("  - expect: {sql: \"SELECT id FROM t ORDER BY id\", rows: [[1]]}\n",
       "expected [1], found [1], [2]");
  says("  - expect: {sql: SELECT id FROM t WHERE id > 5, rows: [[1]]}\n",
       "expected [1], found no rows");
  says("  - expect: {sql: SELECT v FROM t WHERE id = 1, rows: [[\"1.500\"]]}\n",
       "expected [1.500]");
  says("  - expect: {sql: SELECT s FROM t WHERE id = 1, rows: [[\"null\"]]}\n",
       "expected [null], found [null]");
  says("  - expect: SELECT COUNT(*) = 1 FROM t\n", "expected a value that is true, found 0");
  says("  - expect: SELECT * FROM t\n", "the query gives [1, ");
  says("  - fails: {upgrade: a2}\n", "the step succeeded, and it should fail");
  says("  - fails: {rows: {t: [{id: 1}]}, because: something else}\n",
       "it fails, but not because of 'something else': ");
  says("  - upgrade: nowhere\n", "Can't locate revision identified by 'nowhere'");
  says("  - rows: {nowhere: [{id: 1}]}\n", "");
}

TEST_P(MigrationTests, ValuesOfVariablesAreNotShown) {
  project.environment["DBMIG_VAR_who"] = "hunter2-secret";
  const Result result =
      test(std::string(kRows) + "  - expect: SELECT COUNT(*) = 1 FROM ${who:identifier}\n", 1);
  EXPECT_THAT(result.out + result.err, Not(HasSubstr("hunter2")));
  EXPECT_THAT(test(std::string(kRows) + "  - expect: SELECT '${nope:literal}' <> 'x'\n", 1).out,
              HasSubstr("is inside quotes"));
}

TEST_P(MigrationTests, WithoutStepsIsAMistake) {
  std::filesystem::create_directories(project.path() / "migrations/tests");
  project.write("migrations/tests/one.yaml", "steps: []\n");
  EXPECT_THAT(project.expect(1, {"test"}).err, HasSubstr("a test needs at least one step"));
}

TEST_P(MigrationTests, NumbersAreComparedByAllTheirDigits) {
  const auto compare = [&](const std::string& expected, const std::string& sql, int code) {
    test(fmt::format("  - expect: {{sql: \"SELECT {}\", rows: [[{}]]}}\n", sql, expected), code);
  };
  compare("9007199254740993", "9007199254740993", 0);
  compare("9007199254740992", "9007199254740993", 1);
  compare("1.50", "CAST('1.5' AS CHAR(10))", 0);
  compare("-0.0", "0", 0);
  compare("+007", "7", 0);
  compare("1e3", "1000", 0);
}

TEST_P(MigrationTests, WhatIsWrongInATestIsNoFailureToWant) {
  const auto says = [&](const std::string& step, const std::string& text) {
    EXPECT_THAT(test(kRows + step, 1).out, HasSubstr(text)) << step;
  };
  says("  - fails: {upgrade: nowhere}\n", "Can't locate revision");
  says("  - fails: {upgrade: \"-1\"}\n", "an upgrade does not go back");
  says("  - fails: {upgrade: \"+7\"}\n", "didn't produce 7 migrations");
  says("  - fails: {downgrade: nowhere}\n", "Can't locate revision");
  says("  - expect: {sql: \"DELETE FROM t WHERE id = 1 RETURNING id\", rows: [[1]]}\n",
       "`expect` is to read only");
  says("  - fails: {expect: DELETE FROM t}\n", "`expect` is to read only");
}

TEST_P(MigrationTests, MistakesInTheFileAreSaidTogether) {
  std::filesystem::create_directories(project.path() / "migrations/tests");
  project.write("migrations/tests/one.yaml",
                "tset: x\nsteps:\n  - upgrade: a1\n    downgrade: a1\n  - upgrad: a1\n"
                "  - rows: [1]\n  - fails: {upgrade: a1}\n    because: x\n");
  const Result result = project.expect(1, {"test"});
  for (const char* text :
       {"one.yaml:1:1", "one.yaml:3:5", "one.yaml:5:5", "one.yaml:6:11", "one.yaml:7:5"}) {
    EXPECT_THAT(result.err, HasSubstr(text));
  }
}

TEST_P(MigrationTests, DocumentsForCi) {
  test("  - upgrade: nowhere\n", 1);
  project.write("migrations/tests/two.yaml", "steps: [{upgrade: a1}]\n");
  const Result junit = project.expect(1, {"test", "--format", "junit"});
  EXPECT_THAT(junit.out, HasSubstr("<?xml"));
  EXPECT_THAT(junit.out, HasSubstr("tests=\"2\""));
  EXPECT_THAT(junit.out, HasSubstr("failures=\"1\""));
  const Result json = project.expect(1, {"test", "--json"});
  const nlohmann::json list = json.json();
  EXPECT_EQ(list.at(0).at("state"), "failed");
  EXPECT_EQ(list.at(0).at("line"), 3);
  EXPECT_EQ(list.at(1).at("state"), "ok");
  EXPECT_EQ(project.expect(0, {"test", "tw*", "--json"}).json().size(), 1U);
  EXPECT_THAT(project.expect(2, {"test", "twoo"}).err, HasSubstr("did you mean 'two'?"));
  // They are no revisions, wherever these are looked for.
  project.write("dbmig.yaml", fmt::format("database: \"{}\"\nmigrations: [migrations/**]\n", url));
  EXPECT_EQ(project.expect(0, {"heads"}).out, "a2 (head)\n");
}

TEST_P(MigrationTests, WithoutAServerTestsAreSkipped) {
  std::filesystem::create_directories(project.path() / "migrations/tests");
  project.write("migrations/tests/one.yaml", "databases: [mariadb]\nsteps: [{upgrade: a1}]\n");
  project.write("dbmig.yaml", "database: sqlite:///x.db\n");
  const Result result = project.expect(0, {"test"});
  EXPECT_THAT(result.out, HasSubstr("skipped one (mariadb): "));
  EXPECT_EQ(result.err, "1 test, 0 failed, 1 skipped.\n");
  std::filesystem::remove_all(project.path() / "migrations/tests");
  EXPECT_THAT(project.expect(1, {"test"}).err, HasSubstr("there are no tests in migrations/tests"));
}

}  // namespace
}  // namespace dbmig::test
