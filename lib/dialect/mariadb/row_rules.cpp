#include "dialect/mariadb/row_rules.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/loose_text.hpp"
#include "dialect/mariadb/conversion.hpp"
#include "dialect/mariadb/partition_bounds.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect::mariadb {
namespace {

/// Whether an expression is made of literals and operators alone, so that it is the same anywhere.
bool is_made_of_literals(const std::string& sql) {
  bool in_text = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const auto c = static_cast<unsigned char>(sql[i]);
    if (c == '\'') in_text = !in_text;
    if (c == '\\') return false;  // escapes on one database and not on the other
    if (in_text || c == '\'') continue;
    const bool opens_blob = (c == 'x' || c == 'X') && i + 1 < sql.size() && sql[i + 1] == '\'';
    const bool is_name = std::isalpha(c) != 0 || c > 127 ||
                         std::string_view("\"`[@:?$#_").find(sql[i]) != std::string_view::npos;
    if (is_name && !opens_blob) return false;
  }
  return !in_text && !sql.empty();
}

class MariadbRowRules final : public RowRules {
 public:
  bool mentions(const std::string& sql, const std::string& name) const override {
    const std::string loose = loose_text(name);
    const std::vector<ops::Token> tokens = ops::tokenize(sql, DialectKind::mariadb);
    return std::any_of(tokens.begin(), tokens.end(), [&](const ops::Token& token) {
      return ops::is_name(token) && loose_text(ops::identifier(token)) == loose;
    });
  }

  std::string name_in_subquery(const std::string& column) const override { return column; }

  std::string over_subquery(const std::string& sql, const std::string& /*column*/) const override {
    return sql;
  }

  std::string default_charset_query() const override {
    return "SELECT @@character_set_database, @@collation_database";
  }

  schema::Table with_charset(const schema::Table& table,
                             const schema::MariadbTable& defaults) const override {
    const bool is_open = table.mariadb.charset.empty() && table.mariadb.collation.empty();
    schema::Table out;
    out.mariadb.charset = is_open ? defaults.charset : table.mariadb.charset;
    out.mariadb.collation = is_open ? defaults.collation : table.mariadb.collation;
    return out;
  }

  std::optional<Conversion> conversion(const std::string& value, const ColumnOf& from,
                                       const ColumnOf& to) const override {
    return mariadb::conversion(value, from, to);
  }

  Conversion stored(const std::string& constant, const ColumnOf& /*column*/) const override {
    return {constant, constant, {}, {}};
  }

  std::optional<std::string> constant(const schema::SqlText& value) const override {
    const std::string& written = value.for_dialect(DialectKind::mariadb);
    if (!is_made_of_literals(written)) return std::nullopt;
    return '(' + written + ')';
  }

  std::string invalid_casts(const std::string& value, const ColumnOf& from,
                            const ColumnOf& to) const override {
    const std::string bytes = invalid_byte_casts(value, from, to);
    const schema::Type& old_type = from.column.type_on(DialectKind::mariadb);
    const schema::Type& new_type = to.column.type_on(DialectKind::mariadb);
    if (old_type == new_type) return bytes;
    const std::string values =
        dialect(DialectKind::mariadb)
            .invalid_casts(sought_in_list(value, from, to), old_type, new_type);
    if (bytes.empty() || values.empty()) return bytes + values;
    return fmt::format("({} OR {})", bytes, values);
  }

  std::string rewritten(const std::string& value, const ColumnOf& from,
                        const ColumnOf& to) const override {
    return rewritten_texts(value, from.column.type_on(DialectKind::mariadb),
                           to.column.type_on(DialectKind::mariadb));
  }

  bool refuses_other_types(const schema::Table& /*table*/) const override { return false; }

  std::string of_another_type(const std::string& /*value*/,
                              const schema::Type& /*type*/) const override {
    return {};
  }

  /// What is computed may be NULL whatever is said.
  bool loses_null(const ColumnOf& from, const ColumnOf& to) const override {
    return (from.column.nullable || from.column.generated) && !to.column.nullable;
  }

  /// No generated column is NOT NULL, and values are converted to its type.
  bool checks_generated() const override { return false; }

  std::optional<std::string> rowid_name(const schema::Table& /*table*/) const override {
    return std::nullopt;
  }

  std::string indexed(std::string column, const schema::IndexPart& part) const override {
    return part.length > 0 ? fmt::format("LEFT({}, {})", column, part.length) : column;
  }

  std::string compared_with_parent(const std::string& value, const ColumnOf& /*child*/,
                                   const ColumnOf& /*parent*/) const override {
    return value;
  }

  bool rewrites_tables() const override { return false; }

  bool tolerates_earlier_orphans() const override { return false; }

  std::string with_old_versions(const schema::Table& before,
                                const schema::Table& after) const override {
    const bool is_kept = before.mariadb.system_versioned && after.mariadb.system_versioned;
    return is_kept ? " FOR SYSTEM_TIME ALL" : "";
  }

  std::optional<schema::ApplicationPeriod> period(const schema::Table& table) const override {
    return table.mariadb.period;
  }

  std::optional<std::string> outside_partitions(const schema::Table& before,
                                                const schema::Table& after) const override {
    if (before.mariadb.partition == after.mariadb.partition) return std::nullopt;
    return mariadb::outside_partitions(after.mariadb.partition);
  }
};

}  // namespace

const RowRules& row_rules() {
  static const MariadbRowRules rules;
  return rules;
}

}  // namespace dbmig::dialect::mariadb
