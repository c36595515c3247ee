#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "dialect/row_storage.hpp"
#include "lint/rules.hpp"

// FK and PK: keys that are missing or unfit.

namespace dbmig::lint {
namespace {

using schema::TypeKind;
using Names = std::vector<std::string>;

/// The foreign keys that the operation adds.
std::vector<schema::ForeignKey> new_foreign_keys(const Step& step) {
  if (const auto* create = step.as<ops::CreateTable>()) return create->table.foreign_keys;
  if (const auto* create = step.as<ops::CreateForeignKey>()) return {create->foreign_key};
  return {};
}

/// Whether a key over `key` finds rows by `columns`: they are its first, in some order.
bool leads(const Names& key, const Names& columns) {
  if (key.size() < columns.size()) return false;
  const auto end = key.begin() + static_cast<std::ptrdiff_t>(columns.size());
  return std::all_of(columns.begin(), columns.end(), [&](const std::string& name) {
    return std::find(key.begin(), end, name) != end;
  });
}

Names columns_of(const schema::Index& index) {
  Names names;
  for (const schema::IndexPart& part : index.parts) names.push_back(part.column);
  return names;
}

bool is_indexed(const schema::Table& table, const Names& columns) {
  return (table.primary_key && leads(table.primary_key->columns, columns)) ||
         std::any_of(table.uniques.begin(), table.uniques.end(),
                     [&](const auto& unique) { return leads(unique.columns, columns); }) ||
         std::any_of(table.indexes.begin(), table.indexes.end(), [&](const auto& index) {
           return index.kind == schema::IndexKind::plain && index.where.empty() &&
                  leads(columns_of(index), columns);
         });
}

Issues no_index(const Step& step) {
  if (step.end_table == nullptr || !step.lives_on(step.end_table->only, DialectKind::sqlite)) {
    return {};
  }
  Issues issues;
  for (const schema::ForeignKey& key : new_foreign_keys(step)) {
    const bool stays = step.end_table->find_foreign_key(key.name) != nullptr;
    if (!stays || is_indexed(*step.end_table, key.columns)) continue;
    issues.push_back({fmt::format("no index of table '{}' begins with ({}), the columns of foreign "
                                  "key '{}'",
                                  step.end_table->name, text::join(key.columns, ", "), key.name),
                      "add one, unless the parents never change"});
  }
  return issues;
}

bool says_charset(const schema::Table& table, const schema::Column& column) {
  return !column.mariadb.charset.empty() || !column.mariadb.collation.empty() ||
         !table.mariadb.charset.empty() || !table.mariadb.collation.empty();
}

Issues open_charset(const Step& step) {
  const schema::Table* child = step.end_table;
  if (child == nullptr || !step.lives_on(child->only, DialectKind::mariadb)) return {};
  Issues issues;
  for (const schema::ForeignKey& key : new_foreign_keys(step)) {
    const schema::Table* parent = step.after.find_table(key.referenced_table);
    if (parent == nullptr) continue;
    for (std::size_t i = 0; i < std::min(key.columns.size(), key.referenced_columns.size()); ++i) {
      const schema::Column* from = child->find_column(key.columns[i]);
      const schema::Column* to = parent->find_column(key.referenced_columns[i]);
      if (from == nullptr || to == nullptr) continue;
      if (!schema::is_text(from->type_on(DialectKind::mariadb).kind)) continue;
      if (says_charset(*child, *from) == says_charset(*parent, *to)) continue;
      issues.push_back(
          {fmt::format("columns '{}.{}' and '{}.{}' of foreign key '{}': only one says "
                       "its character set or collation",
                       child->name, from->name, parent->name, to->name, key.name),
           "say it on both or on none"});
    }
  }
  return issues;
}

/// Columns of the key that the operation drops; empty when it drops none.
Names dropped_key(const Step& step) {
  const schema::Table* table = step.table();
  if (table == nullptr) return {};
  if (const auto* drop = step.as<ops::DropIndex>()) {
    const schema::Index* index = table->find_index(drop->name);
    return index == nullptr ? Names{} : columns_of(*index);
  }
  const auto* drop = step.as<ops::DropConstraint>();
  if (drop == nullptr) return {};
  if (drop->kind == ops::ConstraintKind::primary_key && table->primary_key) {
    return table->primary_key->columns;
  }
  const schema::Unique* unique =
      drop->kind == ops::ConstraintKind::unique ? table->find_unique(drop->name) : nullptr;
  return unique == nullptr ? Names{} : unique->columns;
}

Issues drops_needed_index(const Step& step) {
  const Names dropped = dropped_key(step);
  if (dropped.empty() || step.end_table == nullptr) return {};
  const schema::Table& table = *step.end_table;
  Issues issues;
  const auto add = [&](const std::string& owner, const schema::ForeignKey& key) {
    issues.push_back({fmt::format("{}: no other serves foreign key '{}' of table '{}'",
                                  ops::describe(step.operation), key.name, owner),
                      "add another index first, or drop the foreign key"});
  };
  for (const schema::ForeignKey& key : table.foreign_keys) {
    if (leads(dropped, key.columns) && !is_indexed(table, key.columns)) add(table.name, key);
  }
  for (const auto& [name, other] : step.after.tables) {
    for (const schema::ForeignKey& key : other.foreign_keys) {
      if (key.referenced_table != table.name || !leads(dropped, key.referenced_columns)) continue;
      if (!is_indexed(table, key.referenced_columns)) add(name, key);
    }
  }
  return issues;
}

Issues no_primary_key(const Step& step) {
  const auto* create = step.as<ops::CreateTable>();
  const schema::Table* table = step.end_table;
  if (create == nullptr || table == nullptr) return {};
  if (table->primary_key || !table->sqlite.module.empty()) return {};
  return {{fmt::format("table '{}' has no primary key", table->name),
           "add one, if only an autoincrement id"}};
}

Issues drops_primary_key(const Step& step) {
  const auto* drop = step.as<ops::DropConstraint>();
  if (drop == nullptr || drop->kind != ops::ConstraintKind::primary_key) return {};
  if (step.end_table == nullptr || step.end_table->primary_key) return {};
  return {{fmt::format("table '{}' is left without a primary key", step.end_table->name),
           "create the new one in this revision"}};
}

/// Columns that begin to count by themselves, or to do so in another type, on MariaDB.
template <class IsTooSmall>
Issues counting_columns(const Step& step, IsTooSmall is_too_small) {
  Issues issues;
  for (const NewColumn& column : new_columns(step)) {
    if (!column.column.autoincrement) continue;
    if (!step.lives_on(column.table->only, DialectKind::mariadb)) continue;
    const schema::Type& type = column.column.type_on(DialectKind::mariadb);
    const bool as_before = column.old != nullptr && column.old->autoincrement &&
                           column.old->type_on(DialectKind::mariadb) == type;
    if (as_before || !is_too_small(type.kind)) continue;
    issues.push_back({fmt::format("column '{}.{}' numbers rows in {}", column.table->name,
                                  column.column.name, schema::to_string(type)),
                      "use bigint where rows may be many"});
  }
  return issues;
}

Issues small_numbers(const Step& step) {
  return counting_columns(step, [](TypeKind kind) {
    return kind == TypeKind::tinyint || kind == TypeKind::smallint || kind == TypeKind::mediumint;
  });
}

Issues middling_numbers(const Step& step) {
  return counting_columns(step, [](TypeKind kind) { return kind == TypeKind::integer; });
}

Issues numbered_on_sqlite_alone(const Step& step) {
  if (!step.on_sqlite || !step.on_mariadb || step.end_table == nullptr) return {};
  if (step.as<ops::CreateTable>() == nullptr && step.as<ops::CreatePrimaryKey>() == nullptr) {
    return {};
  }
  Issues issues;
  for (const schema::Column& column : step.end_table->columns) {
    if (!dialect::is_filled_by_one_database(*step.end_table, column)) continue;
    issues.push_back({fmt::format("column '{}.{}' is filled by itself on SQLite and not on MariaDB",
                                  step.end_table->name, column.name),
                      "write autoincrement: true, or give every new row its key"});
  }
  return issues;
}

Issues inexact_key(const Step& step) {
  const schema::Table* table = step.table();
  std::vector<Names> keys;
  if (const auto* create = step.as<ops::CreateTable>()) {
    table = &create->table;
    if (table->primary_key) keys.push_back(table->primary_key->columns);
    for (const schema::Unique& unique : table->uniques) keys.push_back(unique.columns);
  } else if (const auto* primary = step.as<ops::CreatePrimaryKey>()) {
    keys.push_back(primary->key.columns);
  } else if (const auto* unique = step.as<ops::CreateUniqueConstraint>()) {
    keys.push_back(unique->unique.columns);
  }
  if (table == nullptr) return {};
  Issues issues;
  for (const Names& key : keys) {
    for (const std::string& name : key) {
      const schema::Column* column = table->find_column(name);
      if (column == nullptr) continue;
      const TypeKind kind = column->type.kind;
      if (kind != TypeKind::float_ && kind != TypeKind::double_) continue;
      issues.push_back({fmt::format("column '{}.{}' is in a key and of type {}", table->name, name,
                                    schema::to_string(column->type)),
                        "use decimal or an integer"});
    }
  }
  return issues;
}

}  // namespace

std::span<const Rule> key_rules() {
  static constexpr std::array rules{Rule{"FK701", no_index},
                                    Rule{"FK702", open_charset},
                                    Rule{"FK703", drops_needed_index},
                                    Rule{"PK801", no_primary_key},
                                    Rule{"PK802", drops_primary_key},
                                    Rule{"PK803", small_numbers},
                                    Rule{"PK804", middling_numbers},
                                    Rule{"PK805", inexact_key},
                                    Rule{"PK806", numbered_on_sqlite_alone}};
  return rules;
}

}  // namespace dbmig::lint
