#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A project with a→b→{c1→d1 (c1branch), c2→d2 (c2branch)}; each revision makes a table of its
/// name.
class Branched : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.start(url);
    table("a1", "");
    table("b1", "a1");
    table("c1", "b1", "c1branch");
    table("d1", "c1");
    table("c2", "b1", "c2branch");
    table("d2", "c2");
  }

  void revision(const std::string& id, const std::string& parents, const std::string& upgrade,
                const std::string& label = "") const {
    project.write(
        fmt::format("migrations/{}.yaml", id),
        fmt::format("revision: {}\nparents: [{}]\nmessage: {}\ncreated: "
                    "2026-01-01T00:00:00Z\n{}upgrade:\n{}",
                    id, parents, id, label.empty() ? "" : "label: " + label + "\n", upgrade));
  }
  void table(const std::string& id, const std::string& parents,
             const std::string& label = "") const {
    revision(id, parents,
             fmt::format(
                 "  - create_table: {{t{}: {{columns: {{id: int, name: varchar(100)}}}}}}\n", id),
             label);
  }
  /// Ids that the database has, sorted.
  std::string has() const { return sql("SELECT id FROM dbmig_revisions ORDER BY id"); }
};
DBMIG_ON_EACH_DATABASE(Branched);

TEST_P(Branched, ADowngradeOfOneBranchLeavesTheOther) {
  for (const std::string target : {"c1branch@b1", "c1@b1", "c1branch@-2", "c1branch@base"}) {
    SCOPED_TRACE(target);
    project.expect(0, {"upgrade", "heads"});
    project.expect(0, {"downgrade", target});
    EXPECT_EQ(has(), "a1\nb1\nc2\nd2\n");
  }
  project.expect(0, {"upgrade", "heads"});
  project.expect(0, {"downgrade", "c1branch@c1"});
  EXPECT_EQ(has(), "a1\nb1\nc1\nc2\nd2\n");
}

TEST_P(Branched, AStepLeadsFromTheBranchPointIntoTheBranch) {
  project.expect(0, {"upgrade", "d1"});
  project.expect(0, {"upgrade", "c2branch@+1"});
  EXPECT_EQ(has(), "a1\nb1\nc1\nc2\nd1\n");
}

TEST_P(Branched, AnUpgradeToWhatTheDatabaseIsBeyondHasNothingToDo) {
  project.expect(0, {"upgrade", "heads"});
  for (const std::string target : {"b1", "c1", "c1-1", "a1+1", "c1branch", "c1branch@b1"}) {
    EXPECT_THAT(project.expect(0, {"upgrade", target}).err, HasSubstr("Nothing to do")) << target;
  }
  for (const std::string target : {"c1branch@-1", "c1branch@head-1"}) {
    EXPECT_NE(project.dbmig({"upgrade", target}).code, 0) << target;
  }
  EXPECT_EQ(has(), "a1\nb1\nc1\nc2\nd1\nd2\n");
}

TEST_P(Branched, AStampMovesItsOwnBranch) {
  project.expect(0, {"upgrade", "d1"});
  project.expect(0, {"stamp", "d2"});
  EXPECT_EQ(has(), "a1\nb1\nc1\nc2\nd1\nd2\n");
  project.expect(0, {"stamp", "c1"});
  EXPECT_EQ(has(), "a1\nb1\nc1\nc2\nd2\n");
  project.expect(0, {"stamp", "c2branch@base"});
  EXPECT_EQ(has(), "a1\nb1\nc1\n");
  project.expect(0, {"stamp", "base"});
  EXPECT_EQ(has(), "");
}

TEST_P(Branched, AStampAtAMergeForgetsTheOtherSide) {
  revision("m1", "d1, d2", "  - create_table: {tm: {columns: {id: int}}}\n");
  project.expect(0, {"upgrade"});
  project.expect(0, {"stamp", "c2"});
  EXPECT_EQ(has(), "a1\nb1\nc2\n");
  project.expect(0, {"stamp", "m1"});
  EXPECT_EQ(has(), "a1\nb1\nc1\nc2\nd1\nd2\nm1\n");
  // What only that branch has.
  project.expect(0, {"stamp", "c1branch@base"});
  EXPECT_EQ(has(), "a1\nb1\nc2\nd2\n");
}

TEST_P(Branched, AStampSaysWhatItWouldChange) {
  project.expect(0, {"upgrade", "b1"});
  EXPECT_THAT(project.expect(0, {"stamp", "b1", "--plan"}).err,
              HasSubstr("Nothing to do: the database is at b1."));
  EXPECT_THAT(project.expect(0, {"stamp", "b1", "--plan", "--purge"}).err,
              HasSubstr("The database would stay at b1; nothing was changed."));
  EXPECT_THAT(project.expect(0, {"stamp", "a1", "--plan"}).err,
              HasSubstr("The database would be at a1 instead of b1"));
  sql("UPDATE dbmig_revisions SET state = 'upgrade', statements_done = 0 WHERE id = 'b1'");
  for (const Project::Arguments& words :
       {Project::Arguments{"stamp", "b1", "--plan"}, Project::Arguments{"stamp", "b1"}}) {
    EXPECT_THAT(project.expect(0, words).err,
                HasSubstr("the upgrade of revision b1 stopped after statement 0 of 1; after the "
                          "stamp this is no longer known"));
  }
  EXPECT_THAT(project.expect(0, {"stamp", "b1"}).err, Not(HasSubstr("no longer known")));
}

TEST_P(Branched, ContradictingHeadsAreSeenByVerify) {
  revision("c1", "b1", "  - alter_column: {table: ta1, name: name, type: varchar(80)}\n");
  revision("c2", "b1", "  - alter_column: {table: ta1, name: name, type: varchar(60)}\n");
  const Result result = project.expect(1, {"verify", "heads"});
  EXPECT_THAT(result.out + result.err, HasSubstr("this contradicts the operation above"));
}

TEST_P(Branched, ATableOfOthersThatIsCalledAsTheHistoryIsNotTaken) {
  sql("CREATE TABLE dbmig_revisions (id INT, note VARCHAR(20))");
  for (const Project::Arguments& words :
       {Project::Arguments{"upgrade"}, Project::Arguments{"current"}, Project::Arguments{"check"},
        Project::Arguments{"stamp", "a1"}}) {
    EXPECT_THAT(project.expect(1, words).err,
                HasSubstr("the table dbmig_revisions of this database is not dbmig's"));
  }
  EXPECT_EQ(sql("SELECT COUNT(*) FROM dbmig_revisions"), "0\n");
  project.model("tables: {dbmig_revisions: {columns: {id: int}}}\n");
  EXPECT_THAT(project.expect(1, {"check", "--offline"}).err,
              HasSubstr("has the name of the table that dbmig keeps its history in"));
}

TEST_P(Branched, WhatIsMissingBelowIsAppliedAndTakenBack) {
  project.expect(0, {"upgrade", "d1"});
  // A revision that comes before what is applied: as after a rebase in git.
  table("e1", "b1");
  table("c1", "e1", "c1branch");
  project.expect(0, {"repair"});
  EXPECT_THAT(project.expect(3, {"check"}).out, HasSubstr("lacks revision e1"));
  project.expect(0, {"upgrade", "d1"});
  EXPECT_EQ(has(), "a1\nb1\nc1\nd1\ne1\n");
  // Steps count what the database has.
  table("f1", "c1");
  table("d1", "f1");
  project.expect(0, {"repair"});
  project.expect(0, {"downgrade", "-1"});
  EXPECT_EQ(has(), "a1\nb1\nc1\ne1\n");
  project.expect(0, {"upgrade", "d1"});
  project.expect(0, {"downgrade", "base"});
  EXPECT_EQ(has(), "");
}

TEST_P(Branched, ContradictingBranchesAreNotMergedUndecided) {
  revision("n1", "d1", "  - alter_column: {table: ta1, name: name, type: varchar(80)}\n");
  revision("n2", "d2", "  - alter_column: {table: ta1, name: name, type: varchar(60)}\n");
  for (const Project::Arguments& command :
       {Project::Arguments{"merge", "heads"}, {"check", "--offline"}}) {
    const Result result = project.dbmig(command);
    EXPECT_NE(result.code, 0);
    EXPECT_THAT(result.out + result.err, HasSubstr("migrations/n1.yaml:6:"));
    EXPECT_THAT(result.out + result.err, HasSubstr("migrations/n2.yaml:6:"));
  }
  project.expect(0, {"merge", "heads", "--resolve", "n1", "--rev-id", "m1"});
  // Taken in the order in which the other branch comes last.
  project.expect(0, {"upgrade", "n1"});
  project.expect(0, {"upgrade", "n2"});
  EXPECT_THAT(project.dbmig({"check"}).out, Not(HasSubstr("by hand")));
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.dbmig({"check"}).out, Not(HasSubstr("by hand")));
  EXPECT_THAT(sql(on_mariadb() ? "SHOW CREATE TABLE ta1"
                               : "SELECT sql FROM sqlite_schema WHERE name = 'ta1'"),
              HasSubstr("80"));
  EXPECT_THAT(project.dbmig({"verify", "m1"}).err, Not(HasSubstr("contradicts")));
}

TEST_P(Branched, PlainSqlOfTwoBranchesIsRunInBothOrders) {
  project.expect(0, {"merge", "heads", "--plan"});
  revision("d1", "c1", "  - execute: UPDATE tb1 SET name = 'one'\n");
  EXPECT_THAT(project.expect(0, {"merge", "heads", "--plan"}).err, Not(HasSubstr("either order")));
  revision("d2", "c2", "  - execute: UPDATE tb1 SET id = id + 1\n");
  EXPECT_THAT(project.expect(0, {"merge", "heads", "--plan"}).err,
              HasSubstr("d1 and d2 give the same result in either order, with generated rows"));
  revision("d2", "c2", "  - execute: UPDATE tb1 SET name = 'two'\n");
  const Result refused = project.expect(4, {"merge", "heads", "--rev-id", "m1"});
  EXPECT_THAT(
      refused.err,
      testing::AllOf(HasSubstr("d1.yaml:6:5"), HasSubstr("d2.yaml:6:5"), HasSubstr("table 'tb1'"),
                     HasSubstr("name: 'two' → 'one'"), HasSubstr("--either-order")));
  EXPECT_THAT(project.expect(0, {"heads"}).out, Not(HasSubstr("m1")));
  project.expect(0, {"merge", "heads", "--either-order", "--plan"});
}

TEST_P(Branched, PlainSqlThatWorksInOneOrderOnlyIsRefused) {
  revision("d1", "c1", "  - execute: INSERT INTO tb1 (id, name) VALUES (77, 'x')\n");
  revision("d2", "c2",
           "  - execute:\n      sql: ALTER TABLE tb1 ADD COLUMN more int\n      state:\n"
           "        - add_column: {table: tb1, name: more, type: int}\n"
           "  - execute: INSERT INTO tb1 VALUES (78, 'y', 1)\n");
  EXPECT_THAT(project.dbmig({"merge", "heads", "--plan"}).code, 0);
  revision("d1", "c1", "  - execute: INSERT INTO tb1 VALUES (77, 'x')\n");
  EXPECT_THAT(project.expect(4, {"merge", "heads", "--plan"}).err,
              HasSubstr("d1 cannot be applied after d2"));
}

TEST_P(Branched, RandomRowsSayNothingOfTheOrder) {
  const std::string random =
      "  - execute: {sqlite: UPDATE tb1 SET name = random(), mariadb: UPDATE tb1 SET name = "
      "RAND()}\n";
  revision("d1", "c1", random);
  revision("d2", "c2", random);
  EXPECT_THAT(project.expect(0, {"merge", "heads", "--plan"}).err,
              testing::AllOf(HasSubstr("gives different rows each time"),
                             HasSubstr("make sure that a database may take them in either order")));
}

TEST_P(Branched, BranchesThatFitInNoOrderNameBothSidesEverywhere) {
  revision("n1", "d1", "  - alter_column: {table: ta1, name: name, rename: one}\n");
  revision("n2", "d2", "  - alter_column: {table: ta1, name: name, rename: two}\n");
  project.expect(0, {"upgrade", "n1"});
  for (const Project::Arguments& command : {Project::Arguments{"merge", "heads"},
                                            {"check", "--offline"},
                                            {"check"},
                                            {"upgrade", "n2"},
                                            {"upgrade", "n2", "--plan"}}) {
    const Result result = project.dbmig(command);
    EXPECT_EQ(result.code, command.front() == "check" ? 3 : 1) << result;
    EXPECT_THAT(result.out + result.err, HasSubstr("migrations/n1.yaml:6:"));
    EXPECT_THAT(result.out + result.err, HasSubstr("migrations/n2.yaml:6:"));
  }
  EXPECT_THAT(project.expect(0, {"status"}).out, HasSubstr("branches contradict each other"));
  project.expect(0, {"downgrade", "base"});
}

TEST_P(Branched, WhatCannotComeLateIsToldWhatIsThereAlready) {
  revision("n1", "d1", "  - drop_column: {table: ta1, name: name}\n");
  project.expect(0, {"upgrade", "n1"});
  revision("mid", "d1", "  - alter_column: {table: ta1, name: name, type: varchar(120)}\n");
  revision("n1", "mid", "  - drop_column: {table: ta1, name: name}\n");
  project.expect(0, {"repair"});
  EXPECT_THAT(project.expect(1, {"upgrade", "n1"}).err,
              testing::AllOf(HasSubstr("upgrade of revision mid failed"),
                             HasSubstr("n1.yaml: the database already has n1")));
  // A stamp says that it is there: the way back is one that works.
  project.expect(0, {"stamp", "n1"});
  project.expect(0, {"downgrade", "base"});
  EXPECT_EQ(has(), "");
}

TEST_P(Branched, ScriptsTakeBackOneBranch) {
  EXPECT_THAT(project.expect(0, {"downgrade", "heads:c1branch@b1", "--sql"}).out,
              testing::AllOf(HasSubstr("td1"), HasSubstr("tc1"), Not(HasSubstr("td2"))));
  EXPECT_THAT(project.expect(0, {"downgrade", "heads:c2branch@base", "--sql"}).out,
              testing::AllOf(HasSubstr("td2"), Not(HasSubstr("td1"))));
  EXPECT_THAT(project.expect(0, {"upgrade", "c1branch@base:c1", "--sql"}).out,
              testing::AllOf(HasSubstr("ta1"), HasSubstr("tc1"), Not(HasSubstr("td1"))));
  EXPECT_THAT(project.expect(0, {"history", "-r", "c1branch@base:c1branch@head"}).out,
              testing::AllOf(HasSubstr("-> a1"), HasSubstr("-> d1"), Not(HasSubstr("c2"))));
  EXPECT_THAT(project.expect(0, {"history", "-r", "c1branch@base:"}).out,
              testing::AllOf(HasSubstr("-> a1"), HasSubstr("-> d1"), Not(HasSubstr("c2"))));
}

TEST_P(Branched, ColumnsOfTwoBranchesMayComeInEitherOrder) {
  revision("n1", "d1", "  - add_column: {table: ta1, name: x, type: int}\n");
  revision("n2", "d2", "  - add_column: {table: ta1, name: y, type: int}\n");
  project.expect(0, {"merge", "heads", "--rev-id", "m1"});
  project.expect(0, {"upgrade", "n2"});
  project.expect(0, {"upgrade", "head"});
  EXPECT_THAT(project.dbmig({"check"}).out, Not(HasSubstr("by hand")));
}

TEST_P(Branched, BothInTheOnlyWorkableOrderGoOn) {
  revision("n1", "d1", "  - drop_column: {table: ta1, name: name}\n");
  revision("n2", "d2", "  - alter_column: {table: ta1, name: name, type: varchar(120)}\n");
  project.expect(0, {"upgrade", "n2"});
  project.expect(0, {"upgrade", "n1"});
  const Result check = project.dbmig({"check"});
  EXPECT_EQ(check.code, 3) << check;
  EXPECT_THAT(check.out, Not(HasSubstr("by hand")));
  EXPECT_THAT(project.dbmig({"merge", "heads"}).err, HasSubstr("n2.yaml:6:"));
  project.expect(0, {"downgrade", "base", "--allow-destructive"});
  EXPECT_EQ(has(), "");
}

TEST_P(Branched, StepsFromTheDatabaseAskIt) {
  project.expect(0, {"upgrade", "d1"});
  EXPECT_THAT(project.expect(0, {"show", "-1"}).out, HasSubstr("Rev: c1"));
  EXPECT_THAT(project.expect(0, {"history", "-r", "c1branch@-1:d1"}).out, HasSubstr("c1 -> d1"));
  EXPECT_THAT(project.expect(0, {"upgrade", "c1:current", "--sql"}).out, HasSubstr("td1"));
  project.expect(0, {"downgrade", "base"});
  EXPECT_THAT(project.expect(1, {"verify", "current"}).err, HasSubstr("matches no revision"));
}

TEST_P(Branched, WhatTheDatabaseHasIsListedWithItsTime) {
  project.expect(0, {"upgrade", "d1"});
  const nlohmann::json list = project.expect(0, {"history", "-i", "--json"}).json();
  ASSERT_EQ(list.size(), 6U);
  for (const auto& entry : list) {
    const bool is_applied = entry["revision"] != "c2" && entry["revision"] != "d2";
    EXPECT_EQ(entry["applied_at"].is_string(), is_applied) << entry;
    EXPECT_EQ(entry["seconds"].is_number(), is_applied) << entry;
  }
  EXPECT_THAT(project.expect(0, {"history", "-i", "-v"}).out,
              testing::AllOf(HasSubstr("Applied: 20"), HasSubstr("Applied: no")));
  EXPECT_THAT(project.expect(0, {"history", "-i"}).out,
              testing::AllOf(HasSubstr("d1  [applied 20"), HasSubstr("d2  [pending]")));
  EXPECT_THAT(project.expect(0, {"status", "-v"}).out,
              testing::AllOf(HasSubstr("d1, d1: applied 20"), HasSubstr("d2, d2: pending")));
  EXPECT_THAT(project.expect(3, {"current", "--check-heads"}).err, HasSubstr("d2 is missing"));
  project.expect(0, {"upgrade", "heads"});
  project.expect(0, {"current", "--check-heads"});
}

TEST_P(Branched, StepsFromTheBeginningOfABranch) {
  project.expect(0, {"upgrade", "c1branch@base+3"});
  EXPECT_EQ(has(), "a1\nb1\nc1\n");
}

class BranchedFiles : public Project, public testing::Test {};

TEST_F(BranchedFiles, NamesThatMeanSomethingElseAreRefusedBeforeAFileIsWritten) {
  start();
  expect(0, {"revision", "-m", "one", "--rev-id", "a1", "--branch-label", "shop"});
  for (const Arguments& more : {Arguments{"--branch-label", "head"},
                                {"--branch-label", "a@b"},
                                {"--branch-label", "shop"},
                                {"--branch-label", "a1"},
                                {"--branch-label", "current"},
                                {"--branch-label=-1"},
                                {"--branch-label", "é"},
                                {"--branch-label", std::string(70, 'x')},
                                {"--rev-id", "head"},
                                {"--rev-id", "base"},
                                {"--rev-id", "shop"},
                                {"--rev-id", "a1"},
                                {"--rev-id", "a+1"}}) {
    Arguments command = {"revision", "-m", "two"};
    command.insert(command.end(), more.begin(), more.end());
    const int code = dbmig(command).code;
    EXPECT_TRUE(code == 1 || code == 2) << more.back();
  }
  EXPECT_EQ(files("migrations").size(), 1U);
  expect(0, {"heads"});
}

TEST_F(BranchedFiles, ARangeOverUnrelatedRevisionsIsNoRange) {
  start();
  expect(0, {"revision", "-m", "one", "--rev-id", "a1"});
  expect(0, {"revision", "-m", "two", "--rev-id", "b1", "--head", "base"});
  EXPECT_THAT(expect(1, {"history", "-r", "a1:b1"}).err,
              HasSubstr("Revision a1 is not an ancestor of revision b1"));
}

TEST_F(BranchedFiles, ACloneWithoutTheEmptyFolderOfRevisionsWorks) {
  start();
  std::filesystem::remove_all(path() / "migrations");
  for (const Arguments& command :
       {Arguments{"heads"}, {"history"}, {"current"}, {"upgrade"}, {"check", "--offline"}}) {
    EXPECT_EQ(dbmig(command).code, 0) << command.front();
  }
  expect(0, {"revision", "-m", "one", "--rev-id", "a1"});
  EXPECT_EQ(files("migrations").size(), 1U);
}

TEST_F(BranchedFiles, NoHelpCountsArguments) {
  for (const char* command : {"diff", "merge", "verify", "stamp", "show", "upgrade", "lint",
                              "inspect", "import", "adopt", "init", "history", "edit"}) {
    EXPECT_THAT(expect(0, {command, "--help"}).out, Not(testing::ContainsRegex("\\([0-9]+x\\)")))
        << command;
  }
}

}  // namespace
}  // namespace dbmig::test
