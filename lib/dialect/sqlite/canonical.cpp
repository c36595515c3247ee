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

bool is_text_column(const Column& column, const Table& table) {
  const std::string declared =
      declared_type(column.type_on(DialectKind::sqlite), table.sqlite.strict);
  return affinity(declared) == Affinity::text;
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

// SQL that is a literal as the literal, anything else as an expression. Where only SQLite can have
// written it, a lone name is a text.
Default read_default(const std::string& sql, bool own) {
  const std::vector<Token> tokens = tokenize(sql);
  if (tokens.size() == 1) {
    const Token& token = tokens.front();
    if (token.kind == Token::Kind::string) return literal(Default::Kind::string, token.value());
    if (token.kind == Token::Kind::number) return literal(Default::Kind::number, sql);
    if (token.is_word("TRUE")) return literal(Default::Kind::boolean, "true");
    if (token.is_word("FALSE")) return literal(Default::Kind::boolean, "false");
    const bool clock = clock_keywords().count(text::upper(sql)) != 0;
    if (own && token.can_be_name() && !clock) return literal(Default::Kind::string, token.value());
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

/// A key of an ordinary table holds NULLs unless it says NOT NULL; a rowid, and the keys of the
/// other kinds of table, never do.
bool can_hold_null(const Table& table, const Column& key) {
  return key.sqlite.null_key && table.in_primary_key(key.name) && !is_rowid(table, key) &&
         !table.sqlite.strict && !table.sqlite.without_rowid;
}

void canonical_column(Column& column, const Table& table) {
  const bool null_key = can_hold_null(table, column);
  column.comment.clear();
  column.mariadb = {};
  if (table.in_primary_key(column.name)) column.nullable = false;
  if (column.type.zerofill) column.type.is_unsigned = true;
  column.autoincrement =
      column.autoincrement && is_rowid_key(table, column.name) && !numbers_without_keyword(column);
  set_type(column, table);
  column.sqlite.collation = normal_collation(column.sqlite.collation);
  const bool has_clause = !column.nullable && !column.sqlite.null_key;
  column.sqlite.on_conflict =
      has_clause ? normal_conflict(column.sqlite.on_conflict) : std::string();
  column.sqlite.null_key = null_key;
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

}  // namespace

void drop_plain(std::vector<schema::KeyPart>& parts) {
  const bool plain = std::all_of(parts.begin(), parts.end(), [](const schema::KeyPart& part) {
    return part.collation.empty() && !part.descending;
  });
  if (plain) parts.clear();
}

void drop_rowid_parts(Table& table) {
  if (!table.primary_key || table.primary_key->parts.empty() ||
      !is_rowid_key(table, table.primary_key->columns.front())) {
    return;
  }
  const Column* column = table.find_column(table.primary_key->columns.front());
  if (column == nullptr) return;
  const std::string declared =
      declared_type(column->type_on(DialectKind::sqlite), table.sqlite.strict);
  if (!text::equals_ignoring_case(declared, "INTEGER")) return;
  const schema::KeyPart& part = table.primary_key->parts.front();
  const bool keeps = part.descending && part.collation.empty() && !column->autoincrement;
  if (!keeps) table.primary_key->parts.clear();
}

namespace {

// What is of constraints that are not there goes.
void canonical_options(Table& table) {
  schema::SqliteTable& own = table.sqlite;
  own.implied.clear();
  std::erase_if(own.unnamed, [&](const std::string& name) {
    return table.find_unique(name) == nullptr && table.find_foreign_key(name) == nullptr &&
           table.find_check(name) == nullptr;
  });
  drop_rowid_parts(table);
  own.module = trimmed_sql(own.module);
}

void canonical_parts(std::vector<schema::KeyPart>& parts) {
  for (schema::KeyPart& part : parts) {
    part.length = 0;
    part.collation = normal_collation(part.collation);
  }
  drop_plain(parts);
}

void canonical_constraints(Table& table) {
  if (table.primary_key) {
    // The key's name means nothing to SQLite: one for all, so that it makes no difference.
    table.primary_key->name = schema::constraint_name("pk", table.name, table.primary_key->columns);
    canonical_parts(table.primary_key->parts);
    table.primary_key->on_conflict = normal_conflict(table.primary_key->on_conflict);
    table.primary_key->method.clear();
  }
  for (schema::Unique& unique : table.uniques) {
    unique.on_conflict = normal_conflict(unique.on_conflict);
    canonical_parts(unique.parts);
  }
  for (schema::ForeignKey& key : table.foreign_keys) {
    for (schema::ReferentialAction* action : {&key.on_delete, &key.on_update}) {
      using enum schema::ReferentialAction;
      if (*action == no_action) *action = none;
    }
  }
  for (schema::Check& check : table.checks) {
    check.sql = {normal_expression(check.sql.for_dialect(DialectKind::sqlite), table), {}, {}};
  }
  erase_if(table.checks, [](const schema::Check& check) { return check.sql.empty(); });
  // There are no full-text or spatial indexes outside virtual tables.
  erase_if(table.indexes,
           [](const schema::Index& index) { return index.kind != schema::IndexKind::plain; });
  for (schema::Index& index : table.indexes) canonical_index(index, table);
}

template <class Objects>
void canonical_sql(Objects& objects, std::string (*normal)(std::string_view)) {
  for (auto& [name, object] : objects) {
    object.only.reset();
    object.mariadb = {};
    object.sql = {normal(object.sql.for_dialect(DialectKind::sqlite)), {}, {}};
  }
  erase_if(objects, [](const auto& entry) { return entry.second.sql.empty(); });
}

}  // namespace

std::optional<Default> canonical_default(const Default& value, const Column& column,
                                         const Table& table) {
  Default result = value;
  if (value.kind == Default::Kind::sql) {
    const std::string sql = normal_expression(value.sql.for_dialect(DialectKind::sqlite), table);
    if (sql.empty() || is_null(sql)) return std::nullopt;
    result = read_default(sql, !value.sql.sqlite.empty());
    if (result.kind == Default::Kind::sql) return result;
    // What SQLite makes of a number on a text column: 1e3 is '1000.0'.
    if (result.kind == Default::Kind::number && is_text_column(column, table)) {
      const auto text = text_of_number(result.literal);
      if (text) return literal(Default::Kind::string, *text);
    }
    // TRUE is another word for 1.
    if (result.kind == Default::Kind::boolean && column.type.kind != TypeKind::boolean) {
      result = literal(Default::Kind::number, result.literal == "true" ? "1" : "0");
    }
  } else if (value.kind == Default::Kind::number) {
    result = read_default(value.literal, false);
    // Whatever it is, it was meant as a literal.
    if (result.kind == Default::Kind::sql) result = value;
  } else if (value.kind == Default::Kind::boolean && is_text_column(column, table)) {
    // Written as 0 or 1, of which the column makes a text.
    return literal(Default::Kind::string, value.literal == "true" ? "1" : "0");
  } else if (value.kind == Default::Kind::boolean && column.type.kind != TypeKind::boolean) {
    result = literal(Default::Kind::number, value.literal == "true" ? "1" : "0");
  }
  // Where the affinity makes no text of it, a number stays the number it is: in blobs, dates, JSON.
  const bool keeps = result.kind == Default::Kind::number && !is_numeric(column.type.kind) &&
                     !is_text_column(column, table);
  if (!keeps) result = schema::coerce(result, column.type).value_or(result);
  if (result.kind == Default::Kind::boolean && column.type.kind != TypeKind::boolean) {
    result = literal(Default::Kind::number, result.literal == "true" ? "1" : "0");
  }
  result.sql = {};
  return result;
}

void match_names(Table& table) {
  if (table.primary_key) match_case(table.primary_key->columns, table);
  for (schema::Unique& unique : table.uniques) match_case(unique.columns, table);
  for (schema::ForeignKey& key : table.foreign_keys) match_case(key.columns, table);
}

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
        table.sqlite.implied.insert(key.name);
      }
      match_case(key.referenced_columns, *parent->second);
    }
  }
}

void match_names(schema::Index& index, const Table& table) {
  for (schema::IndexPart& part : index.parts) match_case(part.column, table);
}

Table canonical_table(const Table& original) {
  Table table = schema::with_names(original);
  match_names(table);
  table.comment.clear();
  table.mariadb = {};
  table.only.reset();
  canonical_constraints(table);
  for (Column& column : table.columns) canonical_column(column, table);
  canonical_options(table);
  return table;
}

schema::Schema SqliteDialect::canonical(const schema::Schema& original) const {
  schema::Schema schema = schema::on_dialect(original, DialectKind::sqlite);
  resolve_parents(schema);
  for (auto& [name, table] : schema.tables) table = canonical_table(table);
  canonical_sql(schema.views, normal_query);
  canonical_sql(schema.triggers, normal_statement);
  for (auto& [name, trigger] : schema.triggers) {
    for (const auto& [table_name, table] : schema.tables) {
      if (text::equals_ignoring_case(table_name, trigger.table)) trigger.table = table_name;
    }
  }
  return schema::sorted(std::move(schema));
}

}  // namespace dbmig::dialect::sqlite
