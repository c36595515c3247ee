// Variables of plain SQL, hooks, and what a revision requires.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class RunSettings : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.start(url);
    revision("a1", "", "  - create_table: {t: {columns: {id: int, v: varchar(50)}}}\n");
  }
  void revision(const std::string& id, const std::string& parents, const std::string& upgrade,
                const std::string& more = "") const {
    project.write(fmt::format("migrations/{}.yaml", id),
                  fmt::format("revision: {}\nparents: [{}]\nmessage: step {}\n"
                              "created: 2026-01-01T00:00:00Z\n{}upgrade:\n{}",
                              id, parents, id, more, upgrade));
  }
  void settings(const std::string& more) const {
    project.write("dbmig.yaml", fmt::format("database: \"{}\"\n{}", url, more));
  }
  /// What stands in t.v; clients print a backslash in ways of their own.
  std::string stored() const { return sql("SELECT hex(v) FROM t"); }
  static std::string in_hex(const std::string& text) {
    std::string hex;
    for (const char c : text) hex += fmt::format("{:02X}", static_cast<unsigned char>(c));
    return hex + "\n";
  }
  std::string applied() const { return sql("SELECT id FROM dbmig_revisions ORDER BY id"); }
};
DBMIG_ON_EACH_DATABASE(RunSettings);

constexpr const char* kInsertRow =
    "  - execute: {sql: \"INSERT INTO t VALUES (1, ${who:literal})\", undo: \"DELETE FROM t WHERE "
    "v "
    "= ${who:literal}\"}\n";

TEST_P(RunSettings, AVariableComesFromTheCommandLineTheEnvironmentOrTheProject) {
  revision("a2", "a1", kInsertRow);
  const auto value = [&](const Project::Arguments& more) {
    Project::Arguments words{"upgrade"};
    words.insert(words.end(), more.begin(), more.end());
    project.expect(0, words);
    const std::string found = stored();
    words[0] = "downgrade";
    words.insert(words.end(), {"a1", "--allow-destructive"});
    project.expect(0, words);
    EXPECT_EQ(stored(), "");
    return found;
  };
  settings("variables: {who: \"${NAME:-project}\"}\n");
  EXPECT_EQ(value({}), in_hex("project"));
  project.environment["NAME"] = "Ada";
  EXPECT_EQ(value({}), in_hex("Ada"));
  project.environment["DBMIG_VAR_who"] = "O'Hara";
  EXPECT_EQ(value({}), in_hex("O'Hara"));
  EXPECT_EQ(value({"--var", "who=back\\slash=1"}), in_hex("back\\slash=1"));
}

TEST_P(RunSettings, AnUnsetVariableIsAnErrorBeforeAnythingRuns) {
  revision("a2", "a1",
           "  - create_table: {u: {columns: {id: int}}}\n"
           "  - execute: |\n      UPDATE t\n      SET v = ${one:literal}, id = ${two:literal}\n");
  settings("variables: {one: \"${NOT_SET_HERE}\"}\n");
  for (const Project::Arguments& words :
       {Project::Arguments{"upgrade"}, Project::Arguments{"upgrade", "--sql"}}) {
    const Result result = project.expect(1, words);
    EXPECT_THAT(result.err, HasSubstr("migrations/a2.yaml:9:15: variable 'one' is not set; --var "
                                      "one=VALUE sets it"));
    EXPECT_THAT(result.err, HasSubstr("migrations/a2.yaml:9:36: variable 'two' is not set"));
  }
  EXPECT_THAT(project.expect(0, {"current"}).out, Not(HasSubstr("a1")));
  project.expect(2, {"upgrade", "--var", "one"});
  revision("a2", "a1", "  - create_view: {name: w, sql: \"SELECT ${three:literal} AS x\"}\n",
           "require: SELECT ${four:literal} = 'x'\n");
  const Result typed = project.expect(1, {"upgrade"});
  EXPECT_THAT(typed.err, HasSubstr("variable 'three' is not set"));
  EXPECT_THAT(typed.err, HasSubstr("migrations/a2.yaml:"));
  EXPECT_THAT(typed.err, HasSubstr("variable 'four' is not set"));
  EXPECT_THAT(project.expect(0, {"current"}).out, Not(HasSubstr("a1")));
  revision("a2", "a1", "  - execute: \"UPDATE t SET v = '${one:literal}'\"\n");
  EXPECT_THAT(project.expect(1, {"upgrade", "--var", "one=1"}).err,
              HasSubstr("${one:literal} is inside quotes; take the quotes away"));
}

TEST_P(RunSettings, AProofNamesThePlaceOfAnOlderRevisionsVariable) {
  revision("a2", "a1", kInsertRow);
  project.model("tables: {t: {columns: {id: int, v: varchar(50), w: int}}}\n");
  EXPECT_THAT(project.expect(1, {"migrate", "-m", "more"}).err,
              testing::AllOf(HasSubstr("migrations/a2.yaml:6:"), HasSubstr("'who'")));
}

TEST_P(RunSettings, ValuesAreNeitherPrintedNorKept) {
  const std::string secret = "hunter2's-\\secret";
  revision("a2", "a1", kInsertRow);
  revision("a3", "a2", "  - execute: \"INSERT INTO nowhere VALUES (${who:literal})\"\n");
  project.environment["DBMIG_VAR_who"] = secret;
  std::string seen;
  for (const Project::Arguments& words :
       {Project::Arguments{"upgrade", "--plan"}, Project::Arguments{"upgrade", "-v"},
        Project::Arguments{"upgrade", "-v", "--json"}, Project::Arguments{"status"},
        Project::Arguments{"show", "a2"}, Project::Arguments{"history", "--verbose"}}) {
    const Result result = project.dbmig(words);
    seen += result.out + result.err;
  }
  EXPECT_THAT(seen, HasSubstr("INSERT INTO t VALUES (1, ${who:literal})"));
  EXPECT_THAT(seen, HasSubstr("nowhere"));
  EXPECT_THAT(seen, Not(HasSubstr("hunter2")));
  EXPECT_EQ(stored(), in_hex(secret));
  EXPECT_THAT(sql("SELECT * FROM dbmig_revisions"), Not(HasSubstr("hunter2")));
  // Nor by what is asked of the server about it.
  project.environment["DBMIG_VAR_who"] = "hunter2-\xF0\x9F\x98\x80";
  revision("a3", "a2",
           "  - execute: {sql: \"CREATE TABLE ${who:identifier} (id INT)\", undo: none}\n"
           "  - execute: \"INSERT INTO nowhere VALUES (1)\"\n");
  const Result odd = project.dbmig({"upgrade", "-v"});
  EXPECT_THAT(odd.out + odd.err, Not(HasSubstr("hunter2")));
  // Another value is no edit, and takes back what it says.
  project.environment["DBMIG_VAR_who"] = "other";
  project.expect(1, {"upgrade"});
  EXPECT_EQ(applied(), "a1\na2\n");
}

TEST_P(RunSettings, AScriptHoldsTheValues) {
  revision("a2", "a1", kInsertRow);
  const Result script = project.expect(0, {"upgrade", "--sql", "--var", "who=O'Hara"});
  EXPECT_THAT(script.out, HasSubstr("O''Hara"));
  EXPECT_EQ(client(script.out).code, 0);
  EXPECT_EQ(sql("SELECT v FROM t"), "O'Hara\n");
}

TEST_P(RunSettings, VerifyRunsPlainSqlWithTheValues) {
  revision("a2", "a1", kInsertRow);
  EXPECT_EQ(project.expect(0, {"verify", "--var", "who=x"}).code, 0);
  EXPECT_THAT(project.expect(1, {"verify"}).err, HasSubstr("variable 'who' is not set"));
}

TEST_P(RunSettings, ASquashIsProvedWithTheValuesAndKeepsWhatItsFirstRequires) {
  revision("a2", "a1", kInsertRow, "require: SELECT COUNT(*) = 0 FROM t\n");
  revision("a3", "a2", "  - add_column: {table: t, name: c, type: int}\n");
  const std::string written =
      project.expect(0, {"squash", "a2..a3", "--plan", "--var", "who=x"}).out;
  EXPECT_THAT(written.substr(0, written.find("replaces:")),
              testing::AllOf(HasSubstr("require:"), HasSubstr("${who:literal}")));
  EXPECT_THAT(project.expect(1, {"squash", "a2..a3"}).err, HasSubstr("'who' is not set"));
  EXPECT_THAT(project.expect(1, {"squash", "a1..a3", "--var", "who=x"}).err,
              HasSubstr("migrations/a2.yaml:5:10: revision a2 has a `require` in the middle"));
}

TEST_P(RunSettings, NamesThatNoStatementCouldUseAreRefused) {
  settings("variables: {1x: a, ok_2: b}\n");
  EXPECT_THAT(project.expect(1, {"heads"}).err,
              HasSubstr("dbmig.yaml:2:13: '1x' cannot name a variable"));
}

TEST_P(RunSettings, HooksAreToldWhatHappens) {
  revision("a2", "a1", "  - add_column: {table: t, name: c, type: int}\n");
  settings(
      "hooks:\n"
      "  before_run: 'echo $DBMIG_HOOK $DBMIG_DIRECTION $DBMIG_REVISIONS $DBMIG_DIALECT >> log'\n"
      "  before_revision: 'echo $DBMIG_HOOK $DBMIG_REVISION \"$DBMIG_MESSAGE\" >> log'\n"
      "  after_revision: 'echo $DBMIG_HOOK $DBMIG_REVISION of $DBMIG_PARENTS >> log'\n"
      "  after_run: 'echo $DBMIG_HOOK $DBMIG_STATUS $DBMIG_ERROR >> log; echo told'\n");
  const Result result = project.expect(0, {"upgrade", "--json"});
  EXPECT_EQ(result.json().size(), 2U);
  EXPECT_THAT(result.err, HasSubstr("told\n"));
  EXPECT_EQ(project.read("log"),
            fmt::format("before_run upgrade a1 a2 {}\n"
                        "before_revision a1 step a1\nafter_revision a1 of\n"
                        "before_revision a2 step a2\nafter_revision a2 of a1\nafter_run done\n",
                        to_string(GetParam())));
  std::filesystem::remove(project.path() / "log");
  project.expect(0, {"upgrade"});
  EXPECT_FALSE(std::filesystem::exists(project.path() / "log"));
  revision("a3", "a2", "  - execute: \"INSERT INTO nowhere VALUES (1)\"\n");
  project.expect(1, {"upgrade"});
  EXPECT_THAT(project.read("log"), HasSubstr("after_run failed"));
}

TEST_P(RunSettings, FactsOfAnyLengthReachAHook) {
  if (on_mariadb()) return;  // a hook knows no database
  std::string ids;
  std::string parent = "a1";
  // More than a variable of the environment may hold.
  const std::string name(60, 'x');
  for (int i = 0; i < 2200; ++i) {
    const std::string id = fmt::format("{}{}", name, 1000 + i);
    project.write(fmt::format("migrations/{}.yaml", id),
                  fmt::format("revision: {}\nparents: [{}]\nupgrade: []\n", id, parent));
    ids += ' ' + id;
    parent = id;
  }
  settings(
      "hooks:\n  before_run: 'cat \"$DBMIG_REVISIONS_FILE\" > all; printf %s \"$DBMIG_REVISIONS\" "
      "> cut; exit 3'\n");
  EXPECT_THAT(project.expect(1, {"upgrade"}).err, HasSubstr("failed with code 3"));
  EXPECT_EQ(project.read("all"), "a1" + ids);
  const std::string cut = project.read("cut");
  EXPECT_THAT("a1" + ids, testing::StartsWith(cut + ' '));
  EXPECT_GT(cut.size(), 50'000U);
}

TEST_P(RunSettings, AHookThatFailsBeforeStopsAndAfterIsWarnedOf) {
  revision("a2", "a1", "  - add_column: {table: t, name: c, type: int}\n");
  settings("hooks: {before_run: exit 7}\n");
  EXPECT_THAT(project.expect(1, {"upgrade"}).err,
              HasSubstr("the hook before_run failed with code 7"));
  settings("hooks: {before_revision: 'test $DBMIG_REVISION != a2'}\n");
  EXPECT_THAT(project.expect(1, {"upgrade"}).err, HasSubstr("the hook before_revision failed"));
  EXPECT_EQ(applied(), "a1\n");
  settings("hooks: {after_revision: exit 1, after_run: exit 2}\n");
  const Result result = project.expect(0, {"upgrade"});
  EXPECT_THAT(result.err, HasSubstr("WARN  [dbmig.hooks] the hook after_revision failed"));
  EXPECT_EQ(applied(), "a1\na2\n");
  settings("hooks: {before_run: 'sleep 60 & wait', timeout: 1}\n");
  EXPECT_THAT(project.expect(1, {"downgrade", "base"}).err,
              HasSubstr("the hook before_run took longer than 1 second and was ended"));
  settings("hooks: {before_rum: exit 7}\n");
  EXPECT_THAT(project.expect(1, {"upgrade"}).err, HasSubstr("before_rum"));
}

TEST_P(RunSettings, WhatARevisionRequiresMustHoldBeforeItRuns) {
  project.expect(0, {"upgrade"});
  sql("INSERT INTO t VALUES (1, NULL)");
  revision("a2", "a1", "  - add_column: {table: t, name: c, type: int}\n",
           "require:\n  - sql: SELECT COUNT(*) = 0 FROM t WHERE v IS NULL; -- one\n"
           "    message: every row has a v\n  - SELECT 1\n");
  const Result refused = project.expect(4, {"upgrade"});
  EXPECT_THAT(refused.err, HasSubstr("migrations/a2.yaml:6:5: revision a2 cannot run on this "
                                     "database, because it requires: every row has a v"));
  EXPECT_EQ(applied(), "a1\n");
  // The same in a script.
  const Result script = project.expect(0, {"upgrade", "a1:a2", "--sql"});
  EXPECT_THAT(script.out, HasSubstr("-- Requires every row has a v"));
  EXPECT_NE(client(script.out).code, 0);
  EXPECT_EQ(applied(), "a1\n");
  sql("UPDATE t SET v = 'x'");
  EXPECT_EQ(client(script.out).code, 0);
  EXPECT_EQ(applied(), "a1\na2\n");
  EXPECT_THAT(project.dbmig({"check"}).out, Not(HasSubstr("a2")));
  // A requirement is no part of what a revision does: it may be mended later.
  revision("a2", "a1", "  - add_column: {table: t, name: c, type: int}\n");
  project.expect(0, {"upgrade"});
  project.expect(0, {"downgrade", "--allow-destructive"});
  revision("a2", "a1", "  - add_column: {table: t, name: c, type: int}\n",
           "require: SELECT 1 UNION ALL SELECT 1\n");
  EXPECT_THAT(project.expect(1, {"upgrade"}).err, HasSubstr("the query returns more than one row"));
  revision("a2", "a1", "  - add_column: {table: t, name: c, type: int}\n",
           "require: SELECT x FROM nowhere\n");
  EXPECT_THAT(project.expect(1, {"upgrade"}).err,
              HasSubstr("the `require` query of revision a2 failed: "));
}

}  // namespace
}  // namespace dbmig::test
