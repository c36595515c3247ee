// Records made outside of the database hold what INSERT makes of the same values.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <limits>
#include <random>

#include "backend/bulk.hpp"
#include "backend/sqlite/bulk.hpp"
#include "backend/sqlite/connection.hpp"
#include "backend/sqlite/record.hpp"
#include "backend/sqlite/record_insert.hpp"
#include "backend/sqlite/record_sink.hpp"
#include "support/property.hpp"
#include "support/temp_dir.hpp"
#include "unit/backend/sqlite_support.hpp"

namespace dbmig::test {
namespace {

using backend::BulkSink;
using backend::Cell;
using backend::row_encoder;
using backend::sqlite::Affinity;
using backend::sqlite::RecordLayout;
using backend::sqlite::RecordReader;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

/// A value of any kind, at the edges of every form in which a record stores it.
Cell random_cell(std::mt19937& random, std::vector<std::string>& texts) {
  static const std::vector<std::int64_t> kEdges = {0,
                                                   1,
                                                   2,
                                                   127,
                                                   128,
                                                   -128,
                                                   -129,
                                                   32767,
                                                   32768,
                                                   -32769,
                                                   8388607,
                                                   8388608,
                                                   2147483647,
                                                   2147483648,
                                                   -1,
                                                   kLowest,
                                                   kHighest,
                                                   140737488355327,
                                                   140737488355328,
                                                   -140737488355328,
                                                   -140737488355329,
                                                   1LL << 53};
  static const std::vector<double> kReals = {
      0.0,  -0.0,   1.0,     -1.5,  1e15,   9007199254740993.0,
      1e18, 9.3e18, -9.3e18, 1e300, 5e-324, 140737488355328.0};
  static const std::vector<std::string> kTexts = {"",      "a",
                                                  "12",    " 12 ",
                                                  "1e5",   "1.",
                                                  ".5",    "+7",
                                                  "-",     "2024-01-31",
                                                  "1e",    "0x10",
                                                  "1e999", "99999999999999999999",
                                                  "ñ€",    "12:30:00",
                                                  "5 5",   std::string("a\0b", 3),
                                                  "\t3\n"};
  switch (random() % 6) {
    case 0:
      return Cell::null();
    case 1:
      return Cell::of(random() % 2 == 0 ? kEdges[random() % kEdges.size()]
                                        : static_cast<std::int64_t>(random()) - (1 << 30));
    case 2:
      return Cell::of(random() % 2 == 0 ? kReals[random() % kReals.size()]
                                        : static_cast<double>(random()) / 1000);
    case 3:
      return Cell::of_blob(texts.emplace_back(std::string(random() % 40, '\xFE')));
    default:
      if (random() % 12 == 0) return Cell::of_text(texts.emplace_back(random() % 9000, 'x'));
      return Cell::of_text(texts.emplace_back(kTexts[random() % kTexts.size()]));
  }
}

struct Refused {
  std::size_t row = 0;
  ErrorCode code = ErrorCode::failed;
  std::string message;
  friend bool operator==(const Refused&, const Refused&) = default;
};

/// A table, how it lies in the file, and the rows that go into it.
struct Case {
  std::string setup;
  int reserved_bytes = 0;  ///< at the end of each page, as encryption has them
  std::string create;
  std::vector<std::string> columns;  ///< that the rows have
  std::vector<std::vector<Cell>> rows;
  std::vector<std::string> texts;
};

Case random_case(std::mt19937& random) {
  static const std::array<const char*, 12> kTypes = {
      "INTEGER", "INT",     "REAL",         "DOUBLE",  "TEXT", "VARCHAR(3)",
      "BLOB",    "NUMERIC", "DECIMAL(5,2)", "BOOLEAN", "DATE", ""};
  Case one;
  one.texts.reserve(4096);
  one.setup = "PRAGMA page_size = " + std::to_string(512 << (random() % 6)) +
              "; PRAGMA auto_vacuum = " + std::to_string(random() % 3) +
              "; PRAGMA journal_mode = " + (random() % 3 == 0 ? "WAL" : "DELETE");
  static constexpr int kReserved[] = {0, 0, 8, 32};
  one.reserved_bytes = kReserved[random() % 4];
  const std::size_t width = 1 + random() % 7;
  const std::size_t key = random() % (width + 2);  // Beyond: none.
  for (std::size_t i = 0; i < width; ++i) {
    const std::string name = "c" + std::to_string(i);
    one.create += (i == 0 ? "CREATE TABLE t (" : ", ") + name + ' ';
    if (i == key) {
      one.create += random() % 2 == 0 ? "INTEGER PRIMARY KEY" : "INTEGER PRIMARY KEY AUTOINCREMENT";
    } else {
      one.create += kTypes[random() % kTypes.size()];
      if (random() % 4 == 0) one.create += " NOT NULL";
    }
    if (one.create.ends_with("NOT NULL") || random() % 5 != 0) one.columns.push_back(name);
  }
  one.create += ")";
  if (one.columns.empty()) one.columns.push_back("c0");
  std::shuffle(one.columns.begin(), one.columns.end(), random);
  std::int64_t next = 1;
  for (std::size_t n = random() % 300; n > 0; --n) {
    std::vector<Cell>& row = one.rows.emplace_back();
    for (const std::string& column : one.columns) {
      Cell cell = random_cell(random, one.texts);
      if (column == "c" + std::to_string(key) && random() % 20 != 0) {
        // Mostly ascending; some behind, some twice, some that the database chooses.
        next += static_cast<std::int64_t>(random() % 3);
        const std::int64_t back = random() % 5 == 0 ? static_cast<std::int64_t>(random() % 40) : 0;
        cell = random() % 10 == 0 ? Cell::null() : Cell::of(next - back);
      }
      // Behind the last rowid of all SQLite looks for a free one at random.
      if (cell == Cell::of(kHighest)) cell = Cell::of(kHighest - 1000);
      row.push_back(cell);
    }
  }
  return one;
}

/// Writes the rows in batches; what was refused.
std::vector<Refused> write(BulkSink& sink, const Case& one, std::size_t batch = 50) {
  std::vector<Refused> all;
  const auto encoder = row_encoder(sink.encoding(), one.columns.size());
  for (std::size_t first = 0; first < one.rows.size(); first += batch) {
    encoder->clear();
    const std::size_t end = std::min(first + batch, one.rows.size());
    for (std::size_t i = first; i < end; ++i) encoder->add(one.rows[i]);
    sink.write(encoder->batch(), [&](std::size_t row, const Error& error) {
      all.push_back({first + row, error.code(), error.message()});
    });
  }
  return all;
}

std::string content(SqliteDatabase& database) {
  std::string columns;
  for (const auto& row :
       database.connection().query("SELECT name FROM pragma_table_info('t')").rows) {
    columns += ", typeof(" + *row[0] + "), quote(" + *row[0] + ")";
  }
  return database.rows("SELECT rowid" + columns + " FROM t ORDER BY rowid");
}

/// The largest rowids that AUTOINCREMENT tables have ever had.
std::string sequences(SqliteDatabase& database) {
  if (database.rows("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").empty())
    return "";
  return database.rows("SELECT name, seq FROM sqlite_sequence ORDER BY name");
}

sqlite3* native(SqliteDatabase& database) {
  return dynamic_cast<backend::sqlite::SqliteConnection&>(database.connection()).native();
}

/// The bytes that pages keep free at their end.
int reserved_in(SqliteDatabase& database) {
  int reserved = -1;  // asks
  sqlite3_file_control(native(database), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  return reserved;
}

/// Moves the page that SQLite keeps free for its locks, which is at 1 GiB, to where small files
/// have it too. As long as it lives no database from before may be used.
class PendingByteAt {
 public:
  explicit PendingByteAt(unsigned offset) { set(offset); }
  ~PendingByteAt() { set(kUsual); }
  PendingByteAt(const PendingByteAt&) = delete;
  PendingByteAt& operator=(const PendingByteAt&) = delete;
  static constexpr unsigned kUsual = 0x40000000;

 private:
  static void set(unsigned offset) { sqlite3_test_control(SQLITE_TESTCTRL_PENDING_BYTE, offset); }
};

using MakeSink = std::unique_ptr<BulkSink> (*)(backend::sqlite::SqliteConnection&,
                                               const schema::Table&,
                                               const std::vector<std::string>&);

std::unique_ptr<BulkSink> make_plain_record_sink(backend::sqlite::SqliteConnection& connection,
                                                 const schema::Table& table,
                                                 const std::vector<std::string>& columns) {
  return backend::sqlite::make_record_sink(connection, table, columns);
}

/// Reads records from the first row on.
std::unique_ptr<BulkSink> make_insert_sink(backend::sqlite::SqliteConnection& connection,
                                           const schema::Table& table,
                                           const std::vector<std::string>& columns) {
  return backend::sqlite::make_record_insert_sink(connection, table, columns, 0);
}

/// Whether records can go into a table without a statement: not with the system's SQLite.
bool takes_plain_records() {
  SqliteDatabase database;
  database.run("CREATE TABLE t (n)");
  database.connection().begin();
  return backend::sqlite::make_record_sink(database.connection(), database.inspect().table("t"),
                                           {"n"}) != nullptr;
}

/// Writes the rows of `one` with the sink and with INSERT. False if there is no such sink.
bool expect_what_insert_writes(std::uint64_t seed, const Case& one, MakeSink make_sink) {
  const PendingByteAt pending(seed % 2 == 0 ? 0x4000 : PendingByteAt::kUsual);
  SqliteDatabase bound;
  SqliteDatabase records;
  std::vector<Refused> refused;
  std::string before;
  for (SqliteDatabase* database : {&bound, &records}) {
    int reserved = one.reserved_bytes;
    sqlite3_file_control(native(*database), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    database->run(one.setup + "; PRAGMA synchronous = OFF; " + one.create);
    EXPECT_EQ(reserved_in(*database), one.reserved_bytes);
    // Not the only table of the file, and a hole in it.
    database->run(
        "CREATE TABLE other (x); INSERT INTO other VALUES (zeroblob(9000)); DELETE FROM other");
    if (seed % 3 == 0) database->run("INSERT OR IGNORE INTO t DEFAULT VALUES");
    // Rowids that are not there any more.
    if (seed % 5 == 0) {
      database->run("INSERT OR IGNORE INTO t (rowid) VALUES (20); DELETE FROM t WHERE rowid = 20");
    }
    before = content(*database);
    database->connection().begin();
    const schema::Table table = database->inspect().table("t");
    const bool is_bound = database == &bound;
    const auto sink = (is_bound ? backend::sqlite::make_bound_sink : make_sink)(
        database->connection(), table, one.columns);
    if (sink == nullptr) return false;
    const std::vector<Refused> found = write(*sink, one);
    if (is_bound) {
      refused = found;
    } else {
      EXPECT_NE(sink->encoding(), backend::kCellEncoding);
      EXPECT_EQ(found, refused);
    }
    EXPECT_EQ(sink->rows(), one.rows.size() - refused.size());
  }
  EXPECT_EQ(content(records), content(bound));
  EXPECT_EQ(sequences(records), sequences(bound));
  if (seed % 4 == 0) {
    records.connection().rollback();
    EXPECT_EQ(content(records), before);
  } else {
    records.connection().commit();
  }
  EXPECT_EQ(records.rows("PRAGMA main.integrity_check"), "ok\n");
  return true;
}

/// Whatever the table, its file and the values: the same rows, of the same types, and the same ones
/// refused for the same reasons, as INSERT leaves them; and a file that SQLite finds sound.
TEST(SqliteRecords, AreWhatInsertWrites) {
  for (std::uint64_t seed = 1; seed <= property_seeds(60); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const Case one = random_case(random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + one.create);
    if (!expect_what_insert_writes(seed, one, make_plain_record_sink)) {
      GTEST_SKIP() << "with the system's SQLite there are none";
    }
    if (HasFailure()) return;
  }
}

/// The same through a statement that reads them, with whatever else the table has.
TEST(SqliteRecords, AreWhatInsertWritesIfItReadsThem) {
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
TEST(SqliteRecords, AreCopiedAsTheyAreIfNothingElseHasToBeDone) {
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
TEST(SqliteRecords, AreReadFromMemoryByOneSinkAtATime) {
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
TEST(SqliteRecords, MayBeRefusedInAnyStatementOfABatch) {
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
TEST(SqliteRecords, AreTheParentsThatRowsWaitFor) {
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
TEST(SqliteRecords, AreNotReadFromMemoryWhereThatWouldBeSomethingElse) {
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
TEST(SqliteRecords, GoAsValuesWhereTheyCannotBeRead) {
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

TEST(SqliteRecords, AColumnMayBeCalledRowid) {
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

TEST(SqliteRecords, AreNotLongerThanAllowed) {
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

TEST(SqliteRecords, FindARowidWhenTheLastIsTaken) {
  SqliteDatabase database(true);
  database.run("CREATE TABLE t (n INTEGER PRIMARY KEY)");
  database.connection().begin();
  Case one;
  one.columns = {"n"};
  one.rows = {{Cell::of(kHighest)}, {Cell::null()}, {Cell::null()}, {Cell::of(std::int64_t{-7})}};
  const auto sink = database.connection().bulk_sink(database.inspect().table("t"), one.columns);
  EXPECT_EQ(write(*sink, one), std::vector<Refused>{});
  EXPECT_EQ(database.rows("SELECT count(*), min(n), max(n) FROM t"), "4|-7|9223372036854775807\n");
}

/// An AUTOINCREMENT table gives a rowid once, and what it has given is known after every batch.
TEST(SqliteRecords, DoNotUseARowidOfAnAutoincrementTableAgain) {
  SqliteDatabase database(true);
  database.run(
      "CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT, x); INSERT INTO t VALUES (41, 0);"
      "DELETE FROM t");
  database.connection().begin();
  Case one;
  one.columns = {"x", "n"};
  one.rows = {{Cell::of(std::int64_t{1}), Cell::null()},
              {Cell::of(std::int64_t{2}), Cell::of(std::int64_t{7})},
              {Cell::of(std::int64_t{3}), Cell::null()}};
  const auto sink = database.connection().bulk_sink(database.inspect().table("t"), one.columns);
  EXPECT_EQ(write(*sink, one), std::vector<Refused>{});
  EXPECT_EQ(database.rows("SELECT n, x FROM t ORDER BY x"), "42|1\n7|2\n43|3\n");
  EXPECT_EQ(sequences(database), "t|43\n");
}

/// What somebody else has written into SQLite's own record of rowids is left to SQLite.
TEST(SqliteRecords, AreNotForAutoincrementTablesWithoutASoundRecord) {
  for (const char* seq : {"'abc'", "x'41'", "NULL", "'12x'", "1e30", "-7"}) {
    SCOPED_TRACE(seq);
    SqliteDatabase database(true);
    database.run("CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT, x)");
    database.run(fmt::format("INSERT INTO sqlite_sequence VALUES ('t', {}), ('T', 50)", seq));
    database.connection().begin();
    EXPECT_EQ(backend::sqlite::make_record_sink(database.connection(),
                                                database.inspect().table("t"), {"x"}),
              nullptr);
    database.connection().rollback();
    database.run("DELETE FROM sqlite_sequence WHERE name = 't'");
    database.connection().begin();
    Case one;
    one.columns = {"x"};
    one.rows = {{Cell::of(std::int64_t{5})}};
    const auto sink = database.connection().bulk_sink(database.inspect().table("t"), one.columns);
    EXPECT_EQ(write(*sink, one), std::vector<Refused>{});
    EXPECT_EQ(database.rows("SELECT n, x FROM t"), "1|5\n");
    EXPECT_EQ(sequences(database), "T|50\nt|1\n");
    database.connection().rollback();
  }
}

/// Rows of a table with constraints that the caller checks: written past the constraints' indexes,
/// they are the same, and the indexes have them at the end.
TEST(SqliteRecords, MayBeWrittenPastIndexesOfConstraints) {
  const std::vector<std::string> tables = {
      "CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER, c REAL, UNIQUE (b, a))",
      "CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE, b INTEGER PRIMARY KEY DESC, c NUMERIC)",
      "CREATE TABLE t (a UNIQUE, b INTEGER NOT NULL, c TEXT UNIQUE, PRIMARY KEY (b, c))",
      "CREATE TABLE t (a VARCHAR(9), b INTEGER PRIMARY KEY AUTOINCREMENT, c DATE, UNIQUE (a), "
      "UNIQUE (c, b))",
      "CREATE TABLE t (a TEXT UNIQUE, b INTEGER UNIQUE, c TEXT); CREATE INDEX i ON t (c);"
      "CREATE UNIQUE INDEX u ON t (c, a)",
      // Indexes of a kind that has to be kept: all rows go through INSERT.
      "CREATE TABLE t (a TEXT UNIQUE, b INTEGER, c TEXT); CREATE INDEX i ON t (c || 'x')",
  };
  const std::vector<std::vector<std::string>> keys = {{"a"},      {"b"},      {"c"},     {"b", "a"},
                                                      {"b", "c"}, {"c", "b"}, {"c", "a"}};
  for (std::uint64_t seed = 0; seed < property_seeds(60); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const std::string& script = tables[seed % tables.size()];
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + script);
    Case one;
    one.columns = {"a", "b", "c"};
    one.texts.reserve(4096);
    const std::size_t count = random() % 400;
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = static_cast<std::int64_t>(i * 7919 % 1009);
      const auto text = [&] {
        return Cell::of_text(one.texts.emplace_back("x" + std::to_string(number)));
      };
      // Text that looks like a number is left to INSERT.
      one.rows.push_back({text(), Cell::of(number),
                          random() % 3 == 0
                              ? Cell::of_text(one.texts.emplace_back(std::to_string(number)))
                              : text()});
    }
    const bool repeats = count > 100 && random() % 3 == 0;
    if (repeats) one.rows.push_back(one.rows[random() % 100]);
    SqliteDatabase database;
    database.run(script);
    SqliteDatabase plain;
    plain.run(script);
    const std::string before = database.rows("SELECT name, sql FROM sqlite_master ORDER BY name");
    database.connection().begin();
    const auto sink = database.connection().bulk_sink(database.inspect().table("t"), one.columns);
    const bool has_left = sink->begin({.keys = keys}).keys;
    const std::vector<Refused> refused = write(*sink, one);
    // With the system's SQLite at least indexes may wait.
    if (takes_plain_records() && &script != &tables.back()) {
      ASSERT_TRUE(has_left);
    }
    if (repeats && refused.empty()) {
      EXPECT_THROW(sink->finish(), Error);
      database.connection().rollback();
      EXPECT_EQ(database.rows("SELECT count(*) FROM t"), "0\n");
    } else {
      sink->finish();
      ASSERT_EQ(refused.size(), repeats ? 1U : 0U);
      database.connection().commit();
      const auto bound = backend::sqlite::make_bound_sink(plain.connection(),
                                                          plain.inspect().table("t"), one.columns);
      ASSERT_EQ(write(*bound, one).size(), refused.size());
      ASSERT_EQ(content(database), content(plain));
      ASSERT_EQ(sequences(database), sequences(plain));
    }
    ASSERT_EQ(database.rows("SELECT name, sql FROM sqlite_master ORDER BY name"), before);
    ASSERT_EQ(database.rows("PRAGMA main.integrity_check"), "ok\n");
  }
}

/// A constraint that nobody checks, or rows that are there already, keep their indexes up to date.
TEST(SqliteRecords, AreNotWrittenPastConstraintsThatAreNotChecked) {
  struct Row {
    const char* script;
    std::vector<std::vector<std::string>> checked;
  };
  const std::vector<Row> rows = {
      {"CREATE TABLE t (a UNIQUE, n UNIQUE)", {}},
      {"CREATE TABLE t (a UNIQUE, n UNIQUE)", {{"n"}}},
      {"CREATE TABLE t (a UNIQUE, n UNIQUE); INSERT INTO t VALUES (1, 1)", {{"a"}, {"n"}}},
      {"CREATE TABLE t (a PRIMARY KEY, n UNIQUE) WITHOUT ROWID", {{"a"}, {"n"}}},
      {"CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE, n)", {{"a"}}},
      // SQLite looks for parents in the index.
      {"CREATE TABLE t (a UNIQUE, n REFERENCES T (A))", {{"a"}}},
      {"CREATE TABLE t (a TEXT PRIMARY KEY, n REFERENCES t)", {{"a"}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.script);
    SqliteDatabase database(true);
    database.run(row.script);
    database.connection().begin();
    const auto sink = database.connection().bulk_sink(database.inspect().table("t"), {"n"});
    const backend::DeferredChecks deferred =
        sink->begin({.keys = row.checked, .constraints = true});
    EXPECT_FALSE(deferred.keys);
    EXPECT_FALSE(deferred.constraints);
    Case one;
    one.columns = {"n"};
    one.rows = {{Cell::null()}};
    write(*sink, one);
    EXPECT_EQ(database.rows("PRAGMA main.integrity_check"), "ok\n");
    database.connection().rollback();
  }
}

/// Rows whose parents are looked for at the end, if the caller allows it.
TEST(SqliteRecords, AreWrittenBeforeTheirParentsAreLookedFor) {
  for (const bool enforced : {true, false}) {
    for (const bool deferrable : {true, false}) {
      for (const std::int64_t parent : {5, 6}) {
        SCOPED_TRACE(fmt::format("{} {} {}", enforced, deferrable, parent));
        SqliteDatabase database(true);
        database.run(
            "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (5);"
            "CREATE TABLE t (n INTEGER REFERENCES p)");
        if (!enforced) database.run("PRAGMA foreign_keys = OFF");
        database.connection().begin();
        Case one;
        one.columns = {"n"};
        one.rows = {{Cell::null()}, {Cell::of(parent)}};
        const auto sink = database.connection().bulk_sink(database.inspect().table("t"), {"n"});
        const bool is_deferred = sink->begin({.constraints = deferrable}).constraints;
        if (!takes_plain_records()) GTEST_SKIP() << "with the system's SQLite there are none";
        EXPECT_EQ(is_deferred, enforced && deferrable);
        const bool is_orphan = enforced && parent == 6;
        EXPECT_EQ(write(*sink, one).size(), is_orphan && !deferrable ? 1U : 0U);
        if (is_orphan && deferrable) {
          EXPECT_THROW(sink->finish(), Error);
        } else {
          sink->finish();
        }
        database.connection().rollback();
      }
    }
  }
}

/// Without a database: what goes into a record comes out of it.
TEST(SqliteRecords, GiveBackWhatWasPutIn) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    RecordLayout layout;
    const std::size_t width = 1 + random() % 150;
    for (std::size_t i = 0; i < width; ++i) {
      RecordLayout::Column& column = layout.columns.emplace_back();
      column.cell = width - 1 - i;
      column.affinity = Affinity::blob;
    }
    if (random() % 2 == 0) {
      layout.columns.emplace_back().is_rowid = true;
      layout.columns.back().affinity = Affinity::integer;
      layout.columns.back().cell = width;
    }
    ASSERT_EQ(RecordLayout::of_name(layout.name()), layout);
    std::vector<std::string> texts;
    texts.reserve(2000);
    std::vector<std::vector<Cell>> rows(5);
    const auto encoder = row_encoder(layout.name(), layout.columns.size());
    for (std::vector<Cell>& row : rows) {
      for (std::size_t i = 0; i < width; ++i) row.push_back(random_cell(random, texts));
      if (layout.columns.size() > width) {
        row.push_back(random() % 2 == 0 ? Cell::null()
                                        : Cell::of(static_cast<std::int64_t>(random())));
      }
      encoder->add(row);
    }
    RecordReader reader(encoder->batch());
    ASSERT_EQ(reader.rows(), rows.size());
    for (const std::vector<Cell>& row : rows) ASSERT_EQ(cells_of(reader.next(), layout), row);
    EXPECT_THROW(reader.next(), Error);
  }
}

/// What INSERT would see to besides the row itself.
TEST(SqliteRecords, AreNotForTablesThatSomethingWatches) {
  const std::vector<std::string> scripts = {
      "CREATE TABLE t (n INTEGER UNIQUE)",
      "CREATE TABLE t (n INTEGER); CREATE INDEX i ON t (n)",
      "CREATE TABLE t (n INTEGER CHECK (n > 0))",
      "CREATE TABLE t (n TEXT PRIMARY KEY)",
      "CREATE TABLE t (n TEXT PRIMARY KEY) WITHOUT ROWID",
      "CREATE TABLE t (n INTEGER PRIMARY KEY ON CONFLICT REPLACE)",
      "CREATE TABLE t (n INTEGER) STRICT",
      "CREATE TABLE t (n INTEGER, g AS (n + 1))",
      "CREATE TABLE t (n INTEGER, d TEXT DEFAULT 'x')",
      "CREATE TABLE t (n INTEGER, d TEXT NOT NULL)",
      "CREATE TABLE p (n INTEGER PRIMARY KEY); CREATE TABLE t (n INTEGER REFERENCES p)",
      "CREATE TABLE t (n INTEGER); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
      "CREATE TABLE t (n INTEGER); CREATE TEMP TRIGGER g AFTER INSERT ON main.t BEGIN SELECT 1; "
      "END",
  };
  for (const std::string& script : scripts) {
    SqliteDatabase database(true);
    database.run(script);
    const schema::Table table = database.inspect().table("t");
    EXPECT_EQ(backend::sqlite::make_record_sink(database.connection(), table, {"n"}), nullptr);
    database.connection().begin();
    EXPECT_EQ(backend::sqlite::make_record_sink(database.connection(), table, {"n"}), nullptr)
        << script;
    database.connection().rollback();
  }
}

}  // namespace
}  // namespace dbmig::test
