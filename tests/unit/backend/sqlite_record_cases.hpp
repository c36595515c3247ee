#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "backend/sqlite/bulk.hpp"
#include "backend/sqlite/connection.hpp"
#include "unit/backend/sqlite_support.hpp"

/// Random tables and rows, written as records and as values.
namespace dbmig::test::records {

using backend::BulkSink;
using backend::Cell;
using backend::row_encoder;

inline constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

/// A value of any kind, at the edges of every form in which a record stores it.
inline Cell random_cell(std::mt19937& random, std::vector<std::string>& texts) {
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

inline Case random_case(std::mt19937& random) {
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
inline std::vector<Refused> write(BulkSink& sink, const Case& one, std::size_t batch = 50) {
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

inline std::string content(SqliteDatabase& database) {
  std::string columns;
  for (const auto& row :
       database.connection().query("SELECT name FROM pragma_table_info('t')").rows) {
    columns += ", typeof(" + *row[0] + "), quote(" + *row[0] + ")";
  }
  return database.rows("SELECT rowid" + columns + " FROM t ORDER BY rowid");
}

/// The largest rowids that AUTOINCREMENT tables have ever had.
inline std::string sequences(SqliteDatabase& database) {
  if (database.rows("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").empty())
    return "";
  return database.rows("SELECT name, seq FROM sqlite_sequence ORDER BY name");
}

inline sqlite3* native(SqliteDatabase& database) {
  return dynamic_cast<backend::sqlite::SqliteConnection&>(database.connection()).native();
}

/// The bytes that pages keep free at their end.
inline int reserved_in(SqliteDatabase& database) {
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
/// Writes the rows of `one` with the sink and with INSERT. False if there is no such sink.
inline bool expect_what_insert_writes(std::uint64_t seed, const Case& one, MakeSink make_sink) {
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

}  // namespace dbmig::test::records
