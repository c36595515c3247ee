#include "dialect/row_storage.hpp"

#include "dialect/sqlite/types.hpp"

namespace dbmig::dialect {

bool is_rowid(DialectKind kind, const schema::Table& table, const schema::Column& column) {
  return kind == DialectKind::sqlite && sqlite::is_rowid(table, column);
}

bool is_filled_by_one_database(const schema::Table& table, const schema::Column& column) {
  return sqlite::is_filled_by_sqlite_alone(table, column);
}

Affinity affinity(const schema::Column& column) {
  return affinity(sqlite::declared_type(column.type_on(DialectKind::sqlite), false));
}

}  // namespace dbmig::dialect
