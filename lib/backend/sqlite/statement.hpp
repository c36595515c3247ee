#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "backend/bulk.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace dbmig::backend::sqlite {

/// Binds `cell` to the parameter `index`, from 1. `copies`: the bytes of a text or blob; otherwise
/// they must outlive the statement's run. SQLITE_OK or why not.
int bind_cell(sqlite3_stmt* statement, int index, const Cell& cell, bool copies);

/// One prepared statement through SQLite's own interface.
class PreparedStatement {
 public:
  /// Throws Error{invalid} when `sql` is not exactly one statement: SQLite would run the first and
  /// forget the rest.
  PreparedStatement(sqlite3* database, std::string_view sql);
  ~PreparedStatement();
  PreparedStatement(const PreparedStatement&) = delete;
  PreparedStatement& operator=(const PreparedStatement&) = delete;

  /// Values for its `?`, which must outlive the steps. Throws Error{invalid} when there are more or
  /// fewer.
  void bind(std::span<const Value> values);
  /// To the next row; false behind the last.
  bool step();
  std::vector<std::string> column_names() const;
  /// The row that step() came to. Everything as text: a DATETIME column may hold anything.
  std::vector<Value> row() const;
  /// For what this class has no words. Owned by it.
  sqlite3_stmt* native() const { return statement_; }
  /// The number of `?` in it.
  int parameter_count() const;

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
  std::string sql_;
};

}  // namespace dbmig::backend::sqlite
