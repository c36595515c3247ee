// `status`: who follows it arrives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Status : public OnEachDatabase {
 protected:
  /// Types what `status` says next until nothing is left; the commands.
  std::vector<std::string> follow() const {
    std::vector<std::string> typed;
    constexpr std::size_t kMaxCommands = 8;
    while (typed.size() < kMaxCommands) {
      const auto next = project.expect(0, {"status", "--json"}).json().at("next");
      if (next.is_null()) break;
      typed.push_back(next.get<std::string>());
      const std::string command = text::replace_all(typed.back(), "…", "next");
      const Result result =
          shell("export PATH=" + dbmig_binary().parent_path().string() + ":$PATH; " + command,
                project.path());
      EXPECT_EQ(result.code, 0) << command << "\n" << result.out;
      if (result.code != 0) break;
    }
    EXPECT_EQ(project.dbmig({"check"}).code, 0);
    return typed;
  }
};

TEST_P(Status, WhoFollowsItArrives) {
  EXPECT_THAT(project.expect(0, {"status"}).out,
              HasSubstr("Next      describe your tables in schemas/, then dbmig migrate -m \"…\""));
  project.model("tables:\n  a: {columns: {id: integer}}\n");
  EXPECT_THAT(follow(), testing::ElementsAre("dbmig migrate -m \"…\"", "dbmig upgrade"));
  // Two branches, and a change of the model on top.
  const std::string head = project.expect(0, {"heads", "--json"}).json().at(0).at("revision");
  project.expect(0, {"revision", "--rev-id", "b1", "-m", "b", "--head", head});
  project.expect(0, {"revision", "--rev-id", "c1", "-m", "c", "--head", head, "--splice"});
  project.model("tables:\n  a: {columns: {id: integer, n: integer}}\n");
  EXPECT_THAT(follow(),
              testing::ElementsAre("dbmig merge heads", "dbmig migrate -m \"…\"", "dbmig upgrade"));
}

TEST_P(Status, WhatThisCheckoutLacksIsTakenBack) {
  project.model("tables:\n  a: {columns: {id: integer}}\n");
  project.migrate("a1", "a");
  project.expect(0, {"revision", "--rev-id", "b1", "-m", "of another branch"});
  project.expect(0, {"upgrade"});
  for (const auto& file : std::filesystem::directory_iterator(project.path() / "migrations")) {
    if (file.path().filename().string().find("b1") != std::string::npos) {
      std::filesystem::remove(file);
    }
  }
  EXPECT_THAT(follow(), testing::ElementsAre("dbmig switch"));
}

TEST_P(Status, WhichDatabaseItIsAndWhoSaidSo) {
  project.model("tables:\n  a: {columns: {id: integer}}\n");
  project.migrate("a1", "a");
  EXPECT_THAT(project.expect(0, {"status"}).out,
              AllOf(HasSubstr(", from dbmig.yaml\n"),
                    HasSubstr(on_mariadb() ? "\n          MariaDB 1" : "\n          SQLite 3.")));
  EXPECT_THAT(project.expect(0, {"status", "--url", url}).out,
              AllOf(HasSubstr(", from --url\n"), HasSubstr("Next      dbmig upgrade --url …\n")));
  project.write("dbmig.yaml",
                "database: \"${DATABASE_URL}\"\ndatabases: {prod: \"" + url + "\"}\n");
  EXPECT_THAT(project.expect(0, {"status", "--database", "prod"}).out,
              AllOf(HasSubstr(", from 'prod' of dbmig.yaml\n"),
                    HasSubstr("Next      dbmig upgrade --database prod\n")));
  project.environment["DATABASE_URL"] = url;
  EXPECT_THAT(project.expect(0, {"status"}).out, HasSubstr(", from DATABASE_URL\n"));
}

TEST(StatusOf, ADatabaseThatCannotBeReachedTheRestIsToldAllTheSame) {
  Project project;
  project.start("mariadb://x@127.0.0.1:1/x");
  project.model("tables:\n  a: {columns: {id: integer}}\n");
  EXPECT_THAT(project.expect(0, {"status"}).out,
              AllOf(HasSubstr("cannot be reached: "), HasSubstr("Next      dbmig migrate -m")));
  project.expect(0, {"migrate", "-m", "a", "--no-proof"});
  EXPECT_THAT(project.expect(0, {"status"}).out, HasSubstr("Next      not known"));
  // To the client library `localhost` is a socket, whatever the port.
  EXPECT_THAT(project.expect(0, {"status", "--url", "mariadb://x@localhost:1/x"}).out,
              HasSubstr("localhost:1"));
}

TEST_P(Status, StampingWithoutRevisionsTellsOfAdopt) {
  EXPECT_THAT(project.expect(0, {"stamp", "heads"}).err, HasSubstr("`dbmig adopt`"));
}

DBMIG_ON_EACH_DATABASE(Status);

}  // namespace
}  // namespace dbmig::test
