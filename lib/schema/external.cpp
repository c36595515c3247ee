#include "schema/external.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace dbmig::schema {
namespace {

/// The columns that `key` refers to. SQLite needs no names for the primary key.
std::vector<std::string> referenced_by(const ForeignKey& key) {
  if (!key.referenced_columns.empty()) return key.referenced_columns;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    names.push_back(key.columns.size() == 1 ? "id" : fmt::format("id_{}", i + 1));
  }
  return names;
}

/// A column that a foreign key accepts as the other end of `from`.
Column other_end(const Column& from, std::string name) {
  Column column;
  column.name = std::move(name);
  column.type = from.type;
  column.nullable = false;
  column.mariadb.type = from.mariadb.type;
  column.mariadb.charset = from.mariadb.charset;
  column.mariadb.collation = from.mariadb.collation;
  column.sqlite.type = from.sqlite.type;
  column.sqlite.collation = from.sqlite.collation;
  return column;
}

Table empty_parent(const Table& child, const std::string& name) {
  Table table;
  table.name = name;
  table.mariadb.engine = child.mariadb.engine;
  table.mariadb.charset = child.mariadb.charset;
  table.mariadb.collation = child.mariadb.collation;
  table.only = child.only;
  return table;
}

void add(Table& parent, const Table& child, const ForeignKey& key) {
  const std::vector<std::string> names = referenced_by(key);
  for (std::size_t i = 0; i < key.columns.size() && i < names.size(); ++i) {
    const Column* from = child.find_column(key.columns[i]);
    if (from == nullptr || parent.find_column(names[i]) != nullptr) continue;
    parent.columns.push_back(other_end(*from, names[i]));
  }
  if (!parent.primary_key) {
    parent.primary_key = PrimaryKey{{}, names, {}};
    return;
  }
  const bool is_there = parent.primary_key->columns == names ||
                        std::any_of(parent.uniques.begin(), parent.uniques.end(),
                                    [&](const Unique& unique) { return unique.columns == names; });
  if (is_there) return;
  parent.uniques.push_back(
      {fmt::format("dbmig_{}_{}", parent.uniques.size() + 1, names.front()), names, {}});
}

}  // namespace

void mark_external(Schema& schema) {
  for (auto& [name, table] : schema.tables) {
    for (std::size_t i = 0; i < table.foreign_keys.size(); ++i) {
      const ForeignKey& key = std::as_const(table).foreign_keys[i];
      if (key.external || schema.tables.count(key.referenced_table) != 0) continue;
      table.foreign_keys[i].external = true;
    }
  }
}

std::map<std::string, Table> external_tables(const Schema& schema) {
  return external_tables({}, schema);
}

std::map<std::string, Table> external_tables(const Schema& before, const Schema& after) {
  std::map<std::string, Table> tables;
  for (const Schema* schema : {&before, &after}) {
    for (const auto& [name, child] : schema->tables) {
      for (const ForeignKey& key : child.foreign_keys) {
        const std::string& other = key.referenced_table;
        if (!key.external || schema->tables.count(other) != 0) continue;
        const auto [parent, is_new] = tables.try_emplace(other, empty_parent(child, other));
        if (!is_new && parent->second.only != child.only) parent->second.only.reset();
        add(parent->second, child, key);
      }
    }
  }
  std::erase_if(tables, [&](const auto& entry) { return after.tables.count(entry.first) != 0; });
  return tables;
}

}  // namespace dbmig::schema
