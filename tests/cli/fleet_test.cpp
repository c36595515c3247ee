// Many databases at once: one that fails disturbs no other, and a second run does what is left;
// alone, with processes and on ranks.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <map>
#include <thread>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

/// How a run is started: words before and after `upgrade --all`.
struct Launch {
  std::string name;
  std::vector<std::string> before;
  std::vector<std::string> after;
};

const std::vector<Launch> kLaunches{{"alone", {}, {"-j", "1"}},
                                    {"processes", {}, {"-j", "3"}},
                                    {"ranks", {"mpirun", "--oversubscribe", "-n", "3"}, {}}};

class Fleet : public testing::Test {
 protected:
  void SetUp() override {
    project.start();
    project.write("dbmig.yaml", "databases:\n  tenants: \"sqlite:///tenants/*.db\"\n");
    project.environment = {{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
                           {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"}};
    revision("a1", "", "create_table: {t: {columns: {id: int}}}");
    revision("a2", "a1", "add_column: {table: t, name: c, type: int}");
    revision("a3", "a2", "create_table: {u: {columns: {id: int}}}");
    for (int i = 1; i <= 6; ++i) tenant(i);
  }
  void revision(const std::string& id, const std::string& parent, const std::string& step) const {
    project.write(fmt::format("migrations/{}.yaml", id),
                  fmt::format("revision: {}\nparents: [{}]\nmessage: {}\n"
                              "created: 2026-01-01T00:00:00Z\nupgrade:\n  - {}\n",
                              id, parent, id, step));
  }
  void tenant(int number) const {
    std::filesystem::create_directories(project.path() / "tenants");
    project.write(file(number), "");
  }
  static std::string file(int number) { return fmt::format("tenants/{}.db", number); }
  std::string url(int number) const {
    return "sqlite:////" + (project.path() / file(number)).string().substr(1);
  }
  std::string sql(int number, const std::string& query) const {
    return run({"sqlite3", (project.path() / file(number)).string(), query}).out;
  }
  std::vector<std::string> command(const Launch& launch, std::vector<std::string> words) const {
    std::vector<std::string> all = launch.before;
    all.push_back(dbmig_binary().string());
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), launch.after.begin(), launch.after.end());
    return all;
  }
  Result launch(const Launch& how, const std::vector<std::string>& words) const {
    return run(command(how, words), project.options());
  }
  /// State by name.
  static std::map<std::string, std::string> states(const Result& result) {
    std::map<std::string, std::string> states;
    const nlohmann::json document = result.json();
    for (const auto& one : document.at("databases")) states[one.at("name")] = one.at("state");
    return states;
  }
  /// Holds the write lock of a tenant until the value goes.
  std::unique_ptr<Process> locked(int number) const {
    const std::string path = (project.path() / file(number)).string();
    auto holder = std::make_unique<Process>(
        std::vector<std::string>{
            "bash", "-c",
            "{ echo 'BEGIN IMMEDIATE; SELECT 1;'; echo '.shell echo held >&2'; "
            "sleep 100; } | sqlite3 '" +
                path + "'"},
        project.options());
    EXPECT_TRUE(holder->wait_for_stderr("held"));
    return holder;
  }

  Project project;
};

TEST_F(Fleet, OneThatFailsDisturbsNoOtherAndASecondRunDoesWhatIsLeft) {
  for (const Launch& how : kLaunches) {
    SCOPED_TRACE(how.name);
    std::filesystem::remove_all(project.path() / "tenants");
    for (int i = 1; i <= 6; ++i) tenant(i);
    project.expect(0, {"upgrade", "a1", "--url", url(2)});
    project.expect(0, {"upgrade", "--url", url(3)});
    project.write(file(4), "no database at all, but long enough to be taken for the header of one");
    // Its own table stands in the way of the last revision: the ones before stay.
    sql(5, "CREATE TABLE u (x)");
    Result first = launch(how, {"upgrade", "--all", "--json"});
    EXPECT_EQ(first.code, 1) << first;
    EXPECT_EQ(states(first), (std::map<std::string, std::string>{{file(1), "upgraded"},
                                                                 {file(2), "upgraded"},
                                                                 {file(3), "up to date"},
                                                                 {file(4), "failed"},
                                                                 {file(5), "failed"},
                                                                 {file(6), "upgraded"}}));
    EXPECT_EQ(first.json().at("failed"), 2);
    EXPECT_THAT(first.err, HasSubstr("tenants/5.db: migrations/a3.yaml:6"));
    EXPECT_EQ(sql(5, "SELECT group_concat(id) FROM dbmig_revisions"), "a1,a2\n");
    EXPECT_EQ(launch(how, {"status", "--all"}).code, 1);

    std::filesystem::remove(project.path() / file(4));
    tenant(4);
    sql(5, "DROP TABLE u");
    const Result second = launch(how, {"upgrade", "--all"});
    EXPECT_EQ(second.code, 0) << second;
    EXPECT_THAT(second.out, HasSubstr("tenants/4.db  upgraded    3 revisions, now at a3\n"
                                      "tenants/5.db  upgraded    1 revision, now at a3\n"
                                      "tenants/6.db  up to date  at a3\n"));
    EXPECT_THAT(second.err, HasSubstr("6 databases: 2 upgraded, 4 up to date\n"));
  }
}

TEST_F(Fleet, StatusAndCheckAndPlanOfAll) {
  project.expect(0, {"upgrade", "--url", url(1)});
  project.expect(0, {"upgrade", "a2", "--url", url(2)});
  project.expect(0, {"upgrade", "--url", url(3)});
  sql(3, "ALTER TABLE t ADD COLUMN by_hand");
  for (int i = 4; i <= 6; ++i) std::filesystem::remove(project.path() / file(i));
  project.model("tables:\n  t: {columns: {id: int, c: int}}\n  u: {columns: {id: int}}\n");
  for (const Launch& how : kLaunches) {
    SCOPED_TRACE(how.name);
    const Result status = launch(how, {"status", "--all"});
    EXPECT_EQ(status.code, 0) << status;
    EXPECT_EQ(status.out,
              "tenants/1.db  up to date  at a3\n"
              "tenants/2.db  behind      at a2, lacks 1 revision\n"
              "tenants/3.db  up to date  at a3\n");
    const Result plan = launch(how, {"upgrade", "--all", "--plan"});
    EXPECT_EQ(plan.code, 0) << plan;
    EXPECT_THAT(plan.out, HasSubstr("tenants/2.db  behind      at a2, would run a3\n"));
    const Result check = launch(how, {"check", "--all"});
    EXPECT_EQ(check.code, 3) << check;
    EXPECT_THAT(check.out, HasSubstr("tenants/1.db  no differences  at a3\n"
                                     "tenants/2.db  behind          at a2, lacks 1 revision\n"
                                     "tenants/3.db  differs         at a3, was changed by hand: "));
    EXPECT_THAT(check.out, HasSubstr("by_hand"));
  }
  EXPECT_EQ(sql(2, "SELECT count(*) FROM dbmig_revisions"), "2\n");
}

TEST_F(Fleet, TheCanaryComesFirst) {
  sql(2, "CREATE TABLE t (x)");
  for (const Launch& how : kLaunches) {
    SCOPED_TRACE(how.name);
    const Result result = launch(how, {"upgrade", "--all", "--canary", "2", "--json"});
    EXPECT_EQ(result.code, 1) << result;
    const auto after = states(result);
    EXPECT_THAT(after.at(file(1)), AnyOf("upgraded", "up to date"));
    EXPECT_EQ(after.at(file(2)), "failed");
    for (int i = 3; i <= 6; ++i) EXPECT_EQ(after.at(file(i)), "left out");
    EXPECT_THAT(result.err, HasSubstr("4 left out; stopped after the canary failed"));
  }
}

TEST_F(Fleet, SoManyFailuresAndNoMore) {
  for (int i = 1; i <= 6; ++i) sql(i, "CREATE TABLE t (x)");
  const Result result = launch(kLaunches[0], {"upgrade", "--all", "--max-failures", "2"});
  EXPECT_EQ(result.code, 1) << result;
  EXPECT_THAT(result.err, HasSubstr("6 databases: 2 failed, 4 left out; stopped after 2 failures"));
}

TEST_F(Fleet, ALockedTenantFailsAloneAndOthersGoOn) {
  const auto holder = locked(2);
  const Result result = launch(kLaunches[1], {"upgrade", "--all", "--lock-wait", "0", "--json"});
  EXPECT_EQ(result.code, 1) << result;
  const auto after = states(result);
  for (int i : {1, 3, 4, 5, 6}) EXPECT_EQ(after.at(file(i)), "upgraded");
  EXPECT_EQ(after.at(file(2)), "failed");
  EXPECT_EQ(result.json().at("databases").at(1).at("error").at("code"), "busy");
}

TEST_F(Fleet, AnInterruptionLeavesWholeDatabases) {
  for (const int signal : {SIGINT, SIGTERM}) {
    std::filesystem::remove_all(project.path() / "tenants");
    for (int i = 1; i <= 6; ++i) tenant(i);
    auto holder = locked(2);
    Process process(command(kLaunches[0], {"upgrade", "--all", "-v", "--json"}), project.options());
    // The first is through; the second one waits for its lock.
    ASSERT_TRUE(process.wait_for_stderr("tenants/1.db: "));
    process.send(signal);
    ASSERT_TRUE(process.wait_for_stderr("Stopping after the"));
    holder.reset();
    const Result result = process.wait();
    EXPECT_EQ(result.code, 130) << result;
    const auto after = states(result);
    EXPECT_EQ(after.at(file(1)), "upgraded");
    for (int i = 4; i <= 6; ++i) EXPECT_EQ(after.at(file(i)), "left out");
    project.expect(0, {"upgrade", "--all"});
    for (int i = 1; i <= 6; ++i) EXPECT_EQ(sql(i, "SELECT count(*) FROM dbmig_revisions"), "3\n");
  }
}

TEST_F(Fleet, AnInterruptionReachesTheProcesses) {
  auto first = locked(1);
  auto second = locked(2);
  Process process(command({"", {}, {"-j", "2"}}, {"upgrade", "--all", "--json", "-v"}),
                  project.options());
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  process.send(SIGINT);
  ASSERT_TRUE(process.wait_for_stderr("Stopping after the"));
  first.reset();
  second.reset();
  const Result result = process.wait();
  EXPECT_EQ(result.code, 130) << result;
  for (const auto& [name, state] : states(result)) {
    EXPECT_THAT(state, AnyOf("interrupted", "left out")) << name;
  }
  EXPECT_EQ(sql(3, "SELECT count(*) FROM sqlite_master"), "0\n");
}

TEST_F(Fleet, AKilledProcessLosesItsDatabaseAlone) {
  auto holder = locked(1);
  Process process(command({"", {}, {"-j", "2"}}, {"upgrade", "--all", "--json", "-v"}),
                  project.options());
  ASSERT_TRUE(process.wait_for_stderr("tenants/6.db: "));
  // What is left is the process that waits for the first database; the other one is idle.
  std::ifstream list(fmt::format("/proc/{0}/task/{0}/children", process.id()));
  pid_t waiting = 0;
  list >> waiting;
  ASSERT_GT(waiting, 0);
  ASSERT_EQ(::kill(waiting, SIGKILL), 0);
  const Result result = process.wait();
  holder.reset();
  EXPECT_EQ(result.code, 1) << result;
  const auto after = states(result);
  for (int i = 2; i <= 6; ++i) EXPECT_EQ(after.at(file(i)), "upgraded");
  EXPECT_EQ(after.at(file(1)), "failed");
  EXPECT_THAT(result.err, HasSubstr("tenants/1.db: the process that worked on it was killed by "
                                    "signal 9"));
  project.expect(0, {"upgrade", "--all"});
}

TEST_F(Fleet, TwoRunsAtOnceDoEverythingOnce) {
  Process one(command(kLaunches[1], {"upgrade", "--all", "--json"}), project.options());
  Process two(command(kLaunches[1], {"upgrade", "--all", "--json"}), project.options());
  const std::vector<Result> results{one.wait(), two.wait()};
  std::map<std::string, std::size_t> ran;
  for (const Result& result : results) {
    EXPECT_EQ(result.code, 0) << result;
    const nlohmann::json document = result.json();
    for (const auto& database : document.at("databases")) {
      ran[database.at("name")] += database.at("revisions").size();
    }
  }
  for (const auto& [name, count] : ran) EXPECT_EQ(count, 3U) << name;
}

TEST_F(Fleet, MisuseIsSaid) {
  const auto says = [&](const std::vector<std::string>& words, int code, const std::string& text) {
    const Result result = project.dbmig(words);
    EXPECT_EQ(result.code, code) << result;
    EXPECT_THAT(result.err, HasSubstr(text));
  };
  says({"upgrade", "--all", "--sql"}, 2, "--sql excludes --all");
  says({"upgrade", "--canary", "1"}, 2, "work only with several databases; add --all");
  says({"check", "--all", "--offline"}, 2, "--all excludes --offline");
  says({"upgrade", "--all", "--url", "sqlite:///none/*.db"}, 1, "no file matches");
  says({"status", "--all", "--database", "tennants"}, 2, "has no database 'tennants'");
  says({"upgrade", "--urls-from", "none"}, 2, "none");
  says({"upgrade", "--all", "nowhere"}, 1, "Can't locate revision identified by 'nowhere'");
  says({"upgrade", "--all", "-1"}, 2, "goes back");
}

TEST_F(Fleet, AMistakeUnderMpirunIsSaidOnceAndEndsTheJob) {
  const Result result = launch(kLaunches[2], {"upgrade", "--all", "--database", "tennants"});
  EXPECT_EQ(result.code, 2) << result;
  const std::string mistake = "has no database 'tennants'";
  const std::size_t at = result.err.find(mistake);
  ASSERT_NE(at, std::string::npos) << result;
  EXPECT_EQ(result.err.find(mistake, at + 1), std::string::npos) << result;
}

TEST_F(Fleet, AServerThatGoesAwayFailsAlone) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  const ServerDatabase one;
  const ServerDatabase two;
  project.write("dbmig.yaml", fmt::format("databases:\n  a: \"{}\"\n  b: \"{}\"\n  c: "
                                          "mariadb://x@localhost/x?socket=/nowhere/x.sock\n  d: "
                                          "sqlite:///tenants/1.db\n",
                                          one.url(), two.url()));
  revision(
      "a4", "a3",
      "execute: {sqlite: \"UPDATE t SET id = 1\", mariadb: \"UPDATE t SET id = 1 WHERE SLEEP(10) = "
      "0\"}");
  mariadb_sql("CREATE TABLE dummy (id int)", one.name());
  // One row in `a` alone: there the last revision takes its time.
  const Result prepared = project.dbmig({"upgrade", "a3", "--all", "--json"});
  EXPECT_EQ(prepared.code, 1);
  mariadb_sql("INSERT INTO t VALUES (1, 1)", one.name());
  Process process(command(kLaunches[1], {"upgrade", "--all", "--json", "-v"}), project.options());
  std::string connection;
  for (int i = 0; i < 100 && connection.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    connection = mariadb_sql(
        "SELECT id FROM information_schema.processlist WHERE info LIKE 'UPDATE t SET id%' AND db = "
        "'" +
        one.name() + "'");
  }
  ASSERT_FALSE(connection.empty());
  mariadb_sql("KILL " + connection);
  const Result result = process.wait();
  EXPECT_EQ(result.code, 1) << result;
  EXPECT_EQ(states(result),
            (std::map<std::string, std::string>{
                {"a", "failed"}, {"b", "upgraded"}, {"c", "failed"}, {"d", "upgraded"}}));
  EXPECT_THAT(result.err, Not(HasSubstr("internal error")));
}

}  // namespace
}  // namespace dbmig::test
