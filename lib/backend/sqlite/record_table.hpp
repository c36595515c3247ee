#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "backend/sqlite/connection.hpp"

namespace dbmig::backend::sqlite {

/// Finished records in memory that a statement reads as a table: a database of one table, whose
/// pages are written here. If `INSERT INTO t SELECT *` reads it and both tables are declared alike,
/// SQLite copies each record as it is and does not take it apart ("transfer optimization",
/// sqlite3's insert.c). It works through the public interface, so with the system's library, too.
///
/// The pages change between two runs of a statement. A query keeps no copy of them, because it
/// reads memory as it reads a mapped file, which make() verifies. Other readers do keep one: as
/// long as a RecordTable lives, the connection must not run integrity_check, quick_check or
/// mmap_size without the name of a database.
class RecordTable {
 public:
  /// Whether `connection` can have one: its database has the encoding UTF-8, no other one is in
  /// use, and no application has attached a database of this name or lets queries return rows in
  /// reverse.
  static bool is_possible(SqliteConnection& connection);
  /// A table with these columns, as in CREATE TABLE. Null if it is not possible, or this SQLite
  /// cannot read it. `connection` must outlive it, and every statement that reads it be finalized
  /// before it.
  static std::unique_ptr<RecordTable> make(SqliteConnection& connection,
                                           const std::string& columns);
  ~RecordTable();
  RecordTable(const RecordTable&) = delete;
  RecordTable& operator=(const RecordTable&) = delete;

  /// What stands behind FROM.
  static const char* name() { return "dbmig_records.r"; }

  /// The largest record that it takes, in bytes.
  static std::size_t max_record();
  /// Adds a row behind the others; false if it is full. Rowids need not ascend.
  bool add(std::int64_t rowid, std::span<const char> record);
  std::size_t rows() const { return rows_; }
  /// Completes the pages. To be called before a statement reads what was added.
  void show();
  void clear();

 private:
  RecordTable(SqliteConnection& connection, char* pages) : connection_(connection), pages_(pages) {}

  bool is_read_anew();
  char* page(std::size_t number) const;
  void end_leaf();

  SqliteConnection& connection_;
  char* pages_;                ///< SQLite's, until the database is detached
  std::size_t leaves_ = 0;     ///< with rows
  std::size_t leaf_rows_ = 0;  ///< in the last one
  std::size_t content_ = 0;    ///< where the last one's records begin
  std::size_t rows_ = 0;
};

}  // namespace dbmig::backend::sqlite
