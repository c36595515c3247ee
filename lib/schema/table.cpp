#include "schema/table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::schema {
namespace {

template <class Items>
auto find_named(Items& items, std::string_view name) -> decltype(items.data()) {
  for (auto& item : items) {
    if (item.name == name) return &item;
  }
  return nullptr;
}

template <class Map>
auto find_key(Map& map, std::string_view name) -> decltype(&map.begin()->second) {
  const auto at = map.find(std::string(name));
  return at == map.end() ? nullptr : &at->second;
}

// What a database reports may have no names: what it is about decides then.
auto order(const Unique& u) {
  return std::tie(u.name, u.columns);
}
auto order(const ForeignKey& f) {
  return std::tie(f.name, f.columns, f.referenced_table, f.referenced_columns);
}
auto order(const Check& c) {
  return std::tie(c.name, c.sql.any, c.sql.mariadb, c.sql.sqlite);
}
std::vector<std::string> order(const Index& i) {
  std::vector<std::string> key = {i.name};
  for (const IndexPart& part : i.parts) key.push_back(part.column + part.expression);
  return key;
}

template <class Items>
void sort_items(Items& items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return order(a) < order(b); });
}

}  // namespace

std::set<std::string> constrained_columns(const Table& table) {
  std::set<std::string> names;
  const auto add = [&](const std::vector<std::string>& columns) {
    names.insert(columns.begin(), columns.end());
  };
  if (table.primary_key) add(table.primary_key->columns);
  for (const Unique& unique : table.uniques) add(unique.columns);
  for (const ForeignKey& key : table.foreign_keys) add(key.columns);
  return names;
}

const Column* Table::find_column(std::string_view column) const {
  return find_named(columns, column);
}
Column* Table::find_column(std::string_view column) {
  return find_named(columns, column);
}

const Column& Table::column(std::string_view column) const {
  if (const Column* found = find_column(column)) return *found;
  throw Error(ErrorCode::not_found, fmt::format("table '{}' has no column '{}'", name, column))
      .hint(text::suggest(column, column_names()));
}

const Unique* Table::find_unique(std::string_view unique) const {
  return find_named(uniques, unique);
}
const Index* Table::find_index(std::string_view index) const {
  return find_named(indexes, index);
}
const ForeignKey* Table::find_foreign_key(std::string_view key) const {
  return find_named(foreign_keys, key);
}
const Check* Table::find_check(std::string_view check) const {
  return find_named(checks, check);
}

bool Table::in_primary_key(std::string_view column) const {
  return primary_key && std::find(primary_key->columns.begin(), primary_key->columns.end(),
                                  column) != primary_key->columns.end();
}

std::vector<std::string> Table::column_names() const {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

const Table* Schema::find_table(std::string_view name) const {
  return find_key(tables, name);
}
Table* Schema::find_table(std::string_view name) {
  return find_key(tables, name);
}

const Table& Schema::table(std::string_view name) const {
  if (const Table* found = find_table(name)) return *found;
  std::vector<std::string> names;
  for (const auto& entry : tables) names.push_back(entry.first);
  throw Error(ErrorCode::not_found, fmt::format("there is no table '{}'", name))
      .hint(names.empty() ? "the schema has no tables" : text::suggest(name, names));
}

Table& Schema::table(std::string_view name) {
  static_cast<void>(std::as_const(*this).table(name));  // throws when there is none
  return *find_table(name);
}

Schema sorted(Schema schema) {
  for (auto& [name, table] : schema.tables) {
    sort_items(table.uniques);
    sort_items(table.indexes);
    sort_items(table.foreign_keys);
    sort_items(table.checks);
  }
  return schema;
}

std::string_view to_string(RoutineKind kind) {
  switch (kind) {
    case RoutineKind::sequence:
      return "sequence";
    case RoutineKind::function:
      return "function";
    case RoutineKind::procedure:
      return "procedure";
    case RoutineKind::event:
      return "event";
  }
  return {};
}

Schema on_dialect(Schema schema, DialectKind kind) {
  const auto elsewhere = [kind](const auto& entry) {
    return entry.second.only && *entry.second.only != kind;
  };
  erase_if(schema.triggers, [&](const auto& entry) {
    const Table* table = schema.find_table(entry.second.table);
    return elsewhere(entry) || (table != nullptr && table->only && *table->only != kind);
  });
  erase_if(schema.tables, elsewhere);
  erase_if(schema.views, elsewhere);
  if (kind != DialectKind::mariadb) schema.routines.clear();
  return schema;
}

}  // namespace dbmig::schema
