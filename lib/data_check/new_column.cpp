#include "data_check/new_column.hpp"

#include "base/text.hpp"
#include "dialect/row_storage.hpp"

namespace dbmig::data_check {
namespace {

bool has_default(const schema::Column& column, DialectKind kind) {
  if (!column.default_value) return false;
  return column.default_value->kind != schema::Default::Kind::sql ||
         !text::equals_ignoring_case(column.default_value->sql.for_dialect(kind), "NULL");
}

}  // namespace

bool is_rowid_in_the_end(schema::Table table, const schema::Column& column,
                         std::span<const ops::Operation> to_come, DialectKind kind) {
  for (const ops::Operation& operation : to_come) {
    if (const auto* alter = std::get_if<ops::AlterTable>(&operation)) {
      if (alter->table == table.name && alter->sqlite) table.sqlite = *alter->sqlite;
    } else if (const auto* create = std::get_if<ops::CreatePrimaryKey>(&operation)) {
      if (create->table == table.name) table.primary_key = create->key;
    }
  }
  return dialect::is_rowid(kind, table, column);
}

bool has_own_value(const schema::Table& table, const schema::Column& column,
                   std::span<const ops::Operation> to_come, DialectKind kind) {
  return column.nullable || column.generated || column.autoincrement ||
         column.mariadb.period != schema::RowPeriod::none || has_default(column, kind) ||
         is_rowid_in_the_end(table, column, to_come, kind);
}

std::optional<std::string> filling(const Provenance& live, const schema::Default& value,
                                   DialectKind kind) {
  const std::string& sql = value.sql.for_dialect(kind);
  const bool is_clock = value.kind == schema::Default::Kind::sql &&
                        (text::equals_ignoring_case(sql, "CURRENT_TIMESTAMP") ||
                         text::equals_ignoring_case(sql, "CURRENT_DATE") ||
                         text::equals_ignoring_case(sql, "CURRENT_TIME"));
  return is_clock ? sql : live.literal_of(value);
}

}  // namespace dbmig::data_check
