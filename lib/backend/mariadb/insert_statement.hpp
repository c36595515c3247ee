#pragma once

#include <mysql.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/bulk.hpp"

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

/// A prepared INSERT or REPLACE, executed for many rows at once or with the values of one
/// execution.
class InsertStatement {
 public:
  /// Throws the server's error when it rejects the SQL. The connection must outlive the statement.
  InsertStatement(MYSQL* connection, const std::string& sql);
  ~InsertStatement();
  InsertStatement(const InsertStatement&) = delete;
  InsertStatement& operator=(const InsertStatement&) = delete;

  /// Executes it for each of `rows`, which are in the protocol's form: see binary_rows.hpp. `types`
  /// has two bytes for each parameter. Returns nothing, or why the server refused. It must support
  /// COM_STMT_BULK_EXECUTE.
  ///
  /// With the client library's usual functions one describes an array for each parameter, from
  /// which it makes these bytes. Here they are sent through the table of functions that it has for
  /// its plugins.
  std::optional<InsertFailure> run_rows(std::span<const char> types, std::span<const char> rows);
  /// For a statement with a placeholder for each of `values`.
  std::optional<InsertFailure> run_values(std::span<const Cell> values);

  /// Bytes that the commands of run_rows() and run_values() have. The server takes a command that
  /// is shorter than its max_allowed_packet; a longer one costs the connection.
  static std::size_t size_of_rows(std::span<const char> types, std::span<const char> rows);
  static std::size_t size_of_values(std::span<const Cell> values);

  /// By the last execution: a row that stayed as it was is none.
  std::size_t affected() const { return affected_; }

 private:
  InsertFailure failure() const;

  MYSQL* connection_;
  MYSQL_STMT* statement_;
  std::vector<char> request_;
  std::vector<MYSQL_BIND> binds_;
  std::vector<unsigned long> lengths_;
  std::size_t affected_ = 0;
};

}  // namespace dbmig::backend::mariadb
