#include "dialect/sqlite/canonical.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "dialect/sqlite/dialect.hpp"
#include "dialect/sqlite/expression.hpp"
#include "dialect/sqlite/token.hpp"
#include "dialect/sqlite/types.hpp"
#include "schema/names.hpp"
#include "schema/validate.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Column;
using schema::Default;
using schema::SqlText;
using schema::Table;
using schema::TypeKind;

// Other databases' spellings of what SQLite has a keyword for, by the text without blanks.
const std::map<std::string, std::string, std::less<>>& clock_keywords() {
  static const std::map<std::string, std::string, std::less<>> keywords = {
      {"CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"},
      {"CURRENT_TIMESTAMP()", "CURRENT_TIMESTAMP"},
      {"NOW()", "CURRENT_TIMESTAMP"},
      {"CURRENT_DATE", "CURRENT_DATE"},
      {"CURRENT_DATE()", "CURRENT_DATE"},
      {"CURDATE()", "CURRENT_DATE"},
      {"CURRENT_TIME", "CURRENT_TIME"},
      {"CURRENT_TIME()", "CURRENT_TIME"},
      {"CURTIME()", "CURRENT_TIME"},
  };
  return keywords;
}

Default literal(Default::Kind kind, std::string text) {
  Default value;
  value.kind = kind;
  value.literal = std::move(text);
  return value;
}

Default expression(std::string sql) {
  Default value;
  value.kind = Default::Kind::sql;
  value.sql.any = std::move(sql);
  return value;
}

bool is_null(const std::string& sql) {
  return text::equals_ignoring_case(sql, "NULL");
}

// SQL that is a literal as the literal, anything else as an expression.
Default read_default(const std::string& sql) {
  const std::vector<Token> tokens = tokenize(sql);
  if (tokens.size() == 1) {
    const Token& token = tokens.front();
    if (token.kind == Token::Kind::string) return literal(Default::Kind::string, token.value());
    if (token.kind == Token::Kind::number) return literal(Default::Kind::number, sql);
    if (token.is_word("TRUE")) return literal(Default::Kind::boolean, "true");
    if (token.is_word("FALSE")) return literal(Default::Kind::boolean, "false");
  }
  if (tokens.size() == 2 && tokens[1].kind == Token::Kind::number) {
    const std::string number(tokens[1].text);
    if (tokens[0].is_symbol('-')) return literal(Default::Kind::number, "-" + number);
    if (tokens[0].is_symbol('+')) return literal(Default::Kind::number, number);
  }
  const auto clock = clock_keywords().find(text::upper(text::replace_all(sql, " ", "")));
  return expression(clock == clock_keywords().end() ? sql : clock->second);
}

// The name of `wanted` as the table itself spells it: SQLite compares names ignoring case.
void match_case(std::string& wanted, const Table& table) {
  for (const Column& column : table.columns) {
    if (text::equals_ignoring_case(column.name, wanted)) wanted = column.name;
  }
}

void match_case(std::vector<std::string>& wanted, const Table& table) {
  for (std::string& name : wanted) match_case(name, table);
}

std::string normal_conflict(std::string_view algorithm) {
  std::string lower = text::lower(algorithm);
  return lower == "abort" ? std::string() : lower;
}

std::string normal_collation(const std::string& collation) {
  const std::string upper = text::upper(collation);
  if (upper == "BINARY") return {};
  return upper == "NOCASE" || upper == "RTRIM" ? upper : collation;
}

void set_type(Column& column, const Table& table) {
  const schema::Type& type = column.type_on(DialectKind::sqlite);
  const bool has_values =
      !type.values.empty() && (type.kind == TypeKind::enum_ || type.kind == TypeKind::set);
  TypeReading reading;
  if (column.autoincrement) {
    reading.type.kind = TypeKind::integer;
  } else if (has_values) {
    reading.type = type;
  } else {
    const std::string declared = declared_type(type, table.sqlite.strict);
    reading = is_rowid_key(table, column.name) ? read_key_type(declared, table.sqlite.strict)
                                               : read_type(declared, table.sqlite.strict);
  }
  column.type = std::move(reading.type);
  column.sqlite.type = std::move(reading.own);
}

void canonical_column(Column& column, const Table& table) {
  column.comment.clear();
  column.mariadb = {};
  if (table.in_primary_key(column.name)) column.nullable = false;
  if (column.type.zerofill) column.type.is_unsigned = true;
  column.autoincrement = column.autoincrement && is_rowid_key(table, column.name);
  set_type(column, table);
  column.sqlite.collation = normal_collation(column.sqlite.collation);
  column.sqlite.on_conflict =
      column.nullable ? std::string() : normal_conflict(column.sqlite.on_conflict);
  if (column.default_value) {
    column.default_value = canonical_default(*column.default_value, column, table);
  }
  if (column.generated) {
    std::string sql =
        normal_expression(column.generated->sql.for_dialect(DialectKind::sqlite), table);
    if (sql.empty()) {
      column.generated.reset();
    } else {
      column.generated->sql = {std::move(sql), {}, {}};
    }
  }
}

void canonical_part(schema::IndexPart& part, const Table& table) {
  part.length = 0;
  if (part.column.empty()) {
    const bool descending = part.descending;
    const std::string collation = part.collation;
    part = parse_index_part(part.expression);
    part.descending = part.descending || descending;
    if (!collation.empty()) part.collation = collation;
    part.expression = normal_expression(part.expression, table);
  }
  match_case(part.column, table);
  part.collation = normal_collation(part.collation);
}

void canonical_index(schema::Index& index, const Table& table) {
  for (schema::IndexPart& part : index.parts) canonical_part(part, table);
  index.where = {normal_expression(index.where.for_dialect(DialectKind::sqlite), table), {}, {}};
  index.kind = schema::IndexKind::plain;
  index.comment.clear();
  index.method.clear();
  index.parser.clear();
  index.ignored = false;
}

void canonical_constraints(Table& table) {
  if (table.primary_key) {
    // The key's name means nothing to SQLite: one for all, so that it makes no difference.
    table.primary_key->name.clear();
    table.primary_key->on_conflict = normal_conflict(table.primary_key->on_conflict);
  }
  for (schema::Unique& unique : table.uniques) {
    match_case(unique.columns, table);
    unique.on_conflict = normal_conflict(unique.on_conflict);
  }
  for (schema::ForeignKey& key : table.foreign_keys) {
    match_case(key.columns, table);
    for (schema::ReferentialAction* action : {&key.on_delete, &key.on_update}) {
      using enum schema::ReferentialAction;
      if (*action == no_action) *action = none;
    }
  }
  for (schema::Check& check : table.checks) {
    check.sql = {normal_expression(check.sql.for_dialect(DialectKind::sqlite), table), {}, {}};
  }
  std::erase_if(table.checks, [](const schema::Check& check) { return check.sql.empty(); });
  // There are no full-text or spatial indexes outside virtual tables.
  std::erase_if(table.indexes,
                [](const schema::Index& index) { return index.kind != schema::IndexKind::plain; });
  for (schema::Index& index : table.indexes) canonical_index(index, table);
}

// Names of parent tables and columns as the parent spells them, and the parent's primary key where
// no columns are named.
void resolve_parents(schema::Schema& schema) {
  std::map<std::string, const Table*> by_name;
  for (const auto& [name, table] : schema.tables) by_name[text::lower(name)] = &table;
  for (auto& [name, table] : schema.tables) {
    for (schema::ForeignKey& key : table.foreign_keys) {
      const auto parent = by_name.find(text::lower(key.referenced_table));
      if (parent == by_name.end()) continue;
      key.referenced_table = parent->second->name;
      if (key.referenced_columns.empty() && parent->second->primary_key) {
        key.referenced_columns = parent->second->primary_key->columns;
      }
      match_case(key.referenced_columns, *parent->second);
    }
  }
}

template <class Objects>
void canonical_sql(Objects& objects) {
  for (auto& [name, object] : objects) {
    object.only.reset();
    object.sql = {trimmed_sql(object.sql.for_dialect(DialectKind::sqlite)), {}, {}};
  }
  std::erase_if(objects, [](const auto& entry) { return entry.second.sql.empty(); });
}

}  // namespace

std::optional<Default> canonical_default(const Default& value, const Column& column,
                                         const Table& table) {
  Default result = value;
  if (value.kind == Default::Kind::sql) {
    const std::string sql = normal_expression(value.sql.for_dialect(DialectKind::sqlite), table);
    if (sql.empty() || is_null(sql)) return std::nullopt;
    result = read_default(sql);
    if (result.kind == Default::Kind::sql) return result;
    // TRUE is another word for 1.
    if (result.kind == Default::Kind::boolean && column.type.kind != TypeKind::boolean) {
      result = literal(Default::Kind::number, result.literal == "true" ? "1" : "0");
    }
  } else if (value.kind == Default::Kind::number) {
    result = read_default(value.literal);
    // Whatever it is, it was meant as a literal.
    if (result.kind == Default::Kind::sql) result = value;
  }
  // Where the affinity makes no text of it, a number stays the number it is: in blobs, dates, JSON.
  const std::string declared =
      declared_type(column.type_on(DialectKind::sqlite), table.sqlite.strict);
  const bool keeps = result.kind == Default::Kind::number && !is_numeric(column.type.kind) &&
                     affinity(declared) != Affinity::text;
  if (!keeps) result = schema::coerce(result, column.type).value_or(result);
  if (result.kind == Default::Kind::boolean && column.type.kind != TypeKind::boolean) {
    result = literal(Default::Kind::number, result.literal == "true" ? "1" : "0");
  }
  result.sql = {};
  return result;
}

Table canonical_table(const Table& original) {
  Table table = original;
  if (table.primary_key) match_case(table.primary_key->columns, table);
  table.comment.clear();
  table.mariadb = {};
  table.only.reset();
  canonical_constraints(table);
  for (Column& column : table.columns) canonical_column(column, table);
  return schema::with_names(std::move(table));
}

schema::Schema SqliteDialect::canonical(const schema::Schema& original) const {
  schema::Schema schema = schema::on_dialect(original, DialectKind::sqlite);
  for (auto& [name, table] : schema.tables) table = canonical_table(table);
  resolve_parents(schema);
  canonical_sql(schema.views);
  canonical_sql(schema.triggers);
  for (auto& [name, trigger] : schema.triggers) {
    for (const auto& [table_name, table] : schema.tables) {
      if (text::equals_ignoring_case(table_name, trigger.table)) trigger.table = table_name;
    }
  }
  return schema::sorted(std::move(schema));
}

}  // namespace dbmig::dialect::sqlite
