// Revisions proved before they are written, and afterwards by `dbmig verify`.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kPerson = R"yaml(tables:
  person:
    columns: {id: {type: integer, autoincrement: true}, name: varchar(20)}
    primary_key: [id]
)yaml";

constexpr const char* kPersonWithPhone = R"yaml(tables:
  person:
    columns:
      id: {type: integer, autoincrement: true}
      name: varchar(200)
      phone: {type: varchar(20), nullable: false}
    primary_key: [id]
)yaml";

class Proved : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    project.model(kPerson);
    project.migrate("aaaaaaaaaaaa", "people");
  }
  std::string server() const { return on_mariadb() ? "MariaDB" : "SQLite"; }
};
DBMIG_ON_EACH_DATABASE(Proved);

TEST_P(Proved, WhatFailsOverRowsIsNotWritten) {
  project.model(kPersonWithPhone);
  const Result result = project.expect(1, {"migrate", "-m", "phone"});
  EXPECT_THAT(result.err, AllOf(HasSubstr("not proved on"), HasSubstr("person.phone"),
                                HasSubstr("no file was written")));
  EXPECT_THAT(project.files("migrations"), SizeIs(1));

  EXPECT_THAT(project.expect(1, {"migrate", "-m", "phone", "--keep"}).err,
              AllOf(HasSubstr("_phone.yaml.rejected:"), HasSubstr("the rejected revision is in")));
  EXPECT_THAT(project.files("migrations"), SizeIs(2));
  // Which no command takes for a revision.
  EXPECT_EQ(project.expect(0, {"heads"}).out, "aaaaaaaaaaaa (head)\n");

  project.expect(0, {"migrate", "-m", "phone", "--no-proof", "--rev-id", "bbbbbbbbbbbb"});
  const Result verified = project.expect(1, {"verify"});
  EXPECT_THAT(verified.err, AllOf(HasSubstr("Proving bbbbbbbbbbbb, phone"),
                                  HasSubstr("not proved on"), HasSubstr("_phone.yaml:")));
  EXPECT_THAT(project.expect(0, {"verify", "aaaa"}).err, HasSubstr("Proved on " + server()));
}

TEST_P(Proved, VerifyTellsMachinesWhatItTellsPeople) {
  const auto list = project.expect(0, {"verify", "--all", "--json"}).json();
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0]["revision"], "aaaaaaaaaaaa");
  EXPECT_EQ(list[0]["proved"], true);
  const auto& proof = list[0]["proofs"].back();
  if (on_mariadb()) {
    EXPECT_THAT(proof["server"].get<std::string>(), HasSubstr("MariaDB"));
    EXPECT_EQ(proof["rows"], 5);
    EXPECT_THAT(proof["empty"], IsEmpty());
  } else {
    EXPECT_THAT(proof["missing"].get<std::string>(), HasSubstr("`scratch"));
  }
}

TEST_P(Proved, NoDatabaseIsTouchedAndNoneIsLeftBehind) {
  project.expect(0, {"verify", "--all"});
  EXPECT_THAT(project.expect(0, {"current"}).out, IsEmpty());
  if (on_mariadb()) {
    EXPECT_EQ(sql("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"),
              "0\n");
  } else {
    EXPECT_EQ(sql("SELECT COUNT(*) FROM sqlite_schema"), "0\n");
  }
}

TEST_P(Proved, CostsAreToldWhereAServerIsAtHand) {
  project.expect(0, {"upgrade"});
  sql("INSERT INTO person (name) VALUES ('a'), ('b')");
  project.model(R"yaml(tables:
  person:
    columns: {id: {type: integer, autoincrement: true}, name: char(30), age: integer}
    primary_key: [id]
)yaml");
  const Result written = project.expect(
      0, {"migrate", "-m", "change", "--rev-id", "bbbbbbbbbbbb", "--allow-destructive"});
  const Result plan = project.expect(0, {"upgrade", "--plan"});
  const Result shown = project.expect(0, {"show"});
  const auto json = project.expect(0, {"upgrade", "--plan", "--json"}).json();
  if (on_mariadb()) {
    const std::string line = fmt::format("alter person: COPY, LOCK={}, 2 rows",
                                         copies_let_sessions_write() ? "NONE" : "SHARED");
    EXPECT_THAT(written.err, HasSubstr(line));
    EXPECT_THAT(plan.out, HasSubstr("-- " + line));
    EXPECT_THAT(shown.out, HasSubstr(line));
    EXPECT_EQ(json[0]["costs"][0]["algorithm"], "COPY");
  } else {
    EXPECT_THAT(plan.out, Not(HasSubstr("LOCK=")));
    EXPECT_TRUE(json[0]["costs"][0].is_null());
  }
}

TEST(Verify, AServerThatIsNamedMustAnswerAndMigrateSaysWhenItDoesNot) {
  Project project;
  project.start("mariadb://nobody@127.0.0.1:1/app");
  project.model(kPerson);
  const Result written = project.expect(0, {"migrate", "-m", "people"});
  EXPECT_THAT(written.err,
              AllOf(HasSubstr("Proved on SQLite"), HasSubstr("Not proved on MariaDB")));
  EXPECT_THAT(project.expect(1, {"verify"}).err, HasSubstr("127.0.0.1"));
}

/// A scratch database of a run that was killed is swept away by the next, of one that was stopped
/// by itself.
TEST(Verify, LeavesNoScratchDatabaseBehindHoweverItEnds) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  const ServerDatabase database;
  Project project;
  project.start(database.url());
  std::string model = "tables:\n";
  for (int i = 0; i < 60; ++i) {
    model += "  t" + std::to_string(i) + ": {columns: {id: integer}, primary_key: [id]}\n";
  }
  project.model(model);
  project.migrate("aaaaaaaaaaaa", "many", {"--no-proof"});
  const auto scratch_of = [](long process) {
    return mariadb_sql(
        "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE "
        "'dbmig\\_scratch\\_%\\_" +
        std::to_string(process) + "\\_%'");
  };
  for (const int signal : {SIGINT, SIGKILL}) {
    Process process({dbmig_binary(), "verify"}, project.options());
    const long id = process.id();
    constexpr int kLooks = 300;
    for (int look = 0; look < kLooks && scratch_of(id) == "0\n"; ++look) {
    }
    process.send(signal);
    EXPECT_EQ(process.wait().signal, signal == SIGKILL ? SIGKILL : 0);
    if (signal == SIGKILL) project.expect(0, {"verify"});
    EXPECT_EQ(scratch_of(id), "0\n") << signal;
  }
}

TEST(Verify, WithoutRevisionsThereIsNothingToProve) {
  Project project;
  project.start();
  EXPECT_THAT(project.expect(0, {"verify"}).err, HasSubstr("There are no revisions."));
  EXPECT_THAT(project.expect(2, {"verify", "--all", "x"}).err,
              HasSubstr("--all exclude each other"));
  EXPECT_THAT(project.expect(1, {"verify", "ffff"}).err, HasSubstr("ffff"));
}

TEST(Verify, OnlyTheProjectsDialectsAreAsked) {
  Project project;
  project.start();
  project.write("dbmig.yaml", "database: sqlite:///app.db\ndialects: [sqlite]\n");
  project.model(kPerson);
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "people"}).err, Not(HasSubstr("MariaDB")));
}

}  // namespace
}  // namespace dbmig::test
