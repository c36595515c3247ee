#include "dialect/row_rules.hpp"

#include "dialect/mariadb/row_rules.hpp"
#include "dialect/sqlite/row_rules.hpp"

namespace dbmig::dialect {

const RowRules& row_rules(DialectKind kind) {
  return kind == DialectKind::mariadb ? mariadb::row_rules() : sqlite::row_rules();
}

}  // namespace dbmig::dialect
