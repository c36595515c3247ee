#include "dialect/row_rules.hpp"

#include "dialect/mariadb/row_rules.hpp"
#include "dialect/sqlite/row_rules.hpp"

namespace dbmig::dialect {

const RowRules& row_rules(DialectKind kind) {
  static const mariadb::MariadbRowRules mariadb;
  static const sqlite::SqliteRowRules sqlite;
  if (kind == DialectKind::mariadb) return mariadb;
  return sqlite;
}

}  // namespace dbmig::dialect
