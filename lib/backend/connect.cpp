#include "backend/backend.hpp"
#include "backend/mariadb/connection.hpp"
#include "backend/sqlite/connection.hpp"

namespace dbmig::backend {

std::unique_ptr<Connection> connect(const Url& url, const ConnectOptions& options) {
  if (url.dialect == DialectKind::mariadb) return mariadb::connect(url, options);
  return sqlite::connect(url, options);
}

}  // namespace dbmig::backend
