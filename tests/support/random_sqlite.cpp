#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "support/random_parts.hpp"

namespace dbmig::test {
namespace {

using schema::Column;
using schema::Schema;
using schema::Table;

constexpr std::array<const char*, 5> kAlgorithms = {"rollback", "abort", "fail", "ignore",
                                                    "replace"};

schema::Type native(std::string text) {
  schema::Type type;
  type.kind = schema::TypeKind::native;
  type.native = std::move(text);
  return type;
}

bool counts(const Table& table) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [](const Column& column) { return column.autoincrement; });
}

/// Whether a foreign key refers to these columns: their key must then keep its collations.
bool is_referred(const Schema& schema, const Table& table, const std::vector<std::string>& key) {
  return std::any_of(key.begin(), key.end(), [&](const std::string& column) {
    return is_referenced(schema, table.name, column);
  });
}

std::vector<schema::KeyPart> key_parts(std::size_t columns, RandomSource& random) {
  std::vector<schema::KeyPart> parts(columns);
  for (schema::KeyPart& part : parts) {
    if (random.chance(40)) part.collation = random.chance(70) ? "NOCASE" : "rtrim";
    part.descending = random.chance(40);
  }
  return parts;
}

void change_column(Table& table, Column& column, RandomSource& random) {
  static const std::vector<std::string> kTypes = {
      "INT",          "integer", "FLURB(3,4)", "varchar ( 20 )", "DOUBLE PRECISION",
      "\"odd type\"", "",        "STRING",     "text",           "Decimal(10 , 2)",
      "CLOB"};
  static const std::vector<std::string> kStrict = {"INT", "integer", "ANY", "text", "Blob"};
  static const std::vector<std::pair<const char*, const char*>> kDefaults = {
      {"5", "+5"},        {"'x'", "\"x\""},   {"NULL", "NULL"}, {"31", "0x1F"},
      {"1", "TRUE"},      {"'word'", "word"}, {"-1", "- 1"},    {"1 + 2", "1  +  2"},
      {"'1.50'", "1.50"}, {"X'00'", "x'00'"}, {"1", "((1))"}};
  switch (random.below(5)) {
    case 0:
      if (column.sqlite.type) {
        column.sqlite.type.reset();
      } else {
        column.sqlite.type = native(random.pick(table.sqlite.strict ? kStrict : kTypes));
      }
      return;
    case 1:
      column.sqlite.collation =
          random.pick(std::vector<std::string>{"", "NOCASE", "rtrim", "BINARY"});
      return;
    case 2:
      column.sqlite.on_conflict = kAlgorithms.at(random.below(kAlgorithms.size()));
      return;
    case 3: {
      if (column.generated || column.autoincrement) return;
      const auto& [any, own] = random.pick(kDefaults);
      column.default_value = schema::Default{schema::Default::Kind::sql, {}, {any, {}, own}};
      return;
    }
    default:
      column.sqlite.null_key = !column.sqlite.null_key;
  }
}

template <class Items>
void change_name(Table& table, const Items& items, RandomSource& random) {
  if (items.empty()) return;
  const std::string& name = random.pick(items).name;
  if (table.sqlite.unnamed.erase(name) == 0) table.sqlite.unnamed.insert(name);
}

void add_index(Table& table, RandomSource& random) {
  // A name that nothing else has: index names are unique in the whole database.
  const std::string name = fmt::format("sx_{}_{}", table.name, random.below(1000000));
  schema::Index index;
  index.name = name;
  const Column& column = random.pick(table.columns);
  index.parts.emplace_back().column = column.name;
  if (random.chance(40)) index.parts.front().collation = random.chance(50) ? "NOCASE" : "binary";
  if (random.chance(40)) {
    index.parts.emplace_back().expression =
        fmt::format("coalesce( {} , 'none' )", text::quote(column.name, '"'));
    if (random.chance(50)) index.parts.back().collation = "RTRIM";
    index.parts.back().descending = random.chance(50);
  }
  if (random.chance(50)) {
    index.where.any = fmt::format("{} IS NOT NULL", text::quote(column.name, '"'));
  }
  table.indexes.push_back(std::move(index));
}

}  // namespace

void add_sqlite_features(Schema& schema, RandomSource& random) {
  for (auto& [name, table] : schema.tables) {
    const int changes = random.between(0, 6);
    for (int i = 0; i < changes; ++i) change_sqlite_features(table, random);
  }
  if (random.chance(15)) {
    Table table;
    table.name = "full text";
    table.only = DialectKind::sqlite;
    table.sqlite.module =
        random.chance(50) ? "fts5(title, body UNINDEXED, prefix='2 3')" : "rtree(id, minx, maxx)";
    schema.tables.emplace(table.name, table);
  }
  repair_sqlite_features(schema);
}

void change_sqlite_features(Table& table, RandomSource& random) {
  schema::SqliteTable& own = table.sqlite;
  switch (random.below(11)) {
    case 0:
      own.strict = !own.strict;
      return;
    case 1:
      own.without_rowid = !own.without_rowid;
      return;
    case 2:
      return change_name(table, table.uniques, random);
    case 3:
      return change_name(table, table.checks, random);
    case 4:
      return change_name(table, table.foreign_keys, random);
    case 5:
      if (table.foreign_keys.empty()) return;
      random.pick(table.foreign_keys).deferrable = random.chance(60);
      own.implied.insert(random.pick(table.foreign_keys).name);
      return;
    case 6:
      if (table.uniques.empty()) return;
      random.pick(table.uniques).on_conflict = kAlgorithms.at(random.below(kAlgorithms.size()));
      return;
    case 7: {
      if (table.uniques.empty()) return;
      schema::Unique& unique = random.pick(table.uniques);
      unique.parts = key_parts(unique.columns.size(), random);
      return;
    }
    case 8:
      if (!table.primary_key) return;
      table.primary_key->parts = key_parts(table.primary_key->columns.size(), random);
      return;
    case 9:
      return add_index(table, random);
    default:
      if (!table.columns.empty()) change_column(table, random.pick(table.columns), random);
  }
}

void repair_sqlite_features(Schema& schema) {
  for (auto& [table_name, table] : schema.tables) {
    schema::SqliteTable& own = table.sqlite;
    if (!table.primary_key || counts(table)) own.without_rowid = false;
    for (Column& column : table.columns) {
      static const std::vector<std::string> kStrict = {"INT", "integer", "ANY", "text", "Blob"};
      const bool known =
          column.sqlite.type &&
          std::find(kStrict.begin(), kStrict.end(), column.sqlite.type->native) != kStrict.end();
      if (own.strict && !known) column.sqlite.type.reset();
      if (column.autoincrement) column.sqlite.type.reset();
      if (!table.in_primary_key(column.name)) column.sqlite.null_key = false;
      if (column.nullable) column.sqlite.on_conflict.clear();
    }
    const auto exists = [&](const std::string& name) {
      return table.find_unique(name) != nullptr || table.find_check(name) != nullptr ||
             table.find_foreign_key(name) != nullptr;
    };
    std::erase_if(own.unnamed, [&](const std::string& name) { return !exists(name); });
    std::erase_if(own.implied, [&](const std::string& name) {
      const schema::ForeignKey* key = table.find_foreign_key(name);
      if (key == nullptr) return true;
      const Table* parent = schema.find_table(key->referenced_table);
      return parent == nullptr || !parent->primary_key ||
             parent->primary_key->columns != key->referenced_columns;
    });
    const auto repair_parts = [&](auto& key) {
      const bool plain = std::all_of(key.parts.begin(), key.parts.end(),
                                     [](const auto& part) { return part == schema::KeyPart{}; });
      if (plain || key.parts.size() != key.columns.size() ||
          is_referred(schema, table, key.columns)) {
        key.parts.clear();
      }
    };
    for (schema::Unique& unique : table.uniques) repair_parts(unique);
    if (table.primary_key) repair_parts(*table.primary_key);
    if (table.primary_key && counts(table)) table.primary_key->parts.clear();
  }
}

}  // namespace dbmig::test
