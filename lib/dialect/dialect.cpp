#include "dialect/dialect.hpp"

#include "dialect/mariadb/dialect.hpp"
#include "dialect/sqlite/dialect.hpp"

namespace dbmig::dialect {

const Dialect& dialect(DialectKind kind) {
  static const mariadb::MariadbDialect mariadb;
  static const sqlite::SqliteDialect sqlite;
  if (kind == DialectKind::mariadb) return mariadb;
  return sqlite;
}

}  // namespace dbmig::dialect
