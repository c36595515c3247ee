#include "dialect/sqlite/written.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "dialect/sqlite/canonical.hpp"
#include "dialect/sqlite/expression.hpp"
#include "dialect/sqlite/parse_create.hpp"
#include "dialect/sqlite/quote.hpp"
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

SqlText written_sql(const SqlText& sql) {
  return {trimmed_sql(sql.for_dialect(DialectKind::sqlite)), {}, {}};
}

/// A canonical default as SQL, without the parentheses that an expression needs.
std::string default_sql(const Default& value) {
  switch (value.kind) {
    case Default::Kind::string:
      return quote_string(value.literal);
    case Default::Kind::number:
      return value.literal;
    case Default::Kind::boolean:
      return value.literal == "true" ? "1" : "0";
    case Default::Kind::sql:
      break;
  }
  return value.sql.for_dialect(DialectKind::sqlite);
}

void write_default(Column& column, const Table& table) {
  if (!column.default_value) return;
  Default written;
  written.kind = Default::Kind::sql;
  const Default& value = *column.default_value;
  if (value.kind == Default::Kind::sql && !value.sql.sqlite.empty()) {
    written.sql.sqlite = trimmed_sql(value.sql.sqlite);
  } else if (const auto meaning = canonical_default(value, column, table)) {
    written.sql.any = default_sql(*meaning);
  } else {
    column.default_value.reset();
    return;
  }
  column.default_value = std::move(written);
}

void write_type(Column& column, const Table& table) {
  const schema::Type& type = column.type_on(DialectKind::sqlite);
  const bool has_values =
      !type.values.empty() && (type.kind == TypeKind::enum_ || type.kind == TypeKind::set);
  if (has_values) {
    column.type = schema::Type(type);
  } else {
    std::string declared = declared_type(type, table.sqlite.strict);
    if (column.autoincrement && !text::equals_ignoring_case(declared, "INTEGER")) {
      declared = "INTEGER";
    }
    column.type = native_type(std::move(declared));
  }
  column.sqlite.type.reset();
}

void write_column(Column& column, const Table& table) {
  column.comment.clear();
  column.mariadb = {};
  if (column.type.zerofill) column.type.is_unsigned = true;
  if (table.in_primary_key(column.name)) column.nullable = column.sqlite.null_key;
  column.sqlite.null_key = false;
  column.autoincrement =
      column.autoincrement && is_rowid_key(table, column.name) && !numbers_without_keyword(column);
  column.sqlite.on_conflict =
      column.nullable ? std::string() : text::lower(column.sqlite.on_conflict);
  write_default(column, table);
  write_type(column, table);
  if (!column.generated) return;
  column.generated->sql = written_sql(column.generated->sql);
  if (column.generated->sql.empty()) column.generated.reset();
}

void write_parts(std::vector<schema::KeyPart>& parts) {
  for (schema::KeyPart& part : parts) part.length = 0;
  drop_plain(parts);
}

void write_keys(Table& table) {
  schema::SqliteTable& own = table.sqlite;
  if (auto& key = table.primary_key) {
    const std::string name = schema::constraint_name("pk", table.name, key->columns);
    if (key->name == name || own.unnamed.count(key->name) != 0) key->name.clear();
    key->on_conflict = text::lower(key->on_conflict);
    write_parts(key->parts);
  }
  for (schema::Unique& unique : table.uniques) {
    unique.on_conflict = text::lower(unique.on_conflict);
    write_parts(unique.parts);
  }
  std::erase_if(own.unnamed, [&](const std::string& name) {
    return table.find_unique(name) == nullptr && table.find_foreign_key(name) == nullptr &&
           table.find_check(name) == nullptr;
  });
  std::erase_if(own.implied,
                [&](const std::string& name) { return table.find_foreign_key(name) == nullptr; });
}

void write_index(schema::Index& index) {
  for (schema::IndexPart& part : index.parts) {
    part.length = 0;
    if (part.column.empty()) part.expression = trimmed_sql(part.expression);
  }
  index.where = written_sql(index.where);
  index.comment.clear();
  index.method.clear();
  index.parser.clear();
  index.ignored = false;
}

/// Clears the names in `items` that are in `taken` already, and adds the others to it.
template <class Items>
void drop_repeated(Items& items, std::set<std::string>& taken, std::vector<std::string>& lost) {
  for (auto& item : items) {
    if (item.name.empty() || taken.insert(text::lower(item.name)).second) continue;
    lost.push_back("the name '" + item.name + "', which another constraint has");
    item.name.clear();
  }
}

// What looks like a name and is a value.
bool is_value_word(const Token& token) {
  constexpr std::array<std::string_view, 6> kValues = {
      "NULL", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"};
  return std::any_of(kValues.begin(), kValues.end(),
                     [&](std::string_view word) { return token.is_word(word); });
}

}  // namespace

bool is_bare_default(const std::string& sql, bool names) {
  const std::vector<Token> tokens = tokenize(sql);
  if (tokens.size() == 2) {
    return (tokens[0].is_symbol('-') || tokens[0].is_symbol('+')) &&
           tokens[1].kind == Token::Kind::number;
  }
  if (tokens.size() != 1) return false;
  const Token::Kind kind = tokens[0].kind;
  if (kind == Token::Kind::string || kind == Token::Kind::blob || kind == Token::Kind::number) {
    return true;
  }
  if (!tokens[0].can_be_name()) return false;
  return names || is_value_word(tokens[0]);
}

std::optional<std::string> text_of_bare_name(const std::string& sql) {
  const std::vector<Token> tokens = tokenize(sql);
  const bool is_name = tokens.size() == 1 && tokens[0].kind != Token::Kind::string &&
                       tokens[0].can_be_name() && !is_value_word(tokens[0]);
  return is_name ? std::optional(tokens[0].value()) : std::nullopt;
}

Default default_as_written(const std::string& raw, const Column& column, const Table& table) {
  Default value;
  value.kind = Default::Kind::sql;
  value.sql.sqlite = raw;
  const auto meaning = canonical_default(value, column, table);
  value.sql.any = meaning ? default_sql(*meaning) : "NULL";
  if (!meaning || value.sql.any != raw) return value;
  if (meaning->kind == Default::Kind::sql) return *meaning;
  const bool holds = schema::coerce(*meaning, column.type) == *meaning;
  return holds && !column.autoincrement ? *meaning : value;
}

Table written_table(const Table& original) {
  Table table = schema::with_names(original);
  match_names(table);
  table.comment.clear();
  table.mariadb = {};
  table.only.reset();
  table.sqlite.module = trimmed_sql(table.sqlite.module);
  drop_rowid_parts(table);
  write_keys(table);
  for (Column& column : table.columns) write_column(column, table);
  for (schema::Check& check : table.checks) check.sql = written_sql(check.sql);
  erase_if(table.checks, [](const schema::Check& check) { return check.sql.empty(); });
  // There are no full-text or spatial indexes outside virtual tables.
  erase_if(table.indexes,
           [](const schema::Index& index) { return index.kind != schema::IndexKind::plain; });
  for (schema::Index& index : table.indexes) write_index(index);
  return table;
}

Table named(ParsedTable parsed, std::vector<std::string>& lost) {
  Table& table = parsed.table;
  std::set<std::string> taken;
  drop_repeated(table.uniques, taken, lost);
  std::set<std::string> keys;
  drop_repeated(table.foreign_keys, keys, lost);
  taken.merge(keys);
  drop_repeated(table.checks, taken, lost);
  for (const schema::Index& index : table.indexes) {
    for (schema::Unique& unique : table.uniques) {
      if (!text::equals_ignoring_case(unique.name, index.name)) continue;
      lost.push_back("the name '" + unique.name + "', which an index has");
      unique.name.clear();
    }
  }
  const Table before = table;
  table = schema::with_names(std::move(table));
  const auto note = [&](const auto& old, const auto& now) {
    for (std::size_t i = 0; i < old.size(); ++i) {
      if (old[i].name.empty()) table.sqlite.unnamed.insert(now[i].name);
    }
  };
  note(before.uniques, table.uniques);
  note(before.foreign_keys, table.foreign_keys);
  note(before.checks, table.checks);
  return std::move(parsed.table);
}

}  // namespace dbmig::dialect::sqlite
