#include "dialect/row_storage.hpp"

#include "dialect/sqlite/types.hpp"

namespace dbmig::dialect {

bool is_rowid(DialectKind kind, const schema::Table& table, const schema::Column& column) {
  return kind == DialectKind::sqlite && sqlite::is_rowid(table, column);
}

bool is_filled_by_one_database(const schema::Table& table, const schema::Column& column) {
  return sqlite::is_filled_by_sqlite_alone(table, column);
}

bool is_narrowing(DialectKind kind, const schema::Type& from, const schema::Type& to,
                  schema::Strictness strict) {
  return kind == DialectKind::sqlite ? schema::is_narrowing_on_sqlite(from, to, strict)
                                     : schema::is_narrowing(from, to);
}

Affinity affinity(const schema::Column& column) {
  return affinity(sqlite::declared_type(column.type_on(DialectKind::sqlite), false));
}

}  // namespace dbmig::dialect
