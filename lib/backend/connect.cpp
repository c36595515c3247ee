#include "backend/backend.hpp"
#include "backend/borrow.hpp"
#include "backend/mariadb/connection.hpp"
#include "backend/sqlite/connection.hpp"

namespace dbmig::backend {

std::unique_ptr<Connection> connect(const Url& url, const ConnectOptions& options) {
  if (url.dialect == DialectKind::mariadb) return mariadb::connect(url, options);
  return sqlite::connect(url, options);
}

std::unique_ptr<Connection> borrow(sqlite3* database) {
  return sqlite::borrow(database);
}

std::unique_ptr<Connection> borrow(st_mysql* handle) {
  return mariadb::borrow(handle);
}

}  // namespace dbmig::backend
