#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "backend/sqlite/connection.hpp"
#include "backend/sqlite/row_source.hpp"
#include "sqlite_support.hpp"

namespace dbmig {
namespace {

using backend::Value;
using test::SqliteDatabase;
using test::TempDir;
using testing::HasSubstr;

Url url_of(const std::string& path) {
  Url url;
  url.database = path;
  return url;
}

/// The error that `call` throws; fails the test when there is none.
template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(ErrorCode::failed, "no error");
}

/// Runs `body` as an ordinary user in a process of its own: root may write everywhere. True when it
/// returned true.
bool as_nobody(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setegid(65534) != 0 || ::seteuid(65534) != 0)) ::_exit(3);
    bool passed = false;
    try {
      passed = body();
    } catch (...) {
    }
    ::_exit(passed ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// SQLite says that the disk is full, which it is not.
TEST(SqliteConnection, SaysWhyATableCannotNumberMoreRows) {
  SqliteDatabase database;
  auto& connection = database.connection();
  connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT)");
  connection.execute("INSERT INTO t VALUES (9223372036854775807, 1)");
  const Error error = error_of([&] { connection.execute("INSERT INTO t (n) VALUES (2)"); });
  EXPECT_EQ(error.code(), ErrorCode::io);
  EXPECT_THAT(error.diagnostics().front().hint, HasSubstr("AUTOINCREMENT"));
}

TEST(SqliteConnection, RunsExactlyOneStatement) {
  SqliteDatabase database;
  auto& connection = database.connection();
  connection.execute("CREATE TABLE t (a TEXT); -- and a comment");
  for (const char* sql :
       {"INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)", "", " ; ", "-- no"}) {
    EXPECT_EQ(error_of([&] { connection.execute(sql); }).code(), ErrorCode::invalid) << sql;
    EXPECT_EQ(error_of([&] { connection.query(sql, {}); }).code(), ErrorCode::invalid) << sql;
  }
  EXPECT_EQ(database.rows("SELECT * FROM t"), "");
}

TEST(SqliteConnection, BindsValues) {
  SqliteDatabase database;
  auto& connection = database.connection();
  connection.execute("CREATE TABLE t (a TEXT, d DATETIME, n INT)");
  const std::string zero("x\0y", 3);
  const std::vector<Value> values = {zero, "no date: ':x' ?", std::nullopt};
  EXPECT_EQ(connection.execute("INSERT INTO t VALUES (?, ?, ?)", values), 1U);
  const std::vector<Value> key = {zero};
  const backend::Rows rows = connection.query("SELECT *, ':y' FROM t WHERE a = ?", key);
  EXPECT_EQ(rows.columns, (std::vector<std::string>{"a", "d", "n", "':y'"}));
  ASSERT_EQ(rows.rows.size(), 1U);
  EXPECT_EQ(rows.rows[0], (std::vector<Value>{zero, "no date: ':x' ?", std::nullopt, ":y"}));
  EXPECT_EQ(connection.execute("UPDATE t SET n = 1 WHERE n = 5", std::vector<Value>{}), 0U);
  EXPECT_EQ(error_of([&] { connection.query("SELECT ?", {}); }).code(), ErrorCode::invalid);
}

TEST(SqliteConnection, ReadsManyRowsAndNulls) {
  SqliteDatabase database;
  EXPECT_EQ(database.rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3)"
                          " SELECT i, NULLIF(i, 2), i * 9007199254740993 FROM n"),
            "1|1|9007199254740993\n2|NULL|18014398509481986\n3|3|27021597764222979\n");
}

TEST(SqliteConnection, TranslatesConstraintFailures) {
  SqliteDatabase database;
  database.run(
      "CREATE TABLE t (a INT PRIMARY KEY CHECK (a > 0), b INT NOT NULL,"
      " c INT REFERENCES t(a)); INSERT INTO t VALUES (1, 1, NULL)");
  for (const char* sql :
       {"INSERT INTO t VALUES (1, 1, NULL)", "INSERT INTO t VALUES (-1, 1, NULL)",
        "INSERT INTO t VALUES (2, NULL, NULL)", "INSERT INTO t VALUES (2, 1, 9)"}) {
    const Error native = error_of([&] { database.connection().execute(sql); });
    const Error bound = error_of([&] { database.connection().execute(sql, std::vector<Value>{}); });
    EXPECT_EQ(native.code(), ErrorCode::constraint) << sql;
    EXPECT_EQ(bound.code(), ErrorCode::constraint) << sql;
    EXPECT_EQ(native.native_code(), bound.native_code());
    EXPECT_EQ(native.native_code() & 0xFF, 19);
    EXPECT_GT(native.native_code(), 19);
    EXPECT_EQ(native.statement(), sql);
    EXPECT_STREQ(native.what(), bound.what());
  }
}

TEST(SqliteConnection, OpensOddPaths) {
  TempDir folder;
  for (const std::string name :
       {"a b.db", "it's \"q\".db", "100%.db", "?mode=ro&x=#y.db", "größe", "file:x.db", "a  b=c"}) {
    auto connection = backend::sqlite::connect(url_of((folder / name).string()), {true});
    connection->execute("CREATE TABLE t (a)");
    EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
  }
}

TEST(SqliteConnection, DoesNotMakeAFileThatIsNotWanted) {
  TempDir folder;
  const std::string path = (folder / "none.db").string();
  const Error error = error_of([&] { backend::sqlite::connect(url_of(path), {}); });
  EXPECT_EQ(error.code(), ErrorCode::not_found);
  EXPECT_THAT(error.what(), HasSubstr(path));
  EXPECT_THAT(error.what(), HasSubstr("check the path"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SqliteConnection, SaysWhatIsWrongWithThePath) {
  TempDir folder;
  const Error missing =
      error_of([&] { backend::sqlite::connect(url_of((folder / "no/x.db").string()), {true}); });
  EXPECT_EQ(missing.code(), ErrorCode::connection);
  EXPECT_THAT(missing.what(), HasSubstr("mkdir"));
  const Error is_folder =
      error_of([&] { backend::sqlite::connect(url_of(folder.path().string()), {true}); });
  EXPECT_THAT(is_folder.what(), HasSubstr("folder"));
}

TEST(SqliteConnection, RefusesAFileThatIsNoDatabase) {
  TempDir folder;
  std::ofstream(folder / "x.db") << "This is a letter to a friend, and no database at all.\n";
  const Error error =
      error_of([&] { backend::sqlite::connect(url_of((folder / "x.db").string()), {true}); });
  EXPECT_EQ(error.code(), ErrorCode::connection);
  EXPECT_THAT(error.what(), HasSubstr("not a SQLite database"));
}

TEST(SqliteConnection, ReadsAReadOnlyFileAndRefusesToWrite) {
  SqliteDatabase database;
  database.run("CREATE TABLE t (a)");
  std::filesystem::permissions(database.file(), std::filesystem::perms(0444));
  std::filesystem::permissions(database.file().parent_path(), std::filesystem::perms(0555));
  EXPECT_TRUE(as_nobody([&] {
    auto connection = database.open();
    if (connection->inspect({}).schema.tables.size() != 1) return false;
    try {
      connection->execute("CREATE TABLE u (a)");
    } catch (const Error& error) {
      return error.code() == ErrorCode::access;
    }
    return false;
  }));
  std::filesystem::permissions(database.file().parent_path(), std::filesystem::perms(0755));
}

TEST(SqliteConnection, SaysThatAFolderCannotBeWritten) {
  TempDir folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  EXPECT_TRUE(as_nobody([&] {
    try {
      backend::sqlite::connect(url_of((folder / "x.db").string()), {true});
    } catch (const Error& error) {
      return error.code() == ErrorCode::access;
    }
    return false;
  }));
}

TEST(SqliteConnection, WaitsForAWriterAndThenSaysSo) {
  SqliteDatabase database;
  database.run("CREATE TABLE t (a)");
  Url url = url_of(database.file().string());
  url.parameters["timeout"] = "0.2";
  auto other = backend::sqlite::connect(url, {});
  database.connection().begin();
  const auto start = std::chrono::steady_clock::now();
  const Error error = error_of([&] { other->begin(); });
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(150));
  EXPECT_EQ(error.code(), ErrorCode::busy);
  EXPECT_THAT(error.what(), HasSubstr("another process"));
  database.connection().commit();
  other->begin();
  other->rollback();
}

TEST(SqliteConnection, SaysThatTheDiskIsFull) {
  SqliteDatabase database;
  database.run("CREATE TABLE t (a); PRAGMA max_page_count = 5");
  const Error error =
      error_of([&] { database.connection().execute("INSERT INTO t VALUES (zeroblob(1000000))"); });
  EXPECT_EQ(error.code(), ErrorCode::io);
  EXPECT_THAT(error.what(), HasSubstr("full"));
}

TEST(SqliteConnection, WorksInMemory) {
  SqliteDatabase database(true);
  database.run("CREATE TABLE t (a)");
  EXPECT_EQ(database.inspect().tables.size(), 1U);
  EXPECT_NE(database.connection().lock(std::chrono::seconds(0), {}), nullptr);
  EXPECT_THAT(database.connection().server(), testing::StartsWith("SQLite 3."));
}

TEST(SqliteConnection, EnforcesForeignKeysOutsideMigrations) {
  SqliteDatabase database;
  auto& connection = database.connection();
  EXPECT_EQ(database.rows("PRAGMA foreign_keys"), "1\n");
  connection.begin_migration();
  EXPECT_EQ(database.rows("PRAGMA foreign_keys"), "0\n");
  EXPECT_THROW(connection.begin_migration(), Error);
  connection.abort_migration();
  EXPECT_EQ(database.rows("PRAGMA foreign_keys"), "1\n");
  connection.begin_migration();
  connection.execute("CREATE TABLE t (a)");
  connection.commit_migration();
  EXPECT_EQ(database.rows("PRAGMA foreign_keys"), "1\n");
  connection.rollback();  // nothing to roll back is no error
}

TEST(SqliteConnection, GoesBackToSavepoints) {
  SqliteDatabase database;
  auto& connection = database.connection();
  connection.begin_migration();
  connection.savepoint("one \"1\"");
  connection.execute("CREATE TABLE t (a)");
  connection.release_savepoint("one \"1\"");
  connection.savepoint("two");
  connection.execute("CREATE TABLE u (a)");
  connection.rollback_to_savepoint("two");
  connection.commit_migration();
  EXPECT_EQ(database.rows("SELECT name FROM sqlite_master"), "t\n");
}

TEST(SqliteConnection, NamesOrphans) {
  SqliteDatabase database;
  database.run(
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE q (id INTEGER PRIMARY KEY);"
      "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p, q INT,"
      " CONSTRAINT to_q FOREIGN KEY (q) REFERENCES q(id));"
      "CREATE TABLE w (k TEXT PRIMARY KEY REFERENCES p(id)) WITHOUT ROWID;"
      "PRAGMA foreign_keys = OFF;"
      "INSERT INTO c VALUES (3, 8, NULL), (4, NULL, 9), (5, NULL, NULL); INSERT INTO w VALUES "
      "('x')");
  EXPECT_THAT(
      database.connection().foreign_key_violations(10),
      testing::UnorderedElementsAre("row 3 of 'c': fk_c_p → 'p'", "row 4 of 'c': to_q → 'q'",
                                    "a row of 'w': fk_w_k → 'p'"));
  EXPECT_EQ(database.connection().foreign_key_violations(2).size(), 2U);
}

// --- the lock ------------------------------------------------------------------------------------

using std::chrono::seconds;

TEST(SqliteLock, LetsOneInAtATime) {
  SqliteDatabase database;
  auto other = database.open();
  int waits = 0;
  auto lock = database.connection().lock(seconds(0), [&] { ++waits; });
  EXPECT_EQ(waits, 0);
  const Error error = error_of([&] { other->lock(seconds(0), [&] { ++waits; }); });
  EXPECT_EQ(error.code(), ErrorCode::busy);
  EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid())));
  // Readers and writers go on.
  other->execute("CREATE TABLE t (a)");
  std::thread releaser([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    lock.reset();
  });
  auto second = other->lock(seconds(10), [&] { ++waits; });
  releaser.join();
  EXPECT_GE(waits, 1);
  second.reset();
  EXPECT_FALSE(std::filesystem::exists(database.file().string() + "-dbmig-lock"));
}

TEST(SqliteLock, IsOneForAllNamesOfTheFile) {
  SqliteDatabase database;
  TempDir elsewhere;
  std::filesystem::create_symlink(database.file(), elsewhere / "link.db");
  auto other = backend::sqlite::connect(url_of((elsewhere / "link.db").string()), {});
  auto lock = database.connection().lock(seconds(0), {});
  EXPECT_EQ(error_of([&] { other->lock(seconds(0), {}); }).code(), ErrorCode::busy);
}

TEST(SqliteLock, IsFreeWhenItsHolderDies) {
  SqliteDatabase database;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto connection = database.open();
    auto lock = connection->lock(seconds(0), {});
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(error_of([&] { database.connection().lock(seconds(0), {}); }).code(), ErrorCode::busy);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_NE(database.connection().lock(seconds(0), {}), nullptr);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(SqliteLock, IsNeverHeldTwice) {
  SqliteDatabase database;
  database.run("CREATE TABLE t (a INT); INSERT INTO t VALUES (0)");
  constexpr int kRounds = 20;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      auto connection = database.open();
      for (int round = 0; round < kRounds; ++round) {
        auto lock = connection->lock(seconds(60), {});
        // Lost updates would show: the read and the write are two statements.
        const auto value = connection->query("SELECT a FROM t", {}).rows[0][0];
        const std::vector<Value> next = {std::to_string(std::stoi(*value) + 1)};
        connection->execute("UPDATE t SET a = ?", next);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(database.rows("SELECT a FROM t"), "80\n");
}

TEST(SqliteLock, NeedsAFolderThatCanBeWritten) {
  SqliteDatabase database;
  database.run("CREATE TABLE t (a)");
  std::filesystem::permissions(database.file(), std::filesystem::perms(0666));
  std::filesystem::permissions(database.file().parent_path(), std::filesystem::perms(0555));
  EXPECT_TRUE(as_nobody([&] {
    auto connection = database.open();
    try {
      connection->lock(seconds(0), {});
    } catch (const Error& error) {
      return error.code() == ErrorCode::access &&
             std::string(error.what()).find("-dbmig-lock") != std::string::npos;
    }
    return false;
  }));
  std::filesystem::permissions(database.file().parent_path(), std::filesystem::perms(0755));
}

/// Its pointer may be null, which SQLite would take for NULL.
TEST(SqliteConnection, AnEmptyTextIsNotNull) {
  SqliteDatabase database(true);
  const std::vector<backend::Cell> values{backend::Cell::of_text({}), backend::Cell::of_blob({})};
  const auto rows = backend::sqlite::read_rows(database.connection().native(),
                                               "SELECT typeof(?), typeof(?)", values);
  std::vector<backend::Cell> row;
  ASSERT_TRUE(rows->next(row));
  EXPECT_EQ(row, (std::vector{backend::Cell::of_text("text"), backend::Cell::of_text("blob")}));
}

}  // namespace
}  // namespace dbmig
