#include "schema/column.hpp"

namespace dbmig::schema {

const Type& Column::type_on(DialectKind kind) const {
  const std::optional<Type>& own = kind == DialectKind::mariadb ? mariadb.type : sqlite.type;
  return own ? *own : type;
}

}  // namespace dbmig::schema
