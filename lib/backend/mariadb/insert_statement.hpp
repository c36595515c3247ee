#pragma once

#include <mysql.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "backend/mariadb/column_array.hpp"

namespace dbmig::backend::mariadb {

/// What the server said instead of taking the rows.
struct InsertFailure {
  unsigned number = 0;
  std::string sqlstate;
  std::string message;

  /// Data that does not fit (22), integrity (23), a trigger's SIGNAL (45), and what the server says
  /// without a state of its own.
  /// Source: https://mariadb.com/kb/en/mariadb-error-code-reference/
  bool is_fault_of_row() const;
};

/// A prepared INSERT or REPLACE, executed with arrays or with the values of one execution in a row.
class InsertStatement {
 public:
  /// Throws the server's error when it rejects the SQL. The connection must outlive the statement.
  InsertStatement(MYSQL* connection, const std::string& sql);
  ~InsertStatement();
  InsertStatement(const InsertStatement&) = delete;
  InsertStatement& operator=(const InsertStatement&) = delete;

  /// One execution for `count` rows from `first` on; nothing, or why not.
  std::optional<InsertFailure> run_array(std::vector<ColumnArray>& columns, std::size_t first,
                                         std::size_t count);
  /// For a statement of `count` rows of placeholders.
  std::optional<InsertFailure> run_rows(std::vector<ColumnArray>& columns, std::size_t first,
                                        std::size_t count);

  /// By the last execution: a row that stayed as it was is none.
  std::size_t affected() const;

 private:
  std::optional<InsertFailure> execute();
  InsertFailure failure() const;

  MYSQL_STMT* statement_;
  std::vector<MYSQL_BIND> binds_;
};

}  // namespace dbmig::backend::mariadb
