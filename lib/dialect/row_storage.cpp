#include "dialect/row_storage.hpp"

#include "base/text.hpp"
#include "dialect/sqlite/types.hpp"

namespace dbmig::dialect {

bool is_rowid(DialectKind kind, const schema::Table& table, const schema::Column& column) {
  return kind == DialectKind::sqlite && sqlite::is_rowid(table, column);
}

bool is_filled_by_one_database(const schema::Table& table, const schema::Column& column) {
  return sqlite::is_filled_by_sqlite_alone(table, column);
}

Affinity affinity(std::string_view declared) {
  const std::string name = text::upper(declared);
  const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  if (has("INT")) return Affinity::integer;
  if (has("CHAR") || has("CLOB") || has("TEXT")) return Affinity::text;
  if (has("BLOB") || name.empty()) return Affinity::blob;
  if (has("REAL") || has("FLOA") || has("DOUB")) return Affinity::real;
  return Affinity::numeric;
}

Affinity affinity(const schema::Column& column) {
  return affinity(sqlite::declared_type(column.type_on(DialectKind::sqlite), false));
}

bool is_numeric(Affinity affinity) {
  return affinity != Affinity::text && affinity != Affinity::blob;
}

}  // namespace dbmig::dialect
