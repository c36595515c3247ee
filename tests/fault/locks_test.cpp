// Many at once, and tables that others hold: who works, who waits, and what is said.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <thread>

#include "backend/backend.hpp"
#include "base/text.hpp"
#include "cli/harness.hpp"
#include "fault/histories.hpp"

namespace dbmig::fault {
namespace {

using test::database_name;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using Clock = std::chrono::steady_clock;

constexpr const char* kSecond = R"(revision: second000000
parents: [base00000000]
message: a column, a table, rows
created: 2026-01-02T00:00:00Z
upgrade:
  - create_table: {more: {columns: {id: integer}, primary_key: [id]}}
  - add_column: {table: customer, name: extra, type: integer}
  - execute: "UPDATE journal SET at = at + 1"
downgrade:
  - execute: "UPDATE journal SET at = at - 1"
  - drop_column: {table: customer, name: extra}
  - drop_table: more
)";

class Locks : public test::OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    std::filesystem::copy_file(histories().front().files.front(),
                               project.path() / "migrations" / "base.yaml");
    project.write("migrations/second.yaml", kSecond);
  }
  std::unique_ptr<backend::Connection> connect() const {
    Url place = Url::parse(url);
    if (!on_mariadb()) place.database = project.path() / place.database;
    return backend::connect(place);
  }
};

TEST_P(Locks, OfEightAtOnceOneWorksAndTheOthersHaveNothingToDo) {
  std::vector<std::unique_ptr<test::Process>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(std::make_unique<test::Process>(
        std::vector<std::string>{test::dbmig_binary(), "upgrade"}, project.options()));
  }
  int idle = 0;
  std::string said;
  for (const auto& process : all) {
    const test::Result result = process->wait();
    EXPECT_EQ(result.code, 0) << result;
    if (result.err.find("Nothing to do") != std::string::npos) ++idle;
    said += result.err;
  }
  EXPECT_EQ(idle, 7) << said;
  EXPECT_THAT(text::split(text::replace_all(said, "Running upgrade", "\1"), '\1'), SizeIs(3));
  EXPECT_EQ(sql("SELECT sum(at) FROM journal"), "6\n") << "the rows were changed once";
  EXPECT_EQ(project.expect(0, {"current"}).out, "second000000 (head)\n");
}

TEST_P(Locks, TheLockOfAKilledProcessIsFreeAtOnce) {
  project.expect(0, {"upgrade"});
  project.write("migrations/slow.yaml",
                "revision: slow00000000\nparents: [second000000]\nmessage: slow\n"
                "created: 2026-01-03T00:00:00Z\nupgrade:\n  - execute: {mariadb: \"DO SLEEP(30)\", "
                "sqlite: \"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n "
                "< 50000000) UPDATE customer SET notes = (SELECT max(n) FROM c)\"}\n"
                "downgrade: []\n");
  test::Process holder({test::dbmig_binary(), "upgrade", "-v"}, project.options());
  ASSERT_TRUE(holder.wait_for_stderr(on_mariadb() ? "SLEEP" : "RECURSIVE"));
  holder.send(SIGKILL);
  EXPECT_EQ(holder.wait().signal, SIGKILL);
  std::filesystem::remove(project.path() / "migrations/slow.yaml");
  const auto begin = Clock::now();
  // The revision under way has no file any more: the lock was got when that is said.
  const test::Result result = project.dbmig({"downgrade", "base00000000", "--lock-timeout", "20"});
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(15)) << result;
  EXPECT_EQ(result.code, 0) << result;
  EXPECT_EQ(sql("SELECT sum(at) FROM journal"), "4\n");
}

DBMIG_ON_EACH_DATABASE(Locks);

class TableLocks : public Locks {
 protected:
  void SetUp() override {
    Locks::SetUp();
    if (IsSkipped()) return;
    project.expect(0, {"upgrade", "base00000000"});
  }
};

/// The number of `connection` on its server.
std::string number_of(backend::Connection& connection) {
  return connection.query("SELECT CONNECTION_ID()").rows.at(0).at(0).value_or("?");
}

TEST_P(TableLocks, OfAnOpenTransactionAreWaitedForOnlySoLongAndItIsNamed) {
  const auto other = connect();
  other->begin();
  other->query("SELECT * FROM customer");
  const auto begin = Clock::now();
  const test::Result result = project.expect(1, {"upgrade", "--lock-wait", "1"});
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(15));
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("trying again, 2 of 3"), HasSubstr("trying again, 3 of 3"),
                    HasSubstr("second.yaml:7:5"), HasSubstr("ADD COLUMN `extra`"),
                    HasSubstr("Lock wait timeout exceeded"),
                    HasSubstr("connection " + number_of(*other) + " ("),
                    HasSubstr("KILL " + number_of(*other))));
  EXPECT_EQ(sql("SHOW TABLES LIKE 'more'"), "") << "what was done before was taken back";
  other->commit();
  project.expect(0, {"upgrade", "--lock-wait", "1"});
  EXPECT_EQ(sql("SELECT sum(at) FROM journal"), "6\n");
}

TEST_P(TableLocks, ThatAreGivenBackInTimeAreGot) {
  const auto other = connect();
  other->begin();
  other->query("SELECT * FROM customer");
  test::Process upgrade({test::dbmig_binary(), "upgrade", "--lock-wait", "1"}, project.options());
  EXPECT_TRUE(upgrade.wait_for_stderr("trying again, 2 of 3"));
  other->commit();
  const test::Result result = upgrade.wait();
  EXPECT_EQ(result.code, 0) << result;
}

TEST_P(TableLocks, OfRowsAreWaitedForOnlySoLongAndWhatWasDoneGoesOn) {
  const auto other = connect();
  other->begin();
  other->execute("UPDATE journal SET what = 'x' WHERE at = 1");
  const test::Result result = project.expect(1, {"upgrade", "--lock-wait", "1"});
  EXPECT_THAT(result.err, AllOf(HasSubstr("second.yaml:8:5"), HasSubstr("UPDATE journal"),
                                HasSubstr("connection " + number_of(*other) + " (")));
  other->rollback();
  project.expect(0, {"upgrade"});
  EXPECT_EQ(sql("SELECT sum(at) FROM journal"), "6\n");
}

INSTANTIATE_TEST_SUITE_P(Databases, TableLocks, testing::Values(DialectKind::mariadb),
                         database_name);

class FileLocks : public TableLocks {};

TEST_P(FileLocks, OfAnotherProcessAreWaitedForOnlySoLongAndItIsNamed) {
  test::Process::Options options = project.options();
  auto other = std::make_unique<test::Process>(
      std::vector<std::string>{"sqlite3", "app.db", "BEGIN IMMEDIATE",
                               ".shell echo held >&2; sleep 60"},
      options);
  ASSERT_TRUE(other->wait_for_stderr("held"));
  const auto begin = Clock::now();
  const test::Result result = project.expect(1, {"upgrade", "--lock-wait", "1"});
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(10));
  EXPECT_THAT(result.err, AllOf(HasSubstr("database is locked"), HasSubstr("(sqlite3) has it"),
                                HasSubstr("--lock-wait")));
  other.reset();
  project.expect(0, {"upgrade", "--lock-wait", "5"});
  EXPECT_EQ(sql("SELECT sum(at) FROM journal"), "6\n");
}

/// Not even a reader gets in then.
TEST_P(FileLocks, AgainstReadersAreWaitedForOnlySoLongAndTheirHolderIsNamed) {
  project.write("dbmig.yaml", "database: sqlite:///app.db?timeout=3\n");
  const auto hold = [&](const char* seconds) {
    auto other = std::make_unique<test::Process>(
        std::vector<std::string>{"sqlite3", "app.db", "BEGIN EXCLUSIVE",
                                 std::string(".shell echo held >&2; sleep ") + seconds},
        project.options());
    EXPECT_TRUE(other->wait_for_stderr("held"));
    return other;
  };
  auto other = hold("60");
  const auto begin = Clock::now();
  const test::Result result = project.expect(1, {"upgrade", "--lock-wait", "0"});
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(3));
  // Without the option, the URL counts.
  const auto without = Clock::now();
  project.expect(1, {"upgrade"});
  EXPECT_LT(Clock::now() - without, std::chrono::seconds(8));
  EXPECT_THAT(result.err, AllOf(HasSubstr("database is locked"), HasSubstr("(sqlite3) has it"),
                                HasSubstr("--lock-wait")));
  const test::Result read = project.expect(1, {"current"});
  EXPECT_THAT(read.err, AllOf(HasSubstr("database is locked"), HasSubstr("(sqlite3) has it"),
                              HasSubstr("?timeout=")));
  other.reset();
  other = hold("4");
  project.expect(0, {"upgrade", "--lock-wait", "30"});
  EXPECT_EQ(sql("SELECT sum(at) FROM journal"), "6\n");
}

INSTANTIATE_TEST_SUITE_P(Databases, FileLocks, testing::Values(DialectKind::sqlite), database_name);

}  // namespace
}  // namespace dbmig::fault
