// What goes wrong outside dbmig, and what it says then: servers, rights, disks, Ctrl-C, two at
// once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "cli/harness.hpp"
#include "support/source_path.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kFailureModel = R"(tables:
  t:
    columns:
      id: {type: integer, autoincrement: true}
      name: varchar(40)
    primary_key: [id]
)";

/// A revision written by hand: three statements, the second of which takes a while.
void write_slow_revision(const Project& project, bool on_mariadb) {
  const std::string slow =
      on_mariadb
          ? "DO SLEEP(3)"
          : "INSERT INTO slow SELECT sum(n) FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL "
            "SELECT n + 1 FROM c WHERE n < 8000000) SELECT n FROM c)";
  project.write("migrations/2026-01-02_bbbbbbbbbbbb_slow.yaml",
                "revision: bbbbbbbbbbbb\nparents: [aaaaaaaaaaaa]\nmessage: slow\n"
                "created: 2026-01-02T00:00:00Z\n"
                "upgrade:\n"
                "  - create_table: {slow: {columns: {n: bigint}}}\n"
                "  - execute: {sql: \"" +
                    slow +
                    "\"}\n"
                    "  - create_table: {last: {columns: {n: bigint}}}\n"
                    "downgrade:\n  - drop_table: last\n  - drop_table: slow\n");
}

class Failures : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.model(kFailureModel);
    project.migrate("aaaaaaaaaaaa", "first");
  }
};

TEST_P(Failures, CtrlCStopsBetweenStatementsAndTheNextRunFinishes) {
  project.expect(0, {"upgrade"});
  write_slow_revision(project, on_mariadb());
  Process upgrade({dbmig_binary(), "upgrade", "-v"}, project.options());
  ASSERT_TRUE(upgrade.wait_for_stderr(on_mariadb() ? "SLEEP" : "RECURSIVE"));
  upgrade.send(SIGINT);
  const Result result = upgrade.wait();
  EXPECT_EQ(result.code, 130) << result;
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("Stopping after the current statement"), HasSubstr("interrupted")));
  EXPECT_EQ(project.expect(0, {"current"}).out, "aaaaaaaaaaaa\n");
  project.expect(0, {"upgrade"});
  EXPECT_EQ(project.expect(0, {"current"}).out, "bbbbbbbbbbbb (head)\n");
  EXPECT_EQ(sql("SELECT count(*) FROM last"), "0\n");
  project.expect(0, {"downgrade", "base", "--allow-destructive"});
}

TEST_P(Failures, ASecondCtrlCEndsItAtOnceAndNothingIsLost) {
  project.expect(0, {"upgrade"});
  write_slow_revision(project, on_mariadb());
  Process upgrade({dbmig_binary(), "upgrade", "-v"}, project.options());
  ASSERT_TRUE(upgrade.wait_for_stderr(on_mariadb() ? "SLEEP" : "RECURSIVE"));
  upgrade.send(SIGINT);
  ASSERT_TRUE(upgrade.wait_for_stderr("Stopping after"));
  upgrade.send(SIGINT);
  EXPECT_EQ(upgrade.wait().signal, SIGINT);
  // On MariaDB the server may still be busy with the statement: the lock makes us wait for it.
  project.expect(0, {"upgrade"});
  EXPECT_EQ(project.expect(0, {"current"}).out, "bbbbbbbbbbbb (head)\n");
  EXPECT_EQ(sql("SELECT count(*) FROM last"), "0\n");
}

TEST_P(Failures, TwoAtOnceRunEachRevisionOnce) {
  write_slow_revision(project, on_mariadb());
  const std::vector<std::string> command = {dbmig_binary(), "upgrade"};
  Process one(command, project.options());
  Process two(command, project.options());
  const Result first = one.wait();
  const Result second = two.wait();
  EXPECT_EQ(first.code, 0) << first;
  EXPECT_EQ(second.code, 0) << second;
  const std::string both = first.err + second.err;
  EXPECT_THAT(text::split(text::replace_all(both, "Running upgrade", "\1"), '\1'), SizeIs(3));
  EXPECT_THAT(both, HasSubstr("Waiting for another dbmig"));
}

TEST_P(Failures, ALockIsWaitedForOnlySoLong) {
  project.expect(0, {"upgrade"});
  write_slow_revision(project, on_mariadb());
  Process holder({dbmig_binary(), "upgrade", "-v"}, project.options());
  ASSERT_TRUE(holder.wait_for_stderr(on_mariadb() ? "SLEEP" : "RECURSIVE"));
  const Result result = project.expect(1, {"upgrade", "--lock-timeout", "0", "--json"});
  EXPECT_EQ(result.json()["error"]["code"], "busy");
  EXPECT_EQ(holder.wait().code, 0);
}

TEST_P(Failures, CtrlCEndsTheWaitForALock) {
  project.expect(0, {"upgrade"});
  write_slow_revision(project, on_mariadb());
  Process holder({dbmig_binary(), "upgrade", "-v"}, project.options());
  ASSERT_TRUE(holder.wait_for_stderr(on_mariadb() ? "SLEEP" : "RECURSIVE"));
  Process waiting({dbmig_binary(), "upgrade", "--lock-timeout", "600"}, project.options());
  ASSERT_TRUE(waiting.wait_for_stderr("Waiting for another dbmig"));
  waiting.send(SIGINT);
  const Result result = waiting.wait();
  EXPECT_EQ(result.code, 130) << result;
  EXPECT_THAT(result.err, HasSubstr("interrupted; nothing was changed"));
  EXPECT_EQ(holder.wait().code, 0);
}

DBMIG_ON_EACH_DATABASE(Failures);

// ---- Servers --------------------------------------------------------------------------------

class Server : public testing::Test {
 protected:
  void SetUp() override {
    project.start("${DATABASE_URL}");
    project.model(kFailureModel);
    project.migrate("aaaaaaaaaaaa", "first");
  }
  Project project;
};

TEST_F(Server, ThatNobodyListensAt) {
  for (const char* url : {"mariadb://u:geheim@127.0.0.1:1/app",
                          "mariadb://u:geheim@localhost/app?socket=/nowhere/mariadb.sock"}) {
    const Result result = project.expect(1, {"upgrade", "--url", url, "--json"});
    EXPECT_EQ(result.json()["error"]["code"], "connection");
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("geheim")));
    EXPECT_THAT(result.err, AnyOf(HasSubstr("127.0.0.1"), HasSubstr("/nowhere/mariadb.sock")));
  }
}

TEST_F(Server, OfNoSuchName) {
  const Result result =
      project.expect(1, {"upgrade", "--url", "mariadb://u:geheim@host.invalid/app"});
  EXPECT_THAT(result.err, AllOf(HasSubstr("host.invalid"), Not(HasSubstr("geheim"))));
}

/// A TCP port that nobody uses at the moment.
int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

/// A server of our own over TCP, since the tests' one may listen at a socket alone.
class TcpServer : public Server {
 protected:
  static void SetUpTestSuite() {
    if (!mariadb_server()) return;
    folder = new Folder;
    // Somebody else may take the port between our look and the server's.
    for (int attempt = 0; attempt < 3 && started.code != 0; ++attempt) {
      port = std::to_string(free_port());
      started =
          run({"bash", test::source_path("tests/support/mariadb_server.sh"), "start",
               folder->path(), "--skip-networking=0", "--port=" + port, "--bind-address=127.0.0.1",
               "--innodb-buffer-pool-size=32M", "--debug-no-sync"});
    }
  }
  static void TearDownTestSuite() {
    if (folder == nullptr) return;
    run({"bash", test::source_path("tests/support/mariadb_server.sh"), "stop", folder->path()});
    delete folder;
    folder = nullptr;
  }
  void SetUp() override {
    if (folder == nullptr) GTEST_SKIP() << kNoServer;
    ASSERT_EQ(started.code, 0) << started;
    Server::SetUp();
    admin(
        "DROP DATABASE IF EXISTS app; CREATE DATABASE app CHARACTER SET utf8mb4; "
        "CREATE OR REPLACE USER app@'%' IDENTIFIED BY 'ge%h@im/1'");
  }
  static std::string admin(const std::string& sql) {
    const Result result =
        run({"mariadb", "--no-defaults", "--batch", "--skip-column-names",
             "--socket=" + (folder->path() / "mariadb.sock").string(), "--user=root", "-e", sql});
    EXPECT_EQ(result.code, 0) << result;
    return result.out;
  }
  static std::string url(const std::string& password, const std::string& database = "app") {
    return "mariadb://app:" + password + "@127.0.0.1:" + port + "/" + database;
  }
  /// As a URL wants it.
  static constexpr const char* kPassword = "ge%25h%40im%2F1";

  static inline Folder* folder = nullptr;
  static inline std::string port;
  static inline Result started;
};

TEST_F(TcpServer, TakesUserAndPassword) {
  admin("GRANT ALL ON app.* TO app@'%'");
  project.environment = {{"DATABASE_URL", url(kPassword)}};
  project.expect(0, {"upgrade"});
  const Result current = project.expect(0, {"current", "-v"});
  EXPECT_THAT(current.out, AllOf(HasSubstr("aaaaaaaaaaaa"), HasSubstr("***"),
                                 Not(HasSubstr("im/1")), Not(HasSubstr("im%2F1"))));
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
  project.expect(0, {"downgrade"});
}

TEST_F(TcpServer, AndOverItsSocket) {
  admin("GRANT ALL ON app.* TO app@'%'");
  const std::string socket = (folder->path() / "mariadb.sock").string();
  project.environment = {{"DATABASE_URL", "mariadb://app:" + std::string(kPassword) +
                                              "@localhost/app?socket=" + socket}};
  project.expect(0, {"upgrade"});
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
}

TEST_F(TcpServer, WrongPasswordIsNeverPrinted) {
  admin("GRANT ALL ON app.* TO app@'%'");
  for (const char* level : {"-q", "-v", "--json"}) {
    const Result result = project.expect(1, {"upgrade", level, "--url", url("fa1sch")});
    EXPECT_THAT(result.err, AllOf(HasSubstr("app"), Not(HasSubstr("fa1sch"))));
    EXPECT_THAT(result.out, Not(HasSubstr("fa1sch")));
  }
  EXPECT_EQ(
      project.expect(1, {"upgrade", "--json", "--url", url("fa1sch")}).json()["error"]["code"],
      "access");
}

TEST_F(TcpServer, MissingDatabaseSaysHowToCreateIt) {
  admin("GRANT ALL ON *.* TO app@'%'");
  const Result result = project.expect(1, {"upgrade", "--json", "--url", url(kPassword, "nope")});
  EXPECT_EQ(result.json()["error"]["code"], "not_found");
  EXPECT_THAT(result.err, AllOf(HasSubstr("nope"), HasSubstr("CREATE DATABASE")));
}

TEST_F(TcpServer, MissingRightsSayWhatToGrant) {
  admin("GRANT SELECT ON app.* TO app@'%'");
  const Result result = project.expect(1, {"upgrade", "--json", "--url", url(kPassword)});
  EXPECT_EQ(result.json()["error"]["code"], "access");
  EXPECT_THAT(result.err, AllOf(HasSubstr("GRANT"), Not(HasSubstr("im/1"))));
  EXPECT_EQ(admin("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'app'"),
            "0\n");
}

/// The guide's GRANT is enough for everything, and nothing of it is too much.
TEST_F(TcpServer, TheDocumentedRightsAreWhatIsNeeded) {
  const std::string readme = Folder().read(test::source_path("lib/docs/mariadb.md"));
  const std::size_t begin = readme.find("GRANT ");
  const std::size_t end = readme.find(" ON ", begin);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::string list = text::replace_all(readme.substr(begin + 6, end - begin - 6), "\n", " ");
  project.model(R"(tables:
  parent: {columns: {id: integer, name: varchar(20)}, primary_key: [id]}
  child:
    columns: {id: integer, parent_id: integer, n: {type: integer, default: 1}}
    primary_key: [id]
    foreign_keys: {fk_child_parent: {columns: [parent_id], references: parent(id)}}
    indexes: {ix_child_n: [n]}
views:
  numbers: {sql: SELECT n FROM child}
triggers:
  count_up: {table: child, sql: "BEFORE INSERT ON child FOR EACH ROW SET NEW.n = 2", only: mariadb}
)");
  project.expect(0, {"migrate", "-m", "much", "--rev-id", "bbbbbbbbbbbb", "--allow-destructive"});
  project.model(R"(tables:
  parent: {indexes: {ix_parent_extra: [extra]}, columns: {id: integer, name: varchar(20), extra: integer}, primary_key: [id]}
  child:
    columns: {id: integer, parent_id: integer, n: {type: integer, default: 1}}
    primary_key: [id]
    foreign_keys: {fk_child_again: {columns: [n], references: parent(id)}, fk_child_parent: {columns: [parent_id], references: parent(id)}}
    indexes: {ix_child_n: [n]}
views:
  numbers: {sql: SELECT n FROM child}
triggers:
  count_up: {table: child, sql: "BEFORE INSERT ON child FOR EACH ROW SET NEW.n = 2", only: mariadb}
)");
  project.migrate("cccccccccccc", "alter");
  const auto whole_job = [this] {
    bool ok = true;
    project.write("parent.csv", "id,name\n1,a\n2,b\n");
    for (const Project::Arguments& arguments :
         std::vector<Project::Arguments>{{"upgrade"},
                                         {"import", "parent.csv"},
                                         {"check"},
                                         {"inspect"},
                                         {"downgrade", "--allow-destructive"},
                                         {"upgrade"},
                                         {"downgrade", "base", "--allow-destructive"}}) {
      ok = ok && project.dbmig(arguments).code == 0;
    }
    return ok;
  };
  project.environment = {{"DATABASE_URL", url(kPassword)}};
  admin("GRANT " + list + " ON app.* TO app@'%'");
  for (const Project::Arguments& arguments : std::vector<Project::Arguments>{
           {"upgrade"}, {"check"}, {"inspect"}, {"downgrade", "base", "--allow-destructive"}}) {
    project.expect(0, arguments);
  }
  EXPECT_TRUE(whole_job());
  for (const std::string& right : text::split(list, ',')) {
    admin("DROP DATABASE app; CREATE DATABASE app CHARACTER SET utf8mb4; REVOKE " + right +
          " ON app.* FROM app@'%'");
    EXPECT_FALSE(whole_job()) << right << " is not needed";
    admin("GRANT " + right + " ON app.* TO app@'%'");
  }
}

// ---- Disks ----------------------------------------------------------------------------------

/// A project in which nobody but its owner may write, run by somebody else.
TEST(ReadOnlyFolder, IsNamed) {
  Project project;
  project.start();
  project.model(kFailureModel);
  std::filesystem::copy_file(dbmig_binary(), project.path() / "dbmig");
  std::vector<std::string> as_nobody = {"setpriv", "--reuid=65534", "--regid=65534",
                                        "--clear-groups"};
  if (::geteuid() != 0) {
    as_nobody = {"env"};
    std::filesystem::permissions(
        project.path() / "migrations",
        std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    std::filesystem::permissions(
        project.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  }
  const auto dbmig = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> command = as_nobody;
    command.push_back(project.path() / "dbmig");
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command, project.options());
  };
  const Result migrate = dbmig({"migrate", "-m", "x"});
  EXPECT_EQ(migrate.code, 1) << migrate;
  EXPECT_THAT(migrate.err,
              AllOf(HasSubstr("migrations/"), HasSubstr("Permission denied"), HasSubstr("rights")));
  EXPECT_THAT(project.files("migrations"), IsEmpty());
  const Result upgrade = dbmig({"upgrade"});
  EXPECT_EQ(upgrade.code, 1) << upgrade;
  EXPECT_THAT(upgrade.err, HasSubstr("app.db"));
  const Result init = dbmig({"init", "sub"});
  EXPECT_EQ(init.code, 1) << init;
  EXPECT_THAT(init.err, HasSubstr("sub"));
  std::filesystem::permissions(project.path(), std::filesystem::perms::owner_all);
}

/// In a small file system of its own, gone with the process that mounted it.
TEST(FullDisk, LeavesEverythingAsItWas) {
  if (::geteuid() != 0 || run({"unshare", "-m", "true"}).code != 0) {
    GTEST_SKIP() << "needs the right to mount a file system";
  }
  const Project project;
  project.write("run.sh", R"sh(set -e
dbmig=$1
mount -t tmpfs -o size=600k tmpfs disk
cd disk
$dbmig init -q --url sqlite:///app.db
cat >schemas/a.yaml <<'END'
tables:
  t:
    columns: {id: {type: integer, autoincrement: true}, s: text}
    primary_key: [id]
END
$dbmig migrate -q -m one --rev-id aaaa
$dbmig upgrade -q
sqlite3 app.db "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100)
                INSERT INTO t (s) SELECT hex(randomblob(500)) FROM c"
sed -i 's/s: text/s: {type: text, nullable: false}/' schemas/a.yaml
$dbmig migrate -q -m two --rev-id bbbb
before=$(sqlite3 app.db .dump | sha256sum)
dd if=/dev/zero of=fill bs=1k status=none || true
echo upgrade:
$dbmig upgrade || echo "exit $?"
test "$before" = "$(sqlite3 app.db .dump | sha256sum)" && echo unchanged
echo migrate:
$dbmig migrate -m three --empty || echo "exit $?"
ls -A migrations | wc -l
rm fill
$dbmig upgrade -q
$dbmig current
)sh");
  std::filesystem::create_directories(project.path() / "disk");
  const Result result = shell("unshare -m bash run.sh " + dbmig_binary().string(), project.path());
  EXPECT_EQ(result.code, 0) << result;
  EXPECT_THAT(result.out, AllOf(HasSubstr("full"), HasSubstr("exit 1"), HasSubstr("unchanged"),
                                HasSubstr("No space left on device"), HasSubstr("bbbb (head)")));
  EXPECT_THAT(result.out, HasSubstr("\n2\n")) << "a half-written revision stayed behind";
}

TEST(SqliteFile, ThatIsNoDatabase) {
  Project project;
  project.start();
  project.model(kFailureModel);
  project.migrate("aaaaaaaaaaaa", "first");
  project.write("app.db", "this is not a database, whatever its name says ..................");
  const Result result = project.expect(1, {"upgrade"});
  EXPECT_THAT(result.err, AllOf(HasSubstr("app.db"), HasSubstr("not a database")));
  EXPECT_THAT(project.read("app.db"), HasSubstr("this is not a database"));
}

TEST(SqliteFile, ThatIsNotThere) {
  Project project;
  project.start();
  EXPECT_THAT(project.expect(1, {"inspect"}).err, HasSubstr("app.db"));
  EXPECT_THAT(project.expect(1, {"downgrade"}).err, HasSubstr("app.db"));
  EXPECT_FALSE(std::filesystem::exists(project.path() / "app.db"));
  EXPECT_THAT(project.expect(0, {"current"}).err, HasSubstr("does not exist yet"));
  EXPECT_FALSE(std::filesystem::exists(project.path() / "app.db"));
}

}  // namespace
}  // namespace dbmig::test
