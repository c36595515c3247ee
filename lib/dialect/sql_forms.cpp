#include "dialect/sql_forms.hpp"

#include "dialect/mariadb/sql_forms.hpp"
#include "dialect/sqlite/sql_forms.hpp"

namespace dbmig::dialect {

const SqlForms& sql_forms(DialectKind kind) {
  return kind == DialectKind::mariadb ? mariadb::sql_forms() : sqlite::sql_forms();
}

}  // namespace dbmig::dialect
