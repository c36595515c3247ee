// Finished records that an INSERT reads from memory.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <random>

#include "backend/sqlite/record_insert.hpp"
#include "support/property.hpp"
#include "support/temp_dir.hpp"
#include "unit/backend/sqlite_record_cases.hpp"
#include "unit/backend/sqlite_support.hpp"

namespace dbmig::test {
namespace {

using namespace records;
using ::testing::AnyOf;
using ::testing::HasSubstr;

/// Reads records from the first row on.
std::unique_ptr<BulkSink> make_insert_sink(backend::sqlite::SqliteConnection& connection,
                                           const schema::Table& table,
                                           const std::vector<std::string>& columns) {
  return backend::sqlite::make_record_insert_sink(connection, table, columns, 0);
}

/// Whatever the table, its file and the values, and with whatever else the table has.
TEST(SqliteRecordInsert, IsWhatInsertOfTheirValuesWrites) {
  static constexpr std::array<const char*, 7> kMore = {
      "",
      "; CREATE INDEX i ON t (c0)",
      "; CREATE UNIQUE INDEX u ON t (c0)",
      "; CREATE UNIQUE INDEX u ON t (c0 COLLATE NOCASE) WHERE typeof(c0) = 'text'",
      ", CHECK (c0 IS NULL OR typeof(c0) <> 'blob')",
      ", UNIQUE (c0)",
      ", FOREIGN KEY (c0) REFERENCES p (id)",
  };
  std::size_t tried = 0;
  for (std::uint64_t seed = 1; seed <= property_seeds(120); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    Case one = random_case(random);
    one.setup +=
        "; CREATE TABLE p (id INTEGER PRIMARY KEY);"
        "INSERT INTO p VALUES (-1), (0), (1), (2), (3), (4), (5), (20), (127), (32767)";
    const std::string more = kMore[random() % kMore.size()];
    if (more.starts_with(",")) one.create.insert(one.create.size() - 1, more);
    if (more.starts_with(";")) one.create += more;
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + one.create);
    tried += expect_what_insert_writes(seed, one, make_insert_sink) ? 1 : 0;
    if (HasFailure()) return;
  }
  EXPECT_GT(2 * tried, property_seeds(120));
}

/// Without this it would be as slow as INSERT. Seen in the program of the statement:
/// https://www.sqlite.org/opcode.html
TEST(SqliteRecordInsert, RecordsAreCopiedAsTheyAreIfNothingElseHasToBeDone) {
  for (const char* script :
       {"CREATE TABLE t (n INTEGER PRIMARY KEY, a VARCHAR(40) NOT NULL, b DECIMAL(10,2), c "
        "DATETIME)",
        "CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL DEFAULT 'it''s', b "
        "DEFAULT (1 + 1), c REAL DEFAULT -1.5)",
        "CREATE TABLE t (n INT, a TEXT COLLATE NOCASE, \"b \"\"b\" BLOB, c BOOLEAN DEFAULT "
        "TRUE)"}) {
    SqliteDatabase database(true);
    database.run(script);
    database.connection().begin();
    const schema::Table table = database.inspect().table("t");
    std::vector<std::string> columns;
    for (const auto& column : table.columns) columns.push_back(column.name);
    const auto sink = make_insert_sink(database.connection(), table, columns);
    ASSERT_NE(sink, nullptr) << script;
    Case one;
    one.columns = columns;
    one.rows = {{Cell::of(std::int64_t{1}), Cell::of_text("x"), Cell::null(), Cell::null()}};
    ASSERT_EQ(write(*sink, one), std::vector<Refused>{});
    // Of the sink's own statement.
    std::string insert;
    for (sqlite3_stmt* next = nullptr;
         (next = sqlite3_next_stmt(native(database), next)) != nullptr;) {
      const std::string sql = sqlite3_sql(next);
      if (sql.find("dbmig_records") != std::string::npos) insert = sql;
    }
    const std::string program = database.rows("EXPLAIN " + insert);
    EXPECT_THAT(program, AnyOf(HasSubstr("|RowCell|"), HasSubstr("|RowData|"))) << script;
  }
}

/// One after the other and two at once; in one transaction and in several; in statements of many
/// pages, with rows that are too large for them.
TEST(SqliteRecordInsert, RecordsAreReadFromMemoryByOneSinkAtATime) {
  SqliteDatabase database(true);
  database.run("CREATE TABLE t (a, b); CREATE TABLE u (n INTEGER PRIMARY KEY, a TEXT)");
  Case one;
  one.columns = {"a", "b"};
  one.texts.push_back(std::string(300, 'x'));
  one.texts.push_back(std::string(70000, 'y'));
  one.texts.push_back(std::string(65000, 'z'));
  for (std::int64_t i = 0; i < 5000; ++i) {
    const bool is_large = i == 0 || i == 2500 || i == 4999;
    one.rows.push_back({Cell::of(i), Cell::of_text(one.texts[is_large       ? 1
                                                             : i % 100 == 7 ? 2
                                                                            : 0])});
  }
  Case other;
  other.columns = {"a"};
  other.rows = {{Cell::of_text("first")}, {Cell::of_text("second")}};
  const auto sink_of = [&](const char* table, const Case& rows) {
    return make_insert_sink(database.connection(), database.inspect().table(table), rows.columns);
  };
  for (int transaction = 0; transaction < 3; ++transaction) {
    database.connection().begin();
    for (int i = 0; i < 12; ++i) {  // more than may be attached
      auto sink = sink_of("u", other);
      ASSERT_NE(sink, nullptr) << transaction << ' ' << i;
      EXPECT_EQ(write(*sink, other), std::vector<Refused>{});
      EXPECT_EQ(sink_of("t", one), nullptr);
    }
    auto sink = sink_of("t", one);
    ASSERT_NE(sink, nullptr);
    EXPECT_EQ(write(*sink, one, 5000), std::vector<Refused>{});
    EXPECT_EQ(sink->rows(), 5000U);
    database.connection().commit();
    // A sink may outlive a transaction, and a transaction the sink.
    database.connection().begin();
    EXPECT_EQ(write(*sink, one, 777), std::vector<Refused>{});
    sink.reset();
    database.connection().commit();
    EXPECT_EQ(database.rows("SELECT count(*) FROM pragma_database_list WHERE name <> 'temp'"),
              "2\n");
    database.connection().begin();
    database.run("DELETE FROM u WHERE n = 0");
    database.connection().commit();
    // Without a transaction nothing is left.
    sink = sink_of("u", other);
    EXPECT_EQ(write(*sink, other), std::vector<Refused>{});
    sink.reset();
    EXPECT_EQ(database.rows("SELECT count(*) FROM pragma_database_list WHERE name <> 'temp'"),
              "1\n");
  }
  EXPECT_EQ(database.rows("SELECT count(*), min(n), max(n) FROM u"), "78|1|78\n");
  EXPECT_EQ(database.rows("SELECT a, count(*) FROM u GROUP BY a ORDER BY n"),
            "first|39\nsecond|39\n");
  EXPECT_EQ(database.rows("SELECT count(*), sum(a), sum(length(b)) FROM t"),
            fmt::format("30000|{}|{}\n", 6 * 4999 * 2500,
                        6 * (3 * 70000 + 50 * 65000 + (5000 - 53) * 300)));
  EXPECT_EQ(database.rows("PRAGMA integrity_check"), "ok\n");
}

/// Rows of a batch of several statements, of which some are refused, or the last of which ends the
/// write.
TEST(SqliteRecordInsert, RowsMayBeRefusedInAnyStatementOfABatch) {
  for (const std::size_t bad : {0U, 1700U, 4998U}) {
    for (const bool throws : {false, true}) {
      SCOPED_TRACE(fmt::format("{} {}", bad, throws));
      SqliteDatabase database(true);
      database.run("CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT CHECK (n <> -1))");
      database.connection().begin();
      Case one;
      one.columns = {"n", "a"};
      one.texts.push_back(std::string(300, 'x'));
      for (std::int64_t i = 0; i < 5000; ++i) {
        const bool is_bad = static_cast<std::size_t>(i) == bad;
        one.rows.push_back({Cell::of(is_bad ? -1 : i), Cell::of_text(one.texts[0])});
      }
      const auto sink =
          make_insert_sink(database.connection(), database.inspect().table("t"), one.columns);
      ASSERT_NE(sink, nullptr);
      const auto write_all = [&](const backend::RefusedRow& refused) {
        const auto encoder = row_encoder(sink->encoding(), 2);
        for (const std::vector<Cell>& row : one.rows) encoder->add(row);
        sink->write(encoder->batch(), refused);
      };
      std::vector<std::size_t> refused;
      const auto note = [&](std::size_t row, const Error& error) {
        refused.push_back(row);
        EXPECT_EQ(database.rows("SELECT count(*) FROM t"), std::to_string(bad) + "\n");
        if (throws) throw error;
      };
      if (throws) {
        EXPECT_THROW(write_all(note), Error);
      } else {
        write_all(note);
      }
      EXPECT_EQ(refused, std::vector<std::size_t>{bad});
      EXPECT_EQ(database.rows("SELECT count(*) FROM t"),
                std::to_string(throws ? bad : 4999) + "\n");
      // It can go on.
      database.run("DELETE FROM t");
      one.rows.erase(one.rows.begin() + static_cast<std::ptrdiff_t>(bad));
      write_all([](std::size_t, const Error& error) { throw error; });
      EXPECT_EQ(database.rows("SELECT count(*), min(n) FROM t"),
                fmt::format("4999|{}\n", bad == 0 ? 1 : 0));
    }
  }
}

/// Rows of another table may wait for the parents that come here.
TEST(SqliteRecordInsert, RowsAreTheParentsThatRowsWaitFor) {
  SqliteDatabase database(true);
  database.run(
      "CREATE TABLE p (id INTEGER PRIMARY KEY, x); CREATE TABLE c (pid INTEGER REFERENCES p (id) "
      "DEFERRABLE INITIALLY DEFERRED)");
  Case one;
  one.columns = {"id", "x"};
  one.rows = {{Cell::of(std::int64_t{7}), Cell::null()}, {Cell::of(std::int64_t{8}), Cell::null()}};
  database.connection().begin();
  const auto sink =
      make_insert_sink(database.connection(), database.inspect().table("p"), one.columns);
  ASSERT_NE(sink, nullptr);
  database.run("INSERT INTO c VALUES (7)");
  EXPECT_EQ(write(*sink, one), std::vector<Refused>{});
  database.connection().commit();
  EXPECT_EQ(database.rows("SELECT * FROM c JOIN p ON id = pid"), "7|7|NULL\n");
}

/// What an application may have done with its connection, and tables that are not what they seem.
TEST(SqliteRecordInsert, RecordsAreNotReadFromMemoryWhereThatWouldBeSomethingElse) {
  constexpr const char* kAttached = "SELECT name FROM pragma_database_list WHERE name <> 'temp'";
  const TempDir folder;
  const std::string plain = "CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT);";
  schema::Table table;
  table.name = "t";
  for (const std::string& script : {
           plain,
           "PRAGMA encoding = 'UTF-16'; " + plain,
           fmt::format("ATTACH '{}' AS dbmig_records;", (folder / "app.db").string()) + plain,
           "PRAGMA reverse_unordered_selects = ON;" + plain,
           plain + "CREATE TEMP TABLE t (n, a);",
       }) {
    SCOPED_TRACE(script);
    SqliteDatabase database(true);
    database.run(script);
    const std::string attached = database.rows(kAttached);
    const auto sink = make_insert_sink(database.connection(), table, {"n", "a"});
    EXPECT_EQ(sink != nullptr, script == plain);
    EXPECT_EQ(database.rows(kAttached), attached);
  }
}

/// Rows then go as values, as they do where so few come that setting up a statement is not worth
/// it.
TEST(SqliteRecordInsert, RowsGoAsValuesWhereTheyCannotBeRead) {
  for (const bool is_full : {false, true}) {
    SqliteDatabase database(true);
    database.run("CREATE TABLE t (n INTEGER PRIMARY KEY)");
    if (is_full) {
      for (int i = 0; i < 10; ++i) database.run(fmt::format("ATTACH ':memory:' AS a{}", i));
    }
    const auto attached = [&] {
      return database.rows(
          "SELECT count(*) FROM pragma_database_list WHERE name = 'dbmig_records'");
    };
    const auto sink = backend::sqlite::make_record_insert_sink(
        database.connection(), database.inspect().table("t"), {"n"});
    ASSERT_NE(sink, nullptr);
    Case one;
    one.columns = {"n"};
    for (std::int64_t i = 0; i < 1500; ++i) one.rows.push_back({Cell::null()});
    EXPECT_EQ(write(*sink, one, 1500), std::vector<Refused>{});
    EXPECT_EQ(attached(), "0\n");
    EXPECT_EQ(write(*sink, one, 1500), std::vector<Refused>{});
    EXPECT_EQ(attached(), is_full ? "0\n" : "1\n");
    EXPECT_EQ(sink->rows(), 3000U);
    EXPECT_EQ(database.rows("SELECT count(*), max(n) FROM t"), "3000|3000\n");
  }
}

TEST(SqliteRecordInsert, AColumnMayBeCalledRowid) {
  SqliteDatabase database(true);
  database.run("CREATE TABLE t (rowid TEXT, n INTEGER PRIMARY KEY); INSERT INTO t VALUES ('x', 4)");
  Case one;
  one.columns = {"rowid"};
  one.rows = {{Cell::of_text("abc")}, {Cell::of_text("99")}};
  const auto sink =
      make_insert_sink(database.connection(), database.inspect().table("t"), one.columns);
  ASSERT_NE(sink, nullptr);
  EXPECT_EQ(write(*sink, one), std::vector<Refused>{});
  EXPECT_EQ(database.rows("SELECT n, rowid FROM t"), "4|x\n5|abc\n6|99\n");
}

TEST(SqliteRecordInsert, RowsAreNotLongerThanAllowed) {
  SqliteDatabase database(true);
  database.run("CREATE TABLE t (a TEXT)");
  sqlite3_limit(native(database), SQLITE_LIMIT_LENGTH, 20000);
  Case one;
  one.columns = {"a"};
  one.texts.push_back(std::string(30000, 'x'));
  one.rows = {{Cell::of_text("abc")}, {Cell::of_text(one.texts[0])}};
  const auto sink =
      make_insert_sink(database.connection(), database.inspect().table("t"), one.columns);
  ASSERT_NE(sink, nullptr);
  const std::vector<Refused> refused = write(*sink, one);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].row, 1U);
  EXPECT_EQ(database.rows("SELECT a FROM t"), "abc\n");
}

}  // namespace
}  // namespace dbmig::test
