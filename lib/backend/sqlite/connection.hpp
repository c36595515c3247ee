#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "backend/backend.hpp"

struct sqlite3;

namespace dbmig::backend::sqlite {

/// A connection whose native handle is within reach of the bulk sink, which binds by itself.
class SqliteConnection : public Connection {
 public:
  /// Owned by the connection; never null.
  virtual sqlite3* native() = 0;
  /// Whether functions, collations and modules that are not there are made up (unknown_names.hpp).
  virtual void invent_unknown_names(bool on) = 0;
};

/// The rows of a query whose only placeholder, however often it occurs, is the name of a table.
inline Rows query_about(SqliteConnection& connection, std::string_view sql,
                        const std::string& table) {
  const Value name = table;
  return connection.query(sql, std::span(&name, 1));
}

std::unique_ptr<SqliteConnection> connect(const Url& url, const ConnectOptions& options);

/// See backend/borrow.hpp.
std::unique_ptr<SqliteConnection> borrow(sqlite3* database);

}  // namespace dbmig::backend::sqlite
