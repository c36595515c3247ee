// What teams need: the sum file, squash, rebase, switch, histories of other tools.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "base/text.hpp"
#include "cli/harness.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"

namespace dbmig::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A project whose revisions each make a table `t_ID`, in a git repository.
class Team : public Project {
 public:
  Team() {
    start();
    write("dbmig.yaml", "database: sqlite:///app.db\ndialects: [sqlite]\n");
    write("schemas/app.yaml", "tables: {}\n");
  }

  std::string file(const std::string& id) const { return "migrations/" + id + ".yaml"; }
  void revise(const std::string& id, const std::string& parents,
              const std::string& more = "") const {
    write(file(id),
          fmt::format("revision: {0}\nparents: [{1}]\nmessage: about {0}\nupgrade:\n"
                      "  - create_table:\n      t_{0}:\n        columns: {{id: integer}}\n"
                      "        primary_key: [id]\n{2}",
                      id, parents, more));
  }
  void line(int count) const {
    for (int i = 1; i <= count; ++i) {
      revise(fmt::format("r{}", i), i == 1 ? "" : fmt::format("r{}", i - 1));
    }
  }
  std::string git(const std::string& arguments, int code = 0) const {
    const Result result =
        shell("git -c user.email=ada@example.org -c user.name=Ada " + arguments, path());
    EXPECT_EQ(result.code, code) << arguments << "\n" << result.out;
    return result.out;
  }
  void commit() const { git("add -A . && git -c user.email=a@b -c user.name=A commit -qm x"); }
  std::string sum() const { return read("migrations/dbmig.sum"); }
  std::string tables() const {
    return shell(
               "sqlite3 app.db \"SELECT group_concat(name, ' ') FROM (SELECT name FROM "
               "sqlite_schema WHERE name LIKE 't%' ORDER BY name)\"",
               path())
        .out;
  }
  /// What `check --offline` says of the sum file.
  std::vector<std::string> said() const {
    std::vector<std::string> found;
    const Result result = dbmig({"check", "--offline", "--json"});
    for (const auto& one : result.json()) {
      if (one.at("kind") == "sum") found.push_back(one.at("subject"));
    }
    return found;
  }
};

TEST(Sum, IsKeptByEveryCommandThatWritesARevision) {
  Team team;
  team.expect(0, {"revision", "-m", "one", "--rev-id", "a1"});
  EXPECT_FALSE(fs::exists(team.path() / "migrations/dbmig.sum"));
  team.expect(0, {"sum"});
  EXPECT_THAT(team.sum(), HasSubstr("\na1 v1:"));
  EXPECT_EQ(team.read("migrations/.gitattributes"), "dbmig.sum merge=union\n");
  team.model("tables: {t: {columns: {id: integer}, primary_key: [id]}}\n");
  team.expect(0, {"migrate", "-m", "two", "--rev-id", "b2"});
  team.expect(0, {"revision", "-m", "three", "--rev-id", "c3", "--head", "a1", "--splice"});
  team.expect(0, {"merge", "heads", "--rev-id", "d4"});
  EXPECT_THAT(team.sum(),
              AllOf(HasSubstr("\nb2 v1:"), HasSubstr("\nc3 v1:"), HasSubstr("\nd4 v1:")));
  EXPECT_EQ(team.expect(0, {"check", "--offline"}).out, "");
  EXPECT_THAT(team.expect(0, {"sum"}).err + team.dbmig({"sum"}).out, HasSubstr("Nothing to do"));
}

TEST(Sum, AProjectHasOneWhenItWantsOne) {
  Team team;
  team.line(2);
  team.expect(0, {"revision", "-m", "more", "--rev-id", "x9"});
  EXPECT_FALSE(fs::exists(team.path() / "migrations/dbmig.sum"));
  team.expect(0, {"sum"});
  EXPECT_TRUE(team.said().empty());
}

// Any one file edited, removed or slipped in, wherever it stands, in each version folder.
TEST(Sum, SeesEverySingleChangeOfAFile) {
  for (std::uint64_t seed = 1; seed <= property_seeds(8); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    RandomSource random(seed);
    Team team;
    team.write("dbmig.yaml",
               "database: sqlite:///app.db\ndialects: [sqlite]\nmigrations: [migrations, more]\n");
    team.write("more/.keep", "");
    const int count = random.between(2, 6);
    team.line(count);
    const int other = random.between(1, count);
    const std::string moved = fmt::format("r{}", other);
    fs::rename(team.path() / team.file(moved), team.path() / ("more/" + moved + ".yaml"));
    team.expect(0, {"sum"});
    ASSERT_TRUE(team.said().empty());
    const int victim = random.between(1, count);
    const std::string id = fmt::format("r{}", victim);
    const std::string file = victim == other ? "more/" + id + ".yaml" : team.file(id);
    const std::string text = team.read(file);
    // Edited in what it does.
    team.write(file, text::replace_all(text, "id: integer", "id: bigint"));
    EXPECT_EQ(team.said(), std::vector<std::string>{id});
    EXPECT_EQ(team.dbmig({"sum"}).code, 4);
    // A comment and other line ends are no edit.
    team.write(file, "# why\r\n" + text::replace_all(text, "\n", "\r\n"));
    EXPECT_TRUE(team.said().empty());
    team.write(file, text);
    // Slipped in: a branch from anywhere.
    team.revise("new", fmt::format("r{}", random.between(1, count)));
    EXPECT_EQ(team.said(), std::vector<std::string>{"new"});
    fs::remove(team.path() / team.file("new"));
    // Removed: the last one, so that nothing else complains.
    const std::string last = fmt::format("r{}", count);
    fs::remove(team.path() / (count == other ? "more/" + last + ".yaml" : team.file(last)));
    EXPECT_EQ(team.said(), std::vector<std::string>{last});
    EXPECT_EQ(team.dbmig({"sum"}).code, 4);
    team.expect(0, {"sum", "--accept"});
    EXPECT_TRUE(team.said().empty());
  }
}

// Two branches that each add a revision: git merges the sum file by itself, wherever the lines
// fall.
TEST(Sum, MergesOfBranchesAreResolvedByGit) {
  for (const auto& [one, two] :
       {std::pair("b1", "b2"), std::pair("a1", "z9"), std::pair("z1", "a9")}) {
    Team team;
    team.git("init -q -b main");
    team.expect(0, {"revision", "-m", "base", "--rev-id", "m5"});
    team.commit();
    team.git("checkout -qb feature");
    team.expect(0, {"revision", "-m", "one", "--rev-id", one});
    team.commit();
    team.git("checkout -q main");
    team.expect(0, {"revision", "-m", "two", "--rev-id", two});
    team.commit();
    team.git("merge -q feature -m merged");
    EXPECT_TRUE(team.said().empty()) << team.sum();
    team.expect(0, {"merge", "heads"});
    EXPECT_EQ(team.expect(0, {"check", "--offline"}).out, "");
  }
}

TEST(Sum, MarksOfAConflictAndContradictionsAreClear) {
  Team team;
  team.line(2);
  team.expect(0, {"sum"});
  const std::string sum = team.sum();
  const std::vector<std::string> lines = text::split(sum, '\n');
  team.write("migrations/dbmig.sum", lines[0] + "\n<<<<<<< HEAD\n" + lines[1] + "\n=======\n" +
                                         lines[2] + "\n>>>>>>> feature\n");
  EXPECT_TRUE(team.said().empty());
  team.expect(0, {"sum"});
  EXPECT_EQ(team.sum(), sum);
  team.write("migrations/dbmig.sum", sum + "r1 v1:other\n");
  EXPECT_THAT(team.dbmig({"check", "--offline"}).out, HasSubstr("two branches changed it"));
  team.write("migrations/dbmig.sum", sum + "nonsense\n");
  EXPECT_THAT(team.dbmig({"check", "--offline"}).err, HasSubstr("migrations/dbmig.sum:4:1"));
}

TEST(Squash, DatabasesGoOnFromWhereverTheyStandWithoutTheOldFiles) {
  Team team;
  team.line(5);
  team.expect(0, {"sum"});
  for (int at = 0; at <= 5; ++at) {
    if (at > 0) {
      team.expect(
          0, {"upgrade", fmt::format("r{}", at), "--url", fmt::format("sqlite:///d{}.db", at)});
    }
  }
  const Result squash =
      team.expect(0, {"squash", "r2..r4", "--rev-id", "s1", "-m", "two to four", "--delete"});
  EXPECT_THAT(squash.err, HasSubstr("the old revisions and s1 lead to the same schema and rows"));
  EXPECT_FALSE(fs::exists(team.path() / team.file("r3")));
  EXPECT_TRUE(team.said().empty()) << team.sum();
  EXPECT_EQ(team.expect(0, {"heads"}).out.substr(0, 2), "r5");
  // The parent that r5 names is in the range: s1 stands for it everywhere.
  EXPECT_THAT(team.expect(0, {"history"}).out, HasSubstr("s1 -> r5 (head)"));
  team.expect(0, {"verify", "--all"});
  team.expect(0, {"upgrade", "--url", "sqlite:///short.db"});
  team.expect(0, {"downgrade", "r5-1", "--url", "sqlite:///short.db"});
  EXPECT_EQ(team.expect(0, {"current", "--url", "sqlite:///short.db"}).out, "s1\n");
  for (int at = 0; at <= 5; ++at) {
    const std::string url = fmt::format("sqlite:///d{}.db", at);
    team.expect(0, {"upgrade", "--url", url});
    const Result check = team.dbmig({"check", "--url", url, "--json"});
    for (const auto& one : check.json()) EXPECT_EQ(one.at("kind"), "model") << check.out;
    EXPECT_EQ(team.expect(0, {"current", "--url", url}).out, "r5 (head)\n");
  }
  // Into the range, also on the database that took the new revision.
  for (const char* url : {"sqlite:///d0.db", "sqlite:///d5.db"}) {
    team.expect(0, {"downgrade", "r3", "--url", url});
    EXPECT_THAT(team.expect(0, {"current", "--url", url}).out, HasSubstr("r3"));
    team.expect(0, {"upgrade", "--url", url});
    team.expect(0, {"downgrade", "r1", "--url", url});
    team.expect(0, {"upgrade", "--url", url});
  }
}

TEST(Squash, RefusesRangesThatNoSingleRevisionCanStandFor) {
  Team team;
  team.line(4);
  team.revise("side", "r2");
  EXPECT_THAT(team.expect(1, {"squash", "r1..r4"}).err,
              AllOf(HasSubstr("revision side builds on r2"), HasSubstr("side.yaml")));
  team.expect(2, {"squash", "r4..r1"});
  team.expect(2, {"squash", "r2..r2"});
  team.expect(2, {"squash", "r2"});
  // One that comes later from a colleague's branch.
  team.expect(0, {"squash", "r3..r4", "--rev-id", "s1", "--delete"});
  team.revise("late", "r3");
  EXPECT_THAT(team.dbmig({"heads"}).err, HasSubstr("parents: [s1]"));
}

// Each of them reads what the one before it wrote.
TEST(Revisions, AreWrittenByOneCommandAtATime) {
  Team team;
  team.line(12);
  std::vector<std::unique_ptr<Process>> commands;
  for (const std::string range : {"r1..r4", "r3..r8", "r2..r6"}) {
    commands.push_back(std::make_unique<Process>(
        std::vector<std::string>{dbmig_binary().string(), "squash", range, "--delete"},
        team.options()));
  }
  for (const std::string id : {"x1", "x2", "x3"}) {
    commands.push_back(std::make_unique<Process>(
        std::vector<std::string>{dbmig_binary().string(), "revision", "-m", id, "--rev-id", id},
        team.options()));
  }
  int done = 0;
  for (const auto& command : commands) done += command->wait().code == 0 ? 1 : 0;
  // The ranges overlap: one is squashed. Each revision has the one before it as parent.
  EXPECT_GE(done, 4);
  EXPECT_EQ(team.expect(0, {"heads"}).out.find('\n') + 1, team.dbmig({"heads"}).out.size());
  team.expect(0, {"upgrade"});
}

TEST(Revisions, WaitForTheOneThatWrites) {
  Team team;
  team.line(1);
  team.write("dbmig.yaml",
             "database: sqlite:///app.db\ndialects: [sqlite]\nmigrations: migrations\n");
  Process holder({"flock", team.path().string(), "sh", "-c", "echo held >&2; sleep 1"},
                 team.options());
  ASSERT_TRUE(holder.wait_for_stderr("held"));
  EXPECT_THAT(team.expect(0, {"revision", "-m", "one"}).err,
              AllOf(HasSubstr("Waiting for process"), HasSubstr("flock"),
                    HasSubstr("is writing revisions")));
}

TEST(Squash, TakesInAnEarlierOne) {
  Team team;
  team.line(4);
  for (const char* at : {"r1", "r2", "r4"}) {
    team.expect(0, {"upgrade", at, "--url", fmt::format("sqlite:///{}.db", at)});
  }
  team.expect(0, {"squash", "r1..r3", "--rev-id", "s1", "--delete"});
  team.expect(0, {"upgrade", "s1", "--url", "sqlite:///s1.db"});
  team.expect(0, {"squash", "s1..r4", "--rev-id", "s2", "--delete"});
  EXPECT_EQ(team.files("migrations").size(), 1U);
  for (const char* at : {"r1", "r2", "r4", "s1", "new"}) {
    SCOPED_TRACE(at);
    const std::string url = fmt::format("sqlite:///{}.db", at);
    team.expect(0, {"upgrade", "--url", url});
    EXPECT_THAT(team.dbmig({"check", "--url", url}).out, Not(HasSubstr("lacks")));
    team.expect(0, {"downgrade", "r2", "--url", url});
    EXPECT_THAT(team.expect(0, {"current", "--url", url}).out, HasSubstr("r2"));
    EXPECT_THAT(team.expect(0, {"history", "-i", "--url", url}).out,
                AllOf(HasSubstr("r2 (current), about r2  [a"), HasSubstr("about r3  [pending]")));
    team.expect(0, {"upgrade", "--url", url});
    team.expect(0, {"downgrade", "base", "--url", url});
  }
}

TEST(Squash, AScriptForgetsTheRevisionsThatItReplaces) {
  Team team;
  team.line(3);
  team.expect(0, {"upgrade"});
  team.expect(0, {"squash", "r1..r2", "--rev-id", "s1", "--delete"});
  team.expect(0, {"squash", "s1..r3", "--rev-id", "s2", "--delete"});
  team.write("down.sql", team.expect(0, {"downgrade", "--sql", "head:base"}).out);
  EXPECT_EQ(shell("sqlite3 -bail app.db < down.sql", team.path()).code, 0);
  EXPECT_EQ(shell("sqlite3 app.db 'SELECT id FROM dbmig_revisions'", team.path()).out, "");
  team.expect(0, {"upgrade"});
  EXPECT_EQ(team.tables(), "t_r1 t_r2 t_r3\n");
  team.write("stamp.sql", team.expect(0, {"stamp", "--sql", "head:base"}).out);
  EXPECT_EQ(shell("sqlite3 -bail app.db < stamp.sql", team.path()).code, 0);
  EXPECT_EQ(shell("sqlite3 app.db 'SELECT id FROM dbmig_revisions'", team.path()).out, "");
}

TEST(Squash, IsFoundByTheBeginningOfItsId) {
  Team team;
  team.line(3);
  team.expect(0, {"upgrade"});
  team.expect(0, {"squash", "r1..r2", "--rev-id", "squash1", "--delete"});
  EXPECT_THAT(team.expect(0, {"history"}).out, HasSubstr("squash1"));
  team.expect(0, {"downgrade", "squ"});
  EXPECT_EQ(team.tables(), "t_r1 t_r2\n");
  team.expect(0, {"upgrade"});
  team.expect(0, {"stamp", "squ"});
  EXPECT_EQ(team.expect(0, {"current"}).out, "r2\n");
}

TEST(Rebase, MovesABranchThatNoDatabaseHas) {
  Team team;
  team.line(2);
  team.revise("f1", "r1", "# my own words\n");
  team.revise("f2", "f1");
  team.expect(0, {"sum"});
  team.expect(0, {"upgrade", "r2"});
  EXPECT_EQ(team.dbmig({"rebase", "f2", "--onto", "r2", "--plan"}).code, 0);
  EXPECT_THAT(team.read(team.file("f1")), HasSubstr("parents: [r1]"));
  team.expect(0, {"rebase", "f2", "--onto", "r2"});
  EXPECT_THAT(team.read(team.file("f1")),
              AllOf(HasSubstr("parents: [r2]\n"), HasSubstr("# my own words")));
  EXPECT_TRUE(team.said().empty());
  EXPECT_THAT(team.expect(0, {"heads"}).out, testing::StartsWith("f2"));
  team.expect(0, {"upgrade"});
  team.revise("other", "r2");
  const Result refused = team.expect(4, {"rebase", "f2", "--onto", "other"});
  EXPECT_THAT(refused.err, HasSubstr("is applied in"));
}

TEST(Rebase, MovesABranchWithASquashInIt) {
  Team team;
  team.line(2);
  team.revise("f1", "r1");
  team.revise("f2", "f1");
  team.revise("f3", "f2");
  team.expect(0, {"squash", "f1..f2", "--rev-id", "s1", "--delete"});
  team.expect(0, {"rebase", "f3", "--onto", "r2"});
  EXPECT_THAT(team.expect(0, {"history"}).out,
              AllOf(HasSubstr("r2 -> s1"), HasSubstr("s1 -> f3 (head)")));
  team.expect(0, {"verify", "--all"});
}

TEST(Rebase, RefusesWhatContradicts) {
  Team team;
  team.write(
      team.file("r1"),
      "revision: r1\nparents: []\nupgrade:\n  - create_table: {t: {columns: {id: integer, n: "
      "varchar(40)}, primary_key: [id]}}\n");
  team.write(team.file("a"),
             "revision: a\nparents: [r1]\nupgrade:\n  - alter_column: {table: t, "
             "name: n, type: varchar(80)}\n");
  team.write(team.file("b"),
             "revision: b\nparents: [r1]\nupgrade:\n  - alter_column: {table: t, "
             "name: n, type: varchar(60)}\n");
  EXPECT_THAT(team.expect(1, {"rebase", "b", "--onto", "a"}).err,
              AllOf(HasSubstr("a.yaml"), HasSubstr("b.yaml")));
  team.expect(2, {"rebase", "r1", "--onto", "a"});
}

TEST(Switch, TakesBackWhatTheCheckoutLacksAndGoesOn) {
  Team team;
  team.git("init -q -b main");
  team.write(".gitignore", "app.db\n");
  team.line(1);
  team.commit();
  team.git("checkout -qb feature");
  team.revise("f1", "r1");
  team.commit();
  team.expect(0, {"upgrade"});
  team.git("checkout -q main");
  team.revise("m2", "r1");
  team.commit();
  EXPECT_THAT(team.expect(0, {"switch", "--plan"}).err + team.dbmig({"switch", "--plan"}).out,
              AllOf(HasSubstr("f1"), HasSubstr("DROP TABLE"), HasSubstr("-- upgrade m2"),
                    HasSubstr("CREATE TABLE \"t_m2\"")));
  team.expect(0, {"switch"});
  EXPECT_EQ(team.tables(), "t_m2 t_r1\n");
  // Rows are lost only with consent, and before anything runs.
  team.git("checkout -q feature");
  shell("sqlite3 app.db 'INSERT INTO t_m2 VALUES (7)'", team.path());
  const Result refused = team.expect(4, {"switch"});
  EXPECT_THAT(refused.err, AllOf(HasSubstr("t_m2"), HasSubstr("--allow-destructive")));
  EXPECT_EQ(team.tables(), "t_m2 t_r1\n");
  team.expect(0, {"switch", "--allow-destructive"});
  EXPECT_EQ(team.tables(), "t_f1 t_r1\n");
  team.expect(0, {"switch"});
}

TEST(Switch, ToACheckoutFromBeforeASquash) {
  Team team;
  team.git("init -q -b main");
  team.line(3);
  team.commit();
  team.git("checkout -qb tidy");
  team.expect(0, {"squash", "base..r3", "--rev-id", "s1", "--delete"});
  team.commit();
  team.expect(0, {"upgrade"});
  EXPECT_EQ(team.expect(0, {"current"}).out, "s1 (head)\n");
  shell("sqlite3 app.db 'INSERT INTO t_r2 VALUES (7)'", team.path());
  team.git("checkout -q main");
  team.expect(0, {"switch"});
  EXPECT_EQ(team.expect(0, {"current"}).out, "r3 (head)\n");
  EXPECT_EQ(shell("sqlite3 app.db 'SELECT * FROM t_r2'", team.path()).out, "7\n");
}

/// The same history as each tool writes it, and what its table then says of version 2.
struct OldTool {
  std::string name;
  std::vector<std::pair<std::string, std::string>> files;
  std::string table;
};

std::vector<OldTool> old_tools() {
  const std::string up1 = "CREATE TABLE ta (id integer PRIMARY KEY, n varchar(40) NOT NULL);\n";
  const std::string up2 =
      "ALTER TABLE ta ADD COLUMN m integer;\nINSERT INTO ta (id, n) VALUES (1, 'a;b');\n";
  const std::string down2 = "DELETE FROM ta WHERE id = 1;\nALTER TABLE ta DROP COLUMN m;\n";
  const std::string up3 = "CREATE TABLE tb (id integer PRIMARY KEY);\nCREATE INDEX ib ON ta (n);\n";
  const std::string down3 = "DROP INDEX ib;\nDROP TABLE tb;\n";
  return {
      {"flyway",
       {{"V1__first.sql", up1},
        {"V1_1__second.sql", up2},
        {"U1_1__second.sql", down2},
        {"V10__third.sql", up3}},
       "CREATE TABLE flyway_schema_history (installed_rank int, version varchar(50), success int);"
       "INSERT INTO flyway_schema_history VALUES (1, '1', 1), (2, '1.1', 1);"},
      {"golang-migrate",
       {{"000001_first.up.sql", up1},
        {"000001_first.down.sql", "DROP TABLE ta;"},
        {"000002_second.up.sql", up2},
        {"000002_second.down.sql", down2},
        {"000010_third.up.sql", up3},
        {"000010_third.down.sql", down3}},
       "CREATE TABLE schema_migrations (version bigint, dirty int);"
       "INSERT INTO schema_migrations VALUES (2, 0);"},
      {"dbmate",
       {{"20260101000000_first.sql", "-- migrate:up\n" + up1 + "-- migrate:down\nDROP TABLE ta;\n"},
        {"20260102000000_second.sql", "-- migrate:up\n" + up2 + "\n-- migrate:down\n" + down2},
        {"20260103000000_third.sql", "-- migrate:up\n" + up3 + "-- migrate:down\n" + down3}},
       "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);"
       "INSERT INTO schema_migrations VALUES ('20260101000000'), ('20260102000000');"},
      {"goose",
       {{"00001_first.sql", "-- +goose Up\n" + up1 + "-- +goose Down\nDROP TABLE ta;\n"},
        {"00002_second.sql", "-- +goose Up\n-- +goose StatementBegin\n" + up2 +
                                 "-- +goose StatementEnd\n-- +goose Down\n" + down2},
        {"00003_third.sql", "-- +goose Up\n" + up3 + "-- +goose Down\n" + down3}},
       "CREATE TABLE goose_db_version (id integer PRIMARY KEY, version_id bigint, is_applied int);"
       "INSERT INTO goose_db_version VALUES (1, 0, 1), (2, 1, 1), (3, 2, 1);"},
      {"plain", {{"001_first.sql", up1}, {"002-second.sql", up2}, {"010.sql", up3}}, ""},
  };
}

TEST(AdoptFrom, EachToolsFilesBecomeRevisionsAndItsDatabasesEnterWhereTheyAre) {
  for (const OldTool& tool : old_tools()) {
    SCOPED_TRACE(tool.name);
    Team team;
    fs::remove(team.path() / "schemas/app.yaml");
    for (const auto& [name, text] : tool.files) team.write("old/" + name, text);
    team.expect(0, {"adopt", "--from", "old"});
    const Result check = team.dbmig({"check", "--offline"});
    EXPECT_EQ(check.code, 0) << check.out << check.err;
    EXPECT_EQ(team.expect(0, {"history", "--json"}).json().size(), 3U);
    team.expect(0, {"verify", "--all"});
    team.expect(0, {"upgrade"});
    EXPECT_EQ(team.expect(0, {"check"}).code, 0);
    if (tool.table.empty()) continue;
    // One that the tool brought to the second version.
    team.write("half.sql", tool.files[0].second.substr(tool.files[0].second.find("CREATE")));
    shell(
        "sqlite3 half.db 'CREATE TABLE ta (id integer PRIMARY KEY, n varchar(40) NOT NULL); ALTER "
        "TABLE ta ADD COLUMN m integer;' && sqlite3 half.db \"" +
            tool.table + "\"",
        team.path());
    const Result entered = team.expect(0, {"upgrade", "--url", "sqlite:///half.db"});
    EXPECT_THAT(entered.err, HasSubstr(tool.name + " has the database at"));
    EXPECT_EQ(team.expect(0, {"check", "--url", "sqlite:///half.db"}).code, 0);
  }
}

TEST(AdoptFrom, WaysDownThatDoNotLeadBackAreNamedAndLeftOut) {
  Team team;
  fs::remove(team.path() / "schemas/app.yaml");
  team.write("old/1_a.up.sql", "CREATE TABLE ta (id integer PRIMARY KEY);");
  team.write("old/1_a.down.sql", "SELECT 1;");
  team.write("old/2_b.up.sql", "CREATE TABLE tb (id integer PRIMARY KEY);");
  team.write("old/2_b.down.sql", "DROP TABLE nothing;");
  team.write("old/3_c.up.sql", "CREATE TABLE tc (id integer PRIMARY KEY);");
  team.write("old/4_d.go", "package migrations");
  team.write("old/tools.go", "package migrations");
  const Result result = team.expect(0, {"adopt", "--from", "old"});
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("4_d.go was left out: it is a program"), Not(HasSubstr("tools.go"))));
  EXPECT_THAT(result.err, AllOf(HasSubstr("1_a.up.sql"), HasSubstr("2_b.up.sql"),
                                HasSubstr("does not restore the schema")));
  team.expect(0, {"upgrade"});
  EXPECT_EQ(team.tables(), "ta tb tc\n");
  Team wrong;
  wrong.write("old/1_a.sql", "CREATE TABLE ta (id integer PRIMARY KEY);\nCREATE TABL tb (id);\n");
  EXPECT_THAT(wrong.dbmig({"adopt", "--from", "old"}).err, HasSubstr("old/1_a.sql:2:"));
  wrong.write("old/V2__b.sql", "SELECT 1;");
  EXPECT_THAT(wrong.expect(1, {"adopt", "--from", "old"}).err,
              AllOf(HasSubstr("flyway"), HasSubstr("plain numbers")));
}

TEST(Baseline, StampsOnlyWhatEqualsTheRevision) {
  Team team;
  team.line(3);
  shell(
      "sqlite3 app.db 'CREATE TABLE t_r1 (id integer PRIMARY KEY); CREATE TABLE t_r2 (id integer "
      "PRIMARY KEY)'",
      team.path());
  const Result early = team.expect(3, {"upgrade", "--baseline", "r1"});
  EXPECT_THAT(early.out, HasSubstr("table 't_r2', which later revisions create"));
  EXPECT_THAT(team.expect(3, {"upgrade", "--baseline"}).out, HasSubstr("t_r3"));
  team.expect(3, {"upgrade", "--baseline", "--plan"});
  EXPECT_THAT(team.expect(0, {"upgrade", "--baseline", "r2", "--plan"}).err,
              HasSubstr("The database matches revision r2"));
  EXPECT_EQ(team.expect(0, {"current"}).out, "");
  team.expect(0, {"upgrade", "--baseline", "r2"});
  EXPECT_EQ(team.expect(0, {"current"}).out, "r2\n");
  team.expect(0, {"upgrade", "--baseline"});
  EXPECT_EQ(team.expect(0, {"current"}).out, "r3 (head)\n");
  // An empty database takes all of it.
  team.expect(0, {"upgrade", "--baseline", "--url", "sqlite:///new.db"});
  EXPECT_EQ(team.expect(0, {"current", "--url", "sqlite:///new.db"}).out, "r3 (head)\n");
}

TEST(AdoptsOfAlembic, HeadsEnterAndUnknownVersionsAreNamed) {
  Team team;
  team.line(3);
  team.write(team.file("r2"), team.read(team.file("r2")) + "adopts: {alembic: 1975ea83b712}\n");
  shell(
      "sqlite3 app.db \"CREATE TABLE t_r1 (id integer PRIMARY KEY); CREATE TABLE t_r2 (id integer "
      "PRIMARY KEY); CREATE TABLE alembic_version (version_num varchar(32)); INSERT INTO "
      "alembic_version VALUES ('27c6a30d7c24')\"",
      team.path());
  EXPECT_THAT(team.expect(1, {"upgrade"}).err, HasSubstr("27c6a30d7c24"));
  shell("sqlite3 app.db \"UPDATE alembic_version SET version_num = '1975ea83b712'\"", team.path());
  // The plan begins where the database enters.
  const Result plan = team.expect(0, {"upgrade", "--plan"});
  EXPECT_THAT(plan.err, HasSubstr("it enters at revision r2"));
  EXPECT_THAT(plan.out, AllOf(HasSubstr("t_r3"), Not(HasSubstr("t_r2"))));
  EXPECT_EQ(team.expect(0, {"current"}).out, "");
  // As it does among many; one that is not what the other tool says changes nothing.
  shell("cp app.db copy1.db; cp app.db copy2.db; sqlite3 copy2.db 'DROP TABLE t_r1'", team.path());
  for (const bool is_plan : {true, false}) {
    Project::Arguments words{"upgrade", "--all", "--url", "sqlite:///copy*.db"};
    if (is_plan) words.emplace_back("--plan");
    const Result many = team.expect(1, words);
    EXPECT_THAT(many.out, AllOf(HasSubstr("r3"), HasSubstr("differs from what revision r2 makes")));
  }
  EXPECT_EQ(team.expect(0, {"current", "--url", "sqlite:///copy1.db"}).out, "r3 (head)\n");
  EXPECT_EQ(team.expect(0, {"current", "--url", "sqlite:///copy2.db"}).out, "");
  team.expect(0, {"upgrade"});
  EXPECT_EQ(team.tables(), "t_r1 t_r2 t_r3\n");
  team.write(team.file("r3"),
             team.read(team.file("r3")) + "adopts: {alembic: [x, 1975ea83b712]}\n");
  EXPECT_THAT(team.expect(1, {"heads"}).err,
              HasSubstr("version 1975ea83b712 of alembic is adopted by r2 and by r3"));
}

TEST(RequireLock, RefusesBeforeAnythingIsChanged) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  ServerDatabase database;
  Team team;
  team.write("dbmig.yaml", "database: " + database.url() + "\ndialects: [mariadb]\n");
  team.write(team.file("r1"),
             "revision: r1\nparents: []\nupgrade:\n  - create_table: {p: {columns: "
             "{id: integer}, primary_key: [id]}}\n  - create_table: {t: {columns: {id: integer, p: "
             "integer, n: varchar(40)}, primary_key: [id], foreign_keys: {fk: {columns: [p], "
             "references: p(id), on_delete: cascade}}}}\n");
  team.write(team.file("r2"),
             "revision: r2\nparents: [r1]\nupgrade:\n  - add_column: {table: t, name: a, type: "
             "integer}\n");
  // From 11.2 on a change of a type blocks writes where rows go with their parents alone.
  team.write(team.file("r3"),
             "revision: r3\nparents: [r2]\nupgrade:\n  - alter_column: {table: t, "
             "name: a, type: bigint}\n");
  team.expect(0, {"upgrade", "r1"});
  EXPECT_THAT(team.expect(4, {"upgrade", "--require-lock", "none"}).err,
              AllOf(HasSubstr("r3"), HasSubstr("LOCK=SHARED"), HasSubstr("r3.yaml:4")));
  EXPECT_THAT(team.expect(4, {"upgrade", "--require-lock", "none", "--plan"}).out,
              HasSubstr("MODIFY COLUMN"));
  EXPECT_THAT(team.expect(0, {"current"}).out, HasSubstr("r1"));
  const Result all =
      team.dbmig({"upgrade", "--all", "--url", database.url(), "--require-lock", "none"});
  EXPECT_EQ(all.code, 1) << all;
  EXPECT_THAT(all.out, AllOf(HasSubstr("r3"), HasSubstr("LOCK=SHARED")));
  EXPECT_THAT(team.expect(0, {"current"}).out, HasSubstr("r1"));
  team.expect(0, {"upgrade", "--require-lock", "none", "r2"});
  team.expect(0, {"upgrade", "--require-lock", "shared"});
  Team lite;
  lite.line(1);
  lite.expect(2, {"upgrade", "--require-lock", "none"});
}

}  // namespace
}  // namespace dbmig::test
