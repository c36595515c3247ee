#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "schema/literal.hpp"
#include "schema/validate.hpp"

namespace dbmig::schema {
namespace {

/// The literal that `sql` is and nothing more: 'text', 5, -1.5, TRUE. A backslash means different
/// things to the two databases, so that a text with one stays SQL.
std::optional<Default> as_literal(const SqlText& sql) {
  if (!sql.mariadb.empty() || !sql.sqlite.empty()) return std::nullopt;
  const std::string_view text = text::trim(sql.any);
  if (text::equals_ignoring_case(text, "true")) return Default{Default::Kind::boolean, "true", {}};
  if (text::equals_ignoring_case(text, "false")) {
    return Default{Default::Kind::boolean, "false", {}};
  }
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    const std::string_view inner = text.substr(1, text.size() - 2);
    const std::string unquoted = text::replace_all(std::string(inner), "''", "'");
    const bool whole = text::quote(unquoted, '\'') == text;
    if (whole && inner.find('\\') == std::string_view::npos) {
      return Default{Default::Kind::string, unquoted, {}};
    }
    return std::nullopt;
  }
  const bool is_hex = text.rfind("0x", 0) == 0 || text.rfind("0X", 0) == 0;
  if (!is_hex && parse_number(text)) return Default{Default::Kind::number, std::string(text), {}};
  return std::nullopt;
}

bool is_null(const Default& d) {
  return d.kind == Default::Kind::sql && d.sql.mariadb.empty() && d.sql.sqlite.empty() &&
         text::equals_ignoring_case(text::trim(d.sql.any), "null");
}

std::optional<Default> normalized_default(const Column& column) {
  if (!column.default_value || is_null(*column.default_value)) return std::nullopt;
  Default literal = *column.default_value;
  if (literal.kind == Default::Kind::sql) {
    const auto found = as_literal(literal.sql);
    if (!found) return literal;
    literal = *found;
  }
  // What the type cannot hold stays as it is, for validate() to name.
  if (auto coerced = coerce(literal, column.type)) return coerced;
  return column.default_value;
}

}  // namespace

Table normalized(Table table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    // Most columns are as they should be, and then stay shared with the table's other copies.
    const Column& column = std::as_const(table).columns[i];
    const bool nullable = column.nullable && !table.in_primary_key(column.name);
    const bool is_unsigned = column.type.is_unsigned || column.type.zerofill;
    auto default_value = normalized_default(column);
    if (nullable == column.nullable && is_unsigned == column.type.is_unsigned &&
        default_value == column.default_value) {
      continue;
    }
    Column& own = table.columns[i];
    own.nullable = nullable;
    own.type.is_unsigned = is_unsigned;
    own.default_value = std::move(default_value);
  }
  return table;
}

Schema normalized(Schema schema) {
  for (auto& [name, table] : schema.tables) table = normalized(std::move(table));
  for (auto& [name, table] : schema.tables) {
    for (std::size_t i = 0; i < table.foreign_keys.size(); ++i) {
      // SQL lets a foreign key name just the table, and means its primary key.
      const ForeignKey& key = std::as_const(table).foreign_keys[i];
      if (!key.referenced_columns.empty()) continue;
      const Table* parent = schema.find_table(key.referenced_table);
      if (parent == nullptr || !parent->primary_key) continue;
      table.foreign_keys[i].referenced_columns = parent->primary_key->columns;
    }
  }
  return schema;
}

}  // namespace dbmig::schema
