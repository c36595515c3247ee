#include "dialect/sqlite/row_rules.hpp"

#include <fmt/core.h>

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

class SqliteRowRules final : public RowRules {
 public:
  bool mentions(const std::string& sql, const std::string& name) const override {
    return sqlite::mentions(sql, name);
  }

  /// A column of a subquery that is called TRUE or FALSE gets another name.
  /// Source: sqlite3ColumnsFromExprList() in its select.c
  std::string name_in_subquery(const std::string& column) const override {
    const bool is_truth =
        text::equals_ignoring_case(column, "true") || text::equals_ignoring_case(column, "false");
    return is_truth ? "dbmig_" + column : column;
  }

  std::string over_subquery(const std::string& sql, const std::string& column) const override {
    const std::string name = name_in_subquery(column);
    return name == column ? sql : replace_name(sql, column, name);
  }

  std::string default_charset_query() const override { return {}; }

  schema::Table with_charset(const schema::Table& table,
                             const schema::MariadbTable& /*defaults*/) const override {
    return table;
  }

  std::optional<Conversion> conversion(const std::string& value, const ColumnOf& from,
                                       const ColumnOf& to) const override {
    return sqlite::conversion(value, from, to);
  }

  Conversion stored(const std::string& constant, const ColumnOf& column) const override {
    return sqlite::stored(constant, column);
  }

  std::optional<std::string> constant(const schema::SqlText& value) const override {
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

  std::string invalid_casts(const std::string& value, const ColumnOf& from,
                            const ColumnOf& to) const override {
    const schema::Type& old_type = from.column.type_on(DialectKind::sqlite);
    const schema::Type& new_type = to.column.type_on(DialectKind::sqlite);
    const std::string changed = changed_values(value, from, to);
    if (old_type == new_type) return changed;
    const std::string refused =
        dialect(DialectKind::sqlite).invalid_casts(value, old_type, new_type);
    if (changed.empty() || refused.empty()) return changed + refused;
    return fmt::format("({} OR {})", changed, refused);
  }

  std::string rewritten(const std::string& value, const ColumnOf& from,
                        const ColumnOf& to) const override {
    return rewritten_values(value, from, to);
  }

  bool refuses_other_types(const schema::Table& table) const override {
    return table.sqlite.strict;
  }

  std::string of_another_type(const std::string& value, const schema::Type& type) const override {
    return strict_invalid_casts(value, type);
  }

  /// A key that says so may hold NULL, but not the rowid: such rows would be given numbers.
  bool loses_null(const ColumnOf& from, const ColumnOf& to) const override {
    if (from.column.nullable && !to.column.nullable) return true;
    const bool had_null = from.table.in_primary_key(from.column.name) &&
                          from.column.sqlite.null_key && !is_rowid(from.table, from.column);
    return had_null && (!to.column.sqlite.null_key || is_rowid(to.table, to.column));
  }

  bool checks_generated() const override { return true; }

  std::optional<std::string> rowid_name(const schema::Table& table) const override {
    if (!table.sqlite.module.empty()) return std::nullopt;
    return sqlite::rowid_name(table);
  }

  std::string indexed(std::string column, const schema::IndexPart& part) const override {
    if (!part.collation.empty()) column += " COLLATE " + quote_identifier(part.collation);
    return column;
  }

  /// As if the child's value stood in the parent's column.
  std::string compared_with_parent(const std::string& value, const ColumnOf& child,
                                   const ColumnOf& parent) const override {
    return sqlite::conversion(value, child, parent).value;
  }

  bool rewrites_tables() const override { return true; }

  bool tolerates_earlier_orphans() const override { return true; }

  std::string with_old_versions(const schema::Table& /*before*/,
                                const schema::Table& /*after*/) const override {
    return {};
  }

  std::optional<schema::ApplicationPeriod> period(const schema::Table& /*table*/) const override {
    return std::nullopt;
  }

  std::optional<std::string> outside_partitions(const schema::Table& /*before*/,
                                                const schema::Table& /*after*/) const override {
    return std::nullopt;
  }
};

}  // namespace

const RowRules& row_rules() {
  static const SqliteRowRules rules;
  return rules;
}

}  // namespace dbmig::dialect::sqlite
