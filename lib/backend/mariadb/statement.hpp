#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "backend/backend.hpp"

struct st_mysql;
struct st_mysql_stmt;

namespace dbmig::backend::mariadb {

/// A prepared statement. Every value goes and comes as text: exact for decimals and unsigned
/// 64-bit integers, and the server converts.
class PreparedStatement {
 public:
  /// Throws the server's error when it rejects the SQL.
  PreparedStatement(st_mysql* connection, std::string_view sql);

  /// As often as wanted. Throws Error{invalid} when the number of `values` differs from that of its
  /// parameters.
  void execute(std::span<const Value> values);
  const std::string& sql() const { return sql_; }

  /// The number of rows changed.
  std::size_t changed() const;
  /// Empty for a statement without rows.
  Rows fetch();

 private:
  struct Close {
    void operator()(st_mysql_stmt* statement) const;
  };
  [[noreturn]] void fail() const;

  std::unique_ptr<st_mysql_stmt, Close> statement_;
  std::string sql_;
};

}  // namespace dbmig::backend::mariadb
