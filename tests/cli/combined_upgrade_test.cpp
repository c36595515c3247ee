#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A project with 70 revisions: two tables, and a column of the first in each of the others.
class LongHistory : public OnEachDatabase {
 protected:
  static constexpr int kRevisions = 70;

  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.start(url);
    for (int n = 1; n <= kRevisions; ++n) {
      add(n, n <= 2 ? fmt::format("create_table: {{t{}: {{columns: {{id: integer}}}}}}", n)
                    : fmt::format("add_column: {{table: t1, name: c{}, type: integer}}", n));
    }
  }

  static std::string id(int n) { return fmt::format("r{:03}", n); }
  void add(int n, const std::string& operation) const {
    project.write(fmt::format("migrations/{}.yaml", id(n)),
                  fmt::format("revision: {}\nparents: [{}]\nmessage: step {}\ncreated: "
                              "2026-01-01T00:{:02}:00Z\nupgrade:\n  - {}\n",
                              id(n), n == 1 ? "" : id(n - 1), n, n % 60, operation));
  }
};
DBMIG_ON_EACH_DATABASE(LongHistory);

TEST_P(LongHistory, NewTablesAreCreatedAtOnceAndEachRevisionIsThere) {
  EXPECT_THAT(project.expect(0, {"upgrade", "--plan"}).out,
              AllOf(HasSubstr("-- upgrade 70 revisions at once, from r001 to r070"),
                    HasSubstr("(2 statements)"), Not(HasSubstr("ALTER TABLE"))));
  const Result done = project.expect(0, {"upgrade", "--json"});
  EXPECT_THAT(done.err, HasSubstr("Running upgrade  -> r070, 70 revisions at once"));
  EXPECT_EQ(nlohmann::json::parse(done.out).size(), 70U);
  EXPECT_THAT(project.expect(0, {"current"}).out, HasSubstr("r070"));
  project.expect(0, {"downgrade", "r068", "--allow-destructive"});
  EXPECT_THAT(project.expect(0, {"upgrade"}).err,
              AllOf(HasSubstr("r068 -> r069"), HasSubstr("r069 -> r070")));
  project.expect(0, {"verify", "r070"});
  project.expect(0, {"downgrade", "base", "--allow-destructive"});
}

TEST_P(LongHistory, OneByOneWhereAskedForAndWhereAHookWantsToKnow) {
  EXPECT_THAT(project.expect(0, {"upgrade", "--one-by-one", "--plan"}).out,
              AllOf(HasSubstr("-- upgrade r001"), HasSubstr("ALTER TABLE")));
  EXPECT_THAT(project.expect(0, {"upgrade", "--one-by-one"}).err,
              AllOf(HasSubstr("r069 -> r070"), Not(HasSubstr("at once"))));
  project.expect(0, {"downgrade", "base", "--allow-destructive"});
  project.write("dbmig.yaml", project.read("dbmig.yaml") + "hooks:\n  after_revision: 'true'\n");
  EXPECT_THAT(project.expect(0, {"upgrade"}).err,
              AllOf(HasSubstr("r069 -> r070"), Not(HasSubstr("at once"))));
}

TEST_P(LongHistory, WhatFailsIsNamedAndWhatCameBeforeStays) {
  add(kRevisions + 1, "create_table: {taken: {columns: {id: integer}}}");
  sql("CREATE TABLE taken (x INTEGER)");
  EXPECT_THAT(project.expect(1, {"upgrade"}).err,
              AllOf(HasSubstr("71 revisions cannot be applied at once, running them one by one"),
                    HasSubstr("migrations/r071.yaml:6:5")));
  EXPECT_THAT(project.expect(0, {"current"}).out, HasSubstr("r070"));
}

}  // namespace
}  // namespace dbmig::test
