#pragma once

#include <cstddef>
#include <string>

#include "backend/bulk.hpp"

struct sqlite3;

namespace dbmig::backend::sqlite {

/// Rows in memory that a statement reads as a table, so that one INSERT takes many of them without
/// a parameter for each cell. A virtual table that is in no schema:
/// https://www.sqlite.org/vtab.html#eponymous_only_virtual_tables
class CellTable {
 public:
  /// `database` must outlive it, and every statement that reads it be finalized before it. Throws
  /// Error when SQLite refuses it.
  CellTable(sqlite3* database, std::size_t columns);
  ~CellTable();
  CellTable(const CellTable&) = delete;
  CellTable& operator=(const CellTable&) = delete;

  /// The SELECT of all rows, by a name that no table or view of the database has.
  const std::string& query() const { return query_; }

  /// What the next statement reads. The cells must outlive its run; those of a row stand together.
  void show(const Cell* cells, std::size_t rows) {
    cells_ = cells;
    rows_ = rows;
    row_ = 0;
  }
  /// The row that the statement is at, or stopped at; the number of rows when it has read them all.
  std::size_t row() const { return row_; }

 private:
  friend struct CellTableModule;

  sqlite3* database_;
  std::size_t columns_;
  std::string name_;
  std::string definition_;  ///< as a CREATE TABLE
  std::string query_;
  const Cell* cells_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t row_ = 0;
};

}  // namespace dbmig::backend::sqlite
