#include "dialect/sqlite/row_rules.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/sqlite/conversion.hpp"
#include "dialect/sqlite/expression.hpp"
#include "dialect/sqlite/invalid_casts.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/token.hpp"
#include "dialect/sqlite/types.hpp"
#include "dialect/sqlite/written.hpp"

namespace dbmig::dialect::sqlite {
namespace {

/// Whether an expression is made of literals and operators alone, so that it is the same anywhere.
bool is_made_of_literals(const std::string& sql) {
  const std::vector<Token> tokens = tokenize(sql);
  return !tokens.empty() && std::none_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.kind == Token::Kind::quoted || token.kind == Token::Kind::variable ||
           (token.kind == Token::Kind::word && !token.is_word("NULL"));
  });
}

}  // namespace

bool SqliteRowRules::mentions(const std::string& sql, const std::string& name) const {
  return sqlite::mentions(sql, name);
}

/// A column of a subquery that is called TRUE or FALSE gets another name.
/// Source: sqlite3ColumnsFromExprList() in its select.c
std::string SqliteRowRules::name_in_subquery(const std::string& column) const {
  const bool is_truth =
      text::equals_ignoring_case(column, "true") || text::equals_ignoring_case(column, "false");
  return is_truth ? "dbmig_" + column : column;
}

std::string SqliteRowRules::over_subquery(const std::string& sql, const std::string& column) const {
  const std::string name = name_in_subquery(column);
  return name == column ? sql : replace_name(sql, column, name);
}

std::string SqliteRowRules::default_charset_query() const {
  return {};
}

schema::Table SqliteRowRules::with_charset(const schema::Table& table,
                                           const schema::MariadbTable& /*defaults*/) const {
  return table;
}

std::optional<Conversion> SqliteRowRules::conversion(const std::string& value, const ColumnOf& from,
                                                     const ColumnOf& to) const {
  return sqlite::conversion(value, from, to);
}

Conversion SqliteRowRules::stored(const std::string& constant, const ColumnOf& column) const {
  return sqlite::stored(constant, column);
}

std::optional<std::string> SqliteRowRules::constant(const schema::SqlText& value) const {
  const std::string& written = value.for_dialect(DialectKind::sqlite);
  if (!value.sqlite.empty()) {
    if (const auto name = text_of_bare_name(written)) {
      return dialect(DialectKind::sqlite).quote_string(*name);
    }
  }
  const std::string sql = without_truths(written);
  if (!is_made_of_literals(sql)) return std::nullopt;
  return '(' + sql + ')';
}

std::string SqliteRowRules::invalid_casts(const std::string& value, const ColumnOf& from,
                                          const ColumnOf& to) const {
  const schema::Type& old_type = from.column.type_on(DialectKind::sqlite);
  const schema::Type& new_type = to.column.type_on(DialectKind::sqlite);
  if (old_type == new_type) return {};
  return dialect(DialectKind::sqlite).invalid_casts(value, old_type, new_type);
}

bool SqliteRowRules::refuses_other_types(const schema::Table& table) const {
  return table.sqlite.strict;
}

std::string SqliteRowRules::of_another_type(const std::string& value,
                                            const schema::Type& type) const {
  return strict_invalid_casts(value, type);
}

/// A key that says so may hold NULL, but not the rowid: such rows would be given numbers.
bool SqliteRowRules::loses_null(const ColumnOf& from, const ColumnOf& to) const {
  if (from.column.nullable && !to.column.nullable) return true;
  const bool had_null = from.table.in_primary_key(from.column.name) &&
                        from.column.sqlite.null_key && !is_rowid(from.table, from.column);
  return had_null && (!to.column.sqlite.null_key || is_rowid(to.table, to.column));
}

bool SqliteRowRules::checks_generated() const {
  return true;
}

std::optional<std::string> SqliteRowRules::rowid_name(const schema::Table& table) const {
  if (!table.sqlite.module.empty()) return std::nullopt;
  return sqlite::rowid_name(table);
}

std::string SqliteRowRules::indexed(std::string column, const schema::IndexPart& part) const {
  if (!part.collation.empty()) column += " COLLATE " + quote_identifier(part.collation);
  return column;
}

/// As if the child's value stood in the parent's column.
std::string SqliteRowRules::compared_with_parent(const std::string& value, const ColumnOf& child,
                                                 const ColumnOf& parent) const {
  return sqlite::conversion(value, child, parent).value;
}

bool SqliteRowRules::rewrites_tables() const {
  return true;
}

bool SqliteRowRules::tolerates_earlier_orphans() const {
  return true;
}

std::string SqliteRowRules::with_old_versions(const schema::Table& /*before*/,
                                              const schema::Table& /*after*/) const {
  return {};
}

std::optional<std::string> SqliteRowRules::outside_partitions(
    const schema::Table& /*before*/, const schema::Table& /*after*/) const {
  return std::nullopt;
}

}  // namespace dbmig::dialect::sqlite
