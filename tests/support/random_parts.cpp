#include "support/random_parts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "schema/names.hpp"
#include "schema/validate.hpp"

namespace dbmig::test {
namespace {

using schema::Column;
using schema::Table;
using schema::Type;
using schema::TypeKind;

const std::vector<std::string>& plain_tables() {
  static const std::vector<std::string> kNames = {"customer", "orders",  "product", "invoice",
                                                  "city",     "country", "person",  "payment",
                                                  "staff",    "tag",     "note",    "Account"};
  return kNames;
}

const std::vector<std::string>& plain_columns() {
  static const std::vector<std::string> kNames = {
      "name",  "amount", "created", "parent", "status", "email", "price", "quantity",
      "title", "body",   "code",    "flag",   "Weight", "label", "note",  "a"};
  return kNames;
}

// Each is legal on both databases; MariaDB refuses a blank at the end and characters beyond U+FFFF.
const std::vector<std::string>& odd_names() {
  static const std::vector<std::string> kNames = {
      "order", "select",      "group by", "it's",  "say \"hi\"", "100%",      "größe",
      "名前",  "a`b",         "semi;on",  ":bind", "what?",      "$x",        "a.b",
      "-- no", "back\\slash", "table",    "null",  "default",    "x y",       "/*c*/",
      "ключ",  "%s",          "{0}",      "true",  "[b]",        "CamelÇase", "check"};
  return kNames;
}

const std::vector<std::string>& texts() {
  static const std::vector<std::string> kTexts = {
      "",    "x",   "it's", "say \"hi\"",  "100% sure", "naïve", "日本",  "NULL",
      "a,b", "a`b", ":b ?", "back\\slash", "new\nline", "-- x",  "{sql}", "null"};
  return kTexts;
}

std::string cut(const std::string& s, std::size_t characters) {
  std::size_t end = 0;
  std::size_t count = 0;
  for (; end < s.size(); ++end) {
    const bool starts = (static_cast<unsigned char>(s[end]) & 0xC0U) != 0x80U;
    if (starts && count++ == characters) break;
  }
  std::string result = s.substr(0, end);
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

Type sized(TypeKind kind, int length) {
  Type type;
  type.kind = kind;
  type.length = length;
  return type;
}

Type simple(TypeKind kind) {
  Type type;
  type.kind = kind;
  return type;
}

bool is_plain_number(const Column& column) {
  return (schema::is_integer(column.type.kind) || column.type.kind == TypeKind::decimal) &&
         !column.autoincrement && !column.generated;
}

std::vector<std::string> list_of_key(const schema::Index& index) {
  std::vector<std::string> columns;
  for (const schema::IndexPart& part : index.parts) columns.push_back(part.column);
  return columns;
}

/// Whether some key of `table` is over these columns in this order already.
bool has_key(const Table& table, const std::vector<std::string>& columns) {
  if (table.primary_key && table.primary_key->columns == columns) return true;
  return std::any_of(table.uniques.begin(), table.uniques.end(),
                     [&](const auto& unique) { return unique.columns == columns; }) ||
         std::any_of(table.indexes.begin(), table.indexes.end(),
                     [&](const auto& index) { return list_of_key(index) == columns; });
}

}  // namespace

std::string quoted(const std::string& name) {
  const bool plain =
      std::find(plain_columns().begin(), plain_columns().end(), name) != plain_columns().end();
  return plain ? name : text::quote(name, '`');
}

bool is_key_type(const Type& type) {
  switch (type.kind) {
    case TypeKind::tinyint:
    case TypeKind::smallint:
    case TypeKind::mediumint:
    case TypeKind::integer:
    case TypeKind::bigint:
    case TypeKind::decimal:
    case TypeKind::boolean:
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::datetime:
    case TypeKind::uuid:
      return true;
    case TypeKind::char_:
    case TypeKind::varchar:
    case TypeKind::binary:
    case TypeKind::varbinary:
      return type.length.value_or(1) >= 1 && type.length.value_or(1) <= 60;
    case TypeKind::float_:
    case TypeKind::double_:
    case TypeKind::bit:
    case TypeKind::year:
    case TypeKind::vector:
    case TypeKind::tinytext:
    case TypeKind::text:
    case TypeKind::mediumtext:
    case TypeKind::longtext:
    case TypeKind::tinyblob:
    case TypeKind::blob:
    case TypeKind::mediumblob:
    case TypeKind::longblob:
    case TypeKind::timestamp:
    case TypeKind::json:
    case TypeKind::inet4:
    case TypeKind::inet6:
    case TypeKind::enum_:
    case TypeKind::set:
    case TypeKind::geometry:
    case TypeKind::point:
    case TypeKind::linestring:
    case TypeKind::polygon:
    case TypeKind::multipoint:
    case TypeKind::multilinestring:
    case TypeKind::multipolygon:
    case TypeKind::geometrycollection:
    case TypeKind::native:
      return false;
  }
  return false;
}

bool in_foreign_key(const Table& table, const std::string& column) {
  return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(), [&](const auto& key) {
    return std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end();
  });
}

bool is_referenced(const schema::Schema& schema, const std::string& table,
                   const std::string& column) {
  for (const auto& entry : schema.tables) {
    for (const schema::ForeignKey& key : entry.second.foreign_keys) {
      const auto& columns = key.referenced_columns;
      if (key.referenced_table == table &&
          std::find(columns.begin(), columns.end(), column) != columns.end()) {
        return true;
      }
    }
  }
  return false;
}

bool in_expression(const Table& table, const std::string& column) {
  const std::string name = quoted(column);
  // Expressions are written here, always with blanks around names.
  const auto mentions = [&](const schema::SqlText& sql) {
    return (" " + sql.any + " ").find(" " + name + " ") != std::string::npos;
  };
  return std::any_of(table.checks.begin(), table.checks.end(),
                     [&](const auto& check) { return mentions(check.sql); }) ||
         std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& other) {
           return other.generated && mentions(other.generated->sql);
         });
}

RandomParts::RandomParts(RandomSource& random, const RandomOptions& options,
                         const schema::Schema& schema)
    : random_(random), options_(options) {
  for (const auto& [name, table] : schema.tables) {
    taken_.insert(text::lower(name));
    for (const auto& unique : table.uniques) taken_.insert(text::lower(unique.name));
    for (const auto& index : table.indexes) taken_.insert(text::lower(index.name));
    for (const auto& key : table.foreign_keys) taken_.insert(text::lower(key.name));
    for (const auto& check : table.checks) taken_.insert(text::lower(check.name));
  }
  for (const auto& entry : schema.views) taken_.insert(text::lower(entry.first));
}

std::string RandomParts::fresh_name(const std::vector<std::string>& plain,
                                    const std::set<std::string>& taken) {
  const bool odd = options_.odd_names && random_.chance(15);
  const std::string wanted = odd ? random_.pick(odd_names()) : random_.pick(plain);
  std::string name = wanted;
  for (int n = 2; taken.count(text::lower(name)) != 0; ++n) name = fmt::format("{}{}", wanted, n);
  return name;
}

std::string RandomParts::table_name() {
  std::string name = fresh_name(plain_tables(), taken_);
  taken_.insert(text::lower(name));
  return name;
}

std::string RandomParts::column_name(const Table& table) {
  std::set<std::string> taken;
  for (const Column& column : table.columns) taken.insert(text::lower(column.name));
  return fresh_name(plain_columns(), taken);
}

std::string RandomParts::constraint_name(const char* prefix, const Table& table,
                                         const std::vector<std::string>& columns) {
  std::string name = options_.odd_names && random_.chance(10)
                         ? fresh_name(odd_names(), taken_)
                         : schema::constraint_name(prefix, table.name, columns);
  for (int n = 2; taken_.count(text::lower(name)) != 0; ++n) {
    name = schema::constraint_name(prefix, table.name,
                                   {fmt::format("{}", n + random_.between(0, 99))});
  }
  taken_.insert(text::lower(name));
  return name;
}

Type RandomParts::key_type() {
  static constexpr std::array kIntegers = {TypeKind::smallint,  TypeKind::integer,
                                           TypeKind::integer,   TypeKind::bigint,
                                           TypeKind::mediumint, TypeKind::tinyint};
  switch (random_.below(10)) {
    case 0:
      return sized(TypeKind::varchar, random_.between(1, 60));
    case 1:
      return sized(TypeKind::varchar, 40);
    case 2:
      return sized(TypeKind::char_, random_.between(1, 20));
    case 3: {
      Type type = sized(TypeKind::decimal, random_.between(3, 20));
      type.scale = random_.between(0, 3);
      return type;
    }
    case 4:
      return simple(random_.chance(50) ? TypeKind::date : TypeKind::uuid);
    case 5:
      return random_.chance(50) ? simple(TypeKind::datetime) : sized(TypeKind::binary, 16);
    default: {
      Type type = simple(kIntegers.at(random_.below(kIntegers.size())));
      type.is_unsigned = random_.chance(25);
      return type;
    }
  }
}

Type RandomParts::type() {
  if (random_.chance(45)) return key_type();
  static constexpr std::array kSimple = {
      TypeKind::float_,   TypeKind::double_,    TypeKind::boolean,  TypeKind::boolean,
      TypeKind::year,     TypeKind::tinytext,   TypeKind::text,     TypeKind::text,
      TypeKind::longtext, TypeKind::mediumtext, TypeKind::tinyblob, TypeKind::blob,
      TypeKind::longblob, TypeKind::mediumblob, TypeKind::date,     TypeKind::json,
      TypeKind::uuid,     TypeKind::inet4,      TypeKind::inet6};
  switch (random_.below(8)) {
    case 0: {
      Type type = simple(random_.chance(30) ? TypeKind::set : TypeKind::enum_);
      static const std::vector<std::string> kValues = {"new",   "it's", "done", "50%",
                                                       "größe", "x y",  "\"q\""};
      const int count = random_.between(1, 5);
      for (int i = 0; i < count; ++i) {
        type.values.push_back(kValues[static_cast<std::size_t>(i)]);
      }
      return type;
    }
    case 1: {
      static constexpr std::array kFractional = {TypeKind::time, TypeKind::datetime,
                                                 TypeKind::timestamp};
      Type type = simple(kFractional.at(random_.below(kFractional.size())));
      if (random_.chance(40)) type.length = random_.between(1, 6);
      return type;
    }
    case 2:
      return sized(TypeKind::varchar, random_.between(1, 400));
    case 3:
      return sized(random_.chance(50) ? TypeKind::varbinary : TypeKind::binary,
                   random_.between(1, 100));
    case 4:
      return sized(TypeKind::bit, random_.between(1, 64));
    default:
      return simple(kSimple.at(random_.below(kSimple.size())));
  }
}

std::string RandomParts::comment() {
  return random_.chance(80) ? std::string() : cut(random_.pick(texts()), 60);
}

std::optional<schema::Default> RandomParts::default_for(const Type& type) {
  using Kind = schema::Default::Kind;
  const auto sql = [](const char* text) {
    return schema::Default{Kind::sql, {}, {.any = text, .mariadb = {}, .sqlite = {}}};
  };
  const bool use_sql = options_.sql_defaults && random_.chance(25);
  const bool is_moment = type.kind == TypeKind::datetime || type.kind == TypeKind::timestamp;
  if (use_sql && is_moment && !type.length) return sql("CURRENT_TIMESTAMP");
  if (use_sql && schema::is_integer(type.kind)) return sql("(1 + 2)");

  std::vector<std::string> literals;
  if (schema::is_text(type.kind)) {
    const int room = type.kind == TypeKind::char_ || type.kind == TypeKind::varchar
                         ? type.length.value_or(1)
                         : 60;
    literals = {cut(random_.pick(texts()), static_cast<std::size_t>(room))};
  } else if (type.kind == TypeKind::enum_ || type.kind == TypeKind::set) {
    literals = type.values;
  } else if (type.kind == TypeKind::date) {
    literals = {"2024-02-29", "1970-01-01"};
  } else if (type.kind == TypeKind::time) {
    literals = {"10:20:30", "00:00:00"};
  } else if (is_moment) {
    literals = {"2024-02-29 10:20:30", "2001-09-09 01:46:40"};
  } else if (type.kind == TypeKind::uuid) {
    literals = {"00112233-4455-6677-8899-aabbccddeeff"};
  } else if (type.kind == TypeKind::inet4) {
    literals = {"127.0.0.1"};
  } else if (type.kind == TypeKind::inet6) {
    literals = {"::1", "2001:db8::ff00:42:8329"};
  } else if (type.kind == TypeKind::json) {
    literals = {"{}", "[1, \"it's\"]"};
  }
  if (!literals.empty()) {
    return schema::coerce({Kind::string, random_.pick(literals), {}}, type);
  }
  if (type.kind == TypeKind::boolean) {
    return schema::Default{Kind::boolean, random_.chance(50) ? "true" : "false", {}};
  }
  if (type.kind == TypeKind::year) return schema::Default{Kind::number, "2024", {}};
  if (type.kind == TypeKind::float_ || type.kind == TypeKind::double_) {
    return schema::Default{Kind::number, random_.chance(50) ? "0.5" : "-1.25", {}};
  }
  if (schema::is_numeric(type.kind)) {
    const bool negative = !type.is_unsigned && type.kind != TypeKind::bit && random_.chance(20);
    return schema::coerce({Kind::number, negative ? "-1" : (random_.chance(50) ? "0" : "1"), {}},
                          type);
  }
  return std::nullopt;  // binary strings have no portable literal
}

Column RandomParts::column(std::string name, Type type) {
  Column column;
  column.name = std::move(name);
  column.type = std::move(type);
  column.nullable = random_.chance(60);
  // A NOT NULL timestamp without a default means different things to different servers.
  if (random_.chance(35) || (!column.nullable && column.type.kind == TypeKind::timestamp)) {
    column.default_value = default_for(column.type);
  }
  column.comment = comment();
  return column;
}

std::vector<std::string> RandomParts::key_columns(const Table& table, int most) {
  std::vector<std::string> columns;
  for (const Column& column : table.columns) {
    if (is_key_type(column.type) && !column.generated) columns.push_back(column.name);
  }
  random_.shuffle(columns);
  const auto count = static_cast<std::size_t>(random_.chance(60) ? 1 : random_.between(1, most));
  columns.resize(std::min(columns.size(), count));
  return columns;
}

void RandomParts::add_primary_key(Table& table) {
  schema::PrimaryKey key;
  key.columns = key_columns(table, 3);
  if (key.columns.empty()) return;
  key.name = schema::constraint_name("pk", table.name, key.columns);
  for (const std::string& name : key.columns) {
    Column& column = *table.find_column(name);
    column.nullable = false;
    const bool is_integer =
        column.type.kind == TypeKind::integer || column.type.kind == TypeKind::bigint;
    if (key.columns.size() == 1 && is_integer && random_.chance(60) &&
        !in_foreign_key(table, name) && !in_expression(table, name)) {
      column.autoincrement = true;
      column.default_value.reset();
    }
  }
  table.primary_key = std::move(key);
}

void RandomParts::add_unique(Table& table) {
  schema::Unique unique;
  unique.columns = key_columns(table, 3);
  if (unique.columns.empty() || has_key(table, unique.columns)) return;
  unique.name = constraint_name("uq", table, unique.columns);
  table.uniques.push_back(std::move(unique));
}

void RandomParts::add_index(Table& table) {
  schema::Index index;
  const std::vector<std::string> columns = key_columns(table, 3);
  if (columns.empty() || has_key(table, columns)) return;
  for (const std::string& column : columns) {
    schema::IndexPart part;
    part.column = column;
    part.descending = random_.chance(20);
    index.parts.push_back(std::move(part));
  }
  index.unique = random_.chance(25);
  index.name = constraint_name("ix", table, columns);
  table.indexes.push_back(std::move(index));
}

void RandomParts::add_check(Table& table) {
  std::vector<std::string> columns;
  for (const Column& column : table.columns) {
    // MariaDB keeps checks off columns that it changes by itself.
    if (is_plain_number(column) && !in_foreign_key(table, column.name)) {
      columns.push_back(column.name);
    }
  }
  if (columns.empty()) return;
  const std::string name = quoted(random_.pick(columns));
  static constexpr std::array kForms = {"{} > -100", "{} <> 77", "{} >= -5 or {} is null",
                                        "{} < 1000 and {} <> 13"};
  schema::Check check;
  check.sql.any = text::replace_all(kForms.at(random_.below(kForms.size())), "{}", name);
  check.name = constraint_name("ck", table, {"rule"});
  table.checks.push_back(std::move(check));
}

void RandomParts::add_generated(Table& table) {
  std::vector<std::string> columns;
  for (const Column& column : table.columns) {
    if (is_plain_number(column) && !in_foreign_key(table, column.name)) {
      columns.push_back(column.name);
    }
  }
  if (columns.empty()) return;
  Column column;
  column.name = column_name(table);
  column.type = simple(TypeKind::bigint);
  column.generated = schema::Generated{};
  column.generated->sql.any = fmt::format("{} + 1", quoted(random_.pick(columns)));
  column.generated->stored = random_.chance(50);
  table.columns.push_back(std::move(column));
}

void RandomParts::add_foreign_key(Table& child, const Table& parent) {
  std::vector<std::vector<std::string>> keys;
  if (parent.primary_key) keys.push_back(parent.primary_key->columns);
  for (const schema::Unique& unique : parent.uniques) keys.push_back(unique.columns);
  if (keys.empty()) return;

  schema::ForeignKey key;
  key.referenced_table = parent.name;
  key.referenced_columns = random_.pick(keys);
  // `parent` may be `child`, whose columns move when one is added.
  std::vector<Type> types;
  for (const std::string& name : key.referenced_columns) types.push_back(parent.column(name).type);
  for (const Type& type : types) {
    Column column;
    column.name = column_name(child);
    column.type = type;
    column.nullable = random_.chance(70);
    key.columns.push_back(column.name);
    child.columns.push_back(std::move(column));
  }
  const bool can_be_null =
      std::all_of(key.columns.begin(), key.columns.end(),
                  [&](const std::string& name) { return child.column(name).nullable; });
  static const std::vector<schema::ReferentialAction> kActions = {
      schema::ReferentialAction::none, schema::ReferentialAction::none,
      schema::ReferentialAction::restrict, schema::ReferentialAction::cascade,
      schema::ReferentialAction::set_null};
  for (schema::ReferentialAction* action : {&key.on_delete, &key.on_update}) {
    *action = random_.pick(kActions);
    if (*action == schema::ReferentialAction::set_null && !can_be_null) {
      *action = schema::ReferentialAction::cascade;
    }
  }
  // MariaDB lets no update come down from a column that may be NULL to one that may not.
  const bool parent_can_be_null =
      std::any_of(key.referenced_columns.begin(), key.referenced_columns.end(),
                  [&](const std::string& name) { return parent.column(name).nullable; });
  if (key.on_update == schema::ReferentialAction::cascade && parent_can_be_null && !can_be_null) {
    key.on_update = schema::ReferentialAction::none;
  }
  key.name = constraint_name("fk", child, key.columns);
  child.foreign_keys.push_back(std::move(key));
}

Table RandomParts::table(const std::string& name) {
  Table table;
  table.name = name;
  table.comment = comment();
  const int count = random_.between(1, std::max(1, options_.max_columns));
  for (int i = 0; i < count; ++i) {
    // The first column is mostly one that can be a key.
    Type wanted = i == 0 && random_.chance(85) ? key_type() : type();
    table.columns.push_back(column(column_name(table), std::move(wanted)));
  }
  if (random_.chance(90)) add_primary_key(table);
  if (random_.chance(40)) add_unique(table);
  if (random_.chance(20)) add_unique(table);
  if (random_.chance(50)) add_index(table);
  if (random_.chance(20)) add_index(table);
  return table;
}

}  // namespace dbmig::test
