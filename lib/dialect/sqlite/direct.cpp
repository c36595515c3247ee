#include "dialect/sqlite/direct.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "dialect/sqlite/expression.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/render.hpp"
#include "dialect/sqlite/written.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Column;
using schema::Table;

// What ADD COLUMN refuses on a table with rows it often takes on an empty one, so the rules are
// those of a table with rows. Source: https://www.sqlite.org/lang_altertable.html#altertabaddcol
bool can_add(const Column& column, const Table& after) {
  if (after.columns.back().name != column.name) return false;
  if (column.autoincrement || after.in_primary_key(column.name)) return false;
  if (column.generated) return !column.generated->stored && column.nullable;
  if (!column.default_value) return column.nullable;
  const std::string& sql = column.default_value->sql.for_dialect(DialectKind::sqlite);
  if (!is_bare_default(sql, !column.default_value->sql.sqlite.empty())) return false;
  if (text::equals_ignoring_case(sql, "NULL")) return column.nullable;
  return !text::lower(sql).starts_with("current_");
}

// DROP COLUMN refuses a column that another part of the table's definition mentions.
bool can_drop(const std::string& column, const Table& after) {
  const auto used = [&](const std::string& sql) { return mentions(sql, column); };
  for (const schema::Check& check : after.checks) {
    if (used(check.sql.any)) return false;
  }
  for (const Column& other : after.columns) {
    if (other.generated && used(other.generated->sql.any)) return false;
  }
  for (const schema::Index& index : after.indexes) {
    if (used(index.where.any)) return false;
    for (const schema::IndexPart& part : index.parts) {
      if (used(part.expression)) return false;
    }
  }
  return true;
}

/// The first library that knows DROP COLUMN. Source: https://www.sqlite.org/releaselog/3_35_0.html
constexpr int kDropColumn = 3035000;

std::string alter(const Table& table) {
  return "ALTER TABLE " + quote_identifier(table.name);
}

}  // namespace

std::optional<std::string> direct_statement(const ops::Operation& operation, const Table& before,
                                            const Table& after, int version) {
  if (const auto* add = std::get_if<ops::AddColumn>(&operation)) {
    const Column& column = after.column(add->column.name);
    if (!can_add(column, after)) return std::nullopt;
    return alter(before) + " ADD COLUMN " + column_definition(column, after);
  }
  if (const auto* drop = std::get_if<ops::DropColumn>(&operation)) {
    if (version < kDropColumn || !can_drop(drop->name, after)) return std::nullopt;
    return alter(before) + " DROP COLUMN " + quote_identifier(drop->name);
  }
  if (const auto* create = std::get_if<ops::CreateIndex>(&operation)) {
    const schema::Index* index = after.find_index(create->index.name);
    if (index == nullptr) return std::nullopt;
    return create_index(*index, after.name);
  }
  if (const auto* drop = std::get_if<ops::DropIndex>(&operation)) {
    return "DROP INDEX " + quote_identifier(drop->name);
  }
  return std::nullopt;
}

}  // namespace dbmig::dialect::sqlite
