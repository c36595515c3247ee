// The private MariaDB server that commands start by themselves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kModel =
    "tables:\n"
    "  a: {columns: {id: {type: integer, autoincrement: true}}, primary_key: [id]}\n";

/// Commands whose temporary files and cache are their own, so that the server is too.
class PrivateServer : public testing::Test {
 protected:
  PrivateServer() {
    std::filesystem::create_directory(temporary());
    project.start();
    project.environment = {{"DBMIG_SCRATCH", "auto"},
                           {"TMPDIR", temporary().string()},
                           {"XDG_CACHE_HOME", (cache_root() / "dbmig-test-cache").string()}};
  }
  ~PrivateServer() override { project.dbmig({"scratch", "--stop"}); }

  /// Short, for a socket's path has room for 107 bytes.
  std::filesystem::path temporary() const { return project.path() / "t"; }
  /// One for all tests: an initialised data folder is kept there.
  static std::filesystem::path cache_root() { return std::filesystem::temp_directory_path(); }
  std::filesystem::path folder() const {
    return temporary() / ("dbmig-scratch-" + std::to_string(::geteuid()));
  }
  pid_t pid(const std::string& file) const {
    pid_t id = 0;
    std::ifstream(folder() / "server" / file) >> id;
    return id;
  }
  static bool ends(pid_t id) {
    constexpr int kLooks = 600;
    for (int look = 0; look < kLooks; ++look) {
      if (::kill(id, 0) != 0 && errno == ESRCH) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  /// How many servers run in the folder.
  int servers() const {
    int count = 0;
    const std::string data = "--datadir=" + (folder() / "server" / "data").string();
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream in(entry.path() / "cmdline");
      std::string program;
      std::getline(in, program, '\0');
      const std::string rest{std::istreambuf_iterator<char>(in), {}};
      if (program.ends_with("mariadbd") && rest.find(data) != std::string::npos) ++count;
    }
    return count;
  }
  std::string version() {
    return project.expect(0, {"scratch", "--json"}).json()["version"].dump();
  }

  Project project;
};

TEST_F(PrivateServer, ProvesOnBothDatabasesWithoutAServerBeingNamed) {
  project.model(kModel);
  const Result first = project.expect(0, {"migrate", "-m", "one"});
  EXPECT_THAT(first.err, AllOf(HasSubstr("Proved on SQLite"), HasSubstr("Proved on MariaDB"),
                               Not(HasSubstr("Not proved"))));
  EXPECT_NE(version(), "null");
  // The next command joins the server that runs.
  const pid_t server = pid("mariadb.pid");
  EXPECT_THAT(project.expect(0, {"verify"}).err, HasSubstr("Proved on MariaDB"));
  EXPECT_EQ(pid("mariadb.pid"), server);
  EXPECT_THAT(project.expect(0, {"scratch", "--stop"}).err, HasSubstr("Stopped"));
  EXPECT_TRUE(ends(server));
  EXPECT_FALSE(std::filesystem::exists(folder() / "server"));
}

TEST_F(PrivateServer, IsPrivate) {
  project.expect(0, {"scratch", "--start"});
  EXPECT_EQ(std::filesystem::status(folder()).permissions(), std::filesystem::perms::owner_all);
  project.expect(0, {"scratch", "--stop"});
  std::filesystem::permissions(folder(), std::filesystem::perms(0755));
  EXPECT_THAT(project.expect(1, {"scratch", "--start"}).err,
              HasSubstr("is not a folder that only this user can access"));
}

TEST_F(PrivateServer, IsOneForAllWhoStartAtOnce) {
  std::vector<std::unique_ptr<Process>> starts;
  const std::string program = dbmig_binary();
  constexpr int kProcesses = 6;
  for (int i = 0; i < kProcesses; ++i) {
    starts.push_back(std::make_unique<Process>(
        std::vector<std::string>{program, "scratch", "--start"}, project.options()));
  }
  for (const auto& start : starts) EXPECT_EQ(start->wait().code, 0);
  EXPECT_EQ(servers(), 1);
}

/// Another server that starts deletes the temporary tables that it finds in a common folder.
TEST_F(PrivateServer, IsSetUpInATemporaryFolderOfItsOwn) {
  const std::string own = (project.path() / "own").string();
  project.environment["XDG_CACHE_HOME"] = (project.path() / "cache").string();
  project.environment["TMPDIR"] = "/nonexistent";
  project.expect(0, {"scratch", "--start", "--folder", own});
  project.expect(0, {"scratch", "--stop", "--folder", own});
}

TEST_F(PrivateServer, EndsByItselfWhenNobodyUsesIt) {
  project.expect(0, {"scratch", "--start", "--idle", "1"});
  const pid_t keeper = pid("keeper.pid");
  const pid_t server = pid("mariadb.pid");
  EXPECT_TRUE(ends(server));
  EXPECT_TRUE(ends(keeper));
  EXPECT_FALSE(std::filesystem::exists(folder() / "server"));
}

TEST_F(PrivateServer, IsReplacedWhenItOrItsKeeperWasKilled) {
  for (const char* victim : {"mariadb.pid", "keeper.pid"}) {
    project.expect(0, {"scratch", "--start"});
    const pid_t server = pid("mariadb.pid");
    ::kill(pid(victim), SIGKILL);
    EXPECT_TRUE(ends(server)) << victim;
    project.expect(0, {"scratch", "--start"});
    EXPECT_EQ(servers(), 1) << victim;
    EXPECT_NE(version(), "null") << victim;
  }
}

TEST_F(PrivateServer, IsNotStartedByWhatChangesTheProjectsDatabase) {
  project.model(kModel);
  project.environment["DBMIG_SCRATCH"] = "off";
  const Result off = project.expect(0, {"migrate", "-m", "one"});
  EXPECT_THAT(off.err, HasSubstr("Not proved on MariaDB"));
  project.environment["DBMIG_SCRATCH"] = "auto";
  for (const Project::Arguments& arguments :
       {Project::Arguments{"upgrade", "--plan"}, {"upgrade"}, {"check"}, {"show"}, {"downgrade"}}) {
    project.expect(0, arguments);
    EXPECT_EQ(version(), "null") << arguments[0];
  }
}

TEST_F(PrivateServer, SqlFilesInMariadbsDialectNeedNoServerToBeNamed) {
  project.write("t.mariadb.sql", "CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB;\n");
  EXPECT_THAT(project.expect(0, {"inspect", "--sql-file", "t.mariadb.sql"}).out, HasSubstr("t:"));
}

TEST_F(PrivateServer, SaysWhatIsWrongWithTheSetting) {
  project.environment["DBMIG_SCRATCH"] = "sqlite://";
  project.write("t.mariadb.sql", "CREATE TABLE t (id INT PRIMARY KEY);\n");
  EXPECT_THAT(project.expect(1, {"inspect", "--sql-file", "t.mariadb.sql"}).err,
              HasSubstr("DBMIG_SCRATCH is not the URL of a MariaDB server"));
}

}  // namespace
}  // namespace dbmig::test
