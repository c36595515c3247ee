#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "schema/names.hpp"
#include "schema/validate.hpp"
#include "support/random_parts.hpp"

namespace dbmig::test {
namespace {

using schema::Column;
using schema::ForeignKey;
using schema::Schema;
using schema::Table;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool uses(const schema::Index& index, const std::string& column) {
  return std::any_of(index.parts.begin(), index.parts.end(),
                     [&](const auto& part) { return part.column == column; });
}

/// Drops the foreign keys whose parent, or parent key, is gone.
void repair_foreign_keys(Schema& schema) {
  for (auto& entry : schema.tables) {
    erase_if(entry.second.foreign_keys, [&](const ForeignKey& key) {
      const Table* parent = schema.find_table(key.referenced_table);
      if (parent == nullptr) return true;
      if (parent->primary_key && parent->primary_key->columns == key.referenced_columns) {
        return false;
      }
      return std::none_of(parent->uniques.begin(), parent->uniques.end(), [&](const auto& unique) {
        return unique.columns == key.referenced_columns;
      });
    });
  }
}

/// Drops views and triggers that speak of what is gone.
void repair_programs(Schema& schema, const Schema& before) {
  const auto changed = [&](const std::string& name) {
    const Table* now = schema.find_table(name);
    const Table* then = before.find_table(name);
    return now == nullptr || then == nullptr || now->column_names() != then->column_names();
  };
  erase_if(schema.triggers, [&](const auto& entry) { return changed(entry.second.table); });
  if (std::any_of(before.tables.begin(), before.tables.end(),
                  [&](const auto& entry) { return changed(entry.first); })) {
    schema.views.clear();
  }
}

/// One schema on its way to another.
class Mutation {
 public:
  Mutation(Schema& schema, RandomSource& random, const RandomOptions& options)
      : schema_(schema), random_(random), options_(options), parts_(random, options, schema) {}

  void change() {
    if (!has_plain_table() || random_.chance(8)) return add_table();
    Table& table = pick_table();
    if (options_.sqlite && random_.chance(25)) {
      return change_sqlite_features(table, random_);
    }
    switch (random_.below(16)) {
      case 0:
        return drop_table(table);
      case 1:
      case 2:
        return add_column(table);
      case 3:
      case 4:
        return drop_column(table);
      case 5:
        return change_type(table);
      case 6:
        return change_nullable(table);
      case 7:
        return change_default(table);
      case 8:
        return change_comment(table);
      case 9:
        return change_primary_key(table);
      case 10:
        return change_uniques(table);
      case 11:
        return change_indexes(table);
      case 12:
      case 13:
        return change_foreign_keys(table);
      case 14:
        return change_checks(table);
      default:
        return change_autoincrement(table);
    }
  }

 private:
  bool has_plain_table() const {
    return std::any_of(schema_.tables.begin(), schema_.tables.end(),
                       [](const auto& entry) { return !entry.second.columns.empty(); });
  }
  /// One with columns: not a virtual one.
  Table& pick_table() {
    while (true) {
      auto at = schema_.tables.begin();
      std::advance(at, static_cast<long>(random_.below(schema_.tables.size())));
      if (!at->second.columns.empty()) return at->second;
    }
  }
  Column& pick_column(Table& table) { return random_.pick(table.columns); }

  /// Whether a foreign key on either side holds the column's type.
  bool is_linked(const Table& table, const Column& column) const {
    return in_foreign_key(table, column.name) || is_referenced(schema_, table.name, column.name);
  }

  void add_table() {
    const std::string name = parts_.table_name();
    Table& table = schema_.tables.emplace(name, parts_.table(name)).first->second;
    if (options_.foreign_keys && random_.chance(50)) parts_.add_foreign_key(table, pick_table());
    if (options_.checks && random_.chance(30)) parts_.add_check(table);
  }

  void drop_table(const Table& table) {
    if (schema_.tables.size() < 2) return;
    const std::string name = table.name;
    schema_.tables.erase(name);
  }

  void add_column(Table& table) {
    if (options_.generated_columns && random_.chance(25)) return parts_.add_generated(table);
    Column column = parts_.column(parts_.column_name(table), parts_.type());
    auto at = table.columns.end();
    if (options_.reorder_columns) {
      at = table.columns.begin() + static_cast<long>(random_.below(table.columns.size() + 1));
    }
    table.columns.insert(at, std::move(column));
  }

  void drop_column(Table& table) {
    if (table.columns.size() < 2) return;
    const std::string name = pick_column(table).name;
    if (in_expression(table, name)) return;
    if (table.in_primary_key(name)) drop_primary_key(table);
    erase_if(table.uniques, [&](const auto& unique) { return contains(unique.columns, name); });
    erase_if(table.indexes, [&](const auto& index) { return uses(index, name); });
    erase_if(table.foreign_keys, [&](const auto& key) { return contains(key.columns, name); });
    erase_if(table.columns, [&](const auto& column) { return column.name == name; });
    // What is left may be generated columns alone, which no database takes.
    if (std::all_of(table.columns.begin(), table.columns.end(),
                    [](const auto& column) { return column.generated.has_value(); })) {
      add_column(table);
    }
  }

  void drop_primary_key(Table& table) {
    table.primary_key.reset();
    for (Column& column : table.columns) column.autoincrement = false;
  }

  void change_type(Table& table) {
    Column& column = pick_column(table);
    if (is_linked(table, column) || in_expression(table, column.name) || column.generated ||
        column.autoincrement) {
      return;
    }
    const bool in_key =
        table.in_primary_key(column.name) ||
        std::any_of(table.uniques.begin(), table.uniques.end(),
                    [&](const auto& unique) { return contains(unique.columns, column.name); }) ||
        std::any_of(table.indexes.begin(), table.indexes.end(),
                    [&](const auto& index) { return uses(index, column.name); });
    column.type = in_key ? parts_.key_type() : parts_.type();
    column.default_value.reset();
    const bool needs_default = !column.nullable && column.type.kind == schema::TypeKind::timestamp;
    if (needs_default || random_.chance(30)) column.default_value = parts_.default_for(column.type);
  }

  void change_nullable(Table& table) {
    Column& column = pick_column(table);
    const bool sets_null = std::any_of(
        table.foreign_keys.begin(), table.foreign_keys.end(), [&](const ForeignKey& key) {
          return contains(key.columns, column.name) &&
                 (key.on_delete == schema::ReferentialAction::set_null ||
                  key.on_update == schema::ReferentialAction::set_null);
        });
    if (table.in_primary_key(column.name) || sets_null || column.generated ||
        column.type.kind == schema::TypeKind::timestamp) {
      return;
    }
    column.nullable = !column.nullable;
  }

  void change_default(Table& table) {
    Column& column = pick_column(table);
    if (column.generated || column.autoincrement) return;
    const bool removable = column.nullable || column.type.kind != schema::TypeKind::timestamp;
    if (column.default_value && removable && random_.chance(50)) {
      column.default_value.reset();
    } else {
      column.default_value = parts_.default_for(column.type);
    }
  }

  void change_comment(Table& table) {
    std::string& comment = random_.chance(50) ? table.comment : pick_column(table).comment;
    comment = comment.empty() ? "changed, it's said" : parts_.comment();
  }

  void change_primary_key(Table& table) {
    drop_primary_key(table);
    if (random_.chance(80)) parts_.add_primary_key(table);
    // A column of the new key cannot be set to NULL by a foreign key.
    erase_if(table.foreign_keys, [&](const ForeignKey& key) {
      const bool sets_null = key.on_delete == schema::ReferentialAction::set_null ||
                             key.on_update == schema::ReferentialAction::set_null;
      return sets_null &&
             std::any_of(key.columns.begin(), key.columns.end(),
                         [&](const std::string& name) { return table.in_primary_key(name); });
    });
  }

  void change_uniques(Table& table) {
    if (table.uniques.empty() || random_.chance(50)) return parts_.add_unique(table);
    table.uniques.erase(table.uniques.begin() +
                        static_cast<long>(random_.below(table.uniques.size())));
  }

  void change_indexes(Table& table) {
    if (table.indexes.empty() || random_.chance(40)) return parts_.add_index(table);
    if (random_.chance(50)) {
      schema::Index& index = random_.pick(table.indexes);
      if (random_.chance(30)) {
        index.name += "_r";
        return;
      }
      if (random_.chance(50)) {
        index.unique = !index.unique;
      } else {
        index.parts.front().descending = !index.parts.front().descending;
      }
      return;
    }
    table.indexes.erase(table.indexes.begin() +
                        static_cast<long>(random_.below(table.indexes.size())));
  }

  void change_foreign_keys(Table& table) {
    if (!options_.foreign_keys) return;
    if (table.foreign_keys.empty() || random_.chance(40)) {
      return parts_.add_foreign_key(table, pick_table());
    }
    ForeignKey& key = random_.pick(table.foreign_keys);
    if (random_.chance(50)) {
      key.on_delete = key.on_delete == schema::ReferentialAction::cascade
                          ? schema::ReferentialAction::none
                          : schema::ReferentialAction::cascade;
      return;
    }
    const std::string name = key.name;
    erase_if(table.foreign_keys, [&](const ForeignKey& other) { return other.name == name; });
  }

  void change_checks(Table& table) {
    if (!options_.checks) return;
    if (table.checks.empty() || random_.chance(50)) return parts_.add_check(table);
    table.checks.pop_back();
  }

  void change_autoincrement(Table& table) {
    if (!table.primary_key || table.primary_key->columns.size() != 1) return;
    Column& column = *table.find_column(table.primary_key->columns.front());
    const bool is_integer = column.type.kind == schema::TypeKind::integer ||
                            column.type.kind == schema::TypeKind::bigint;
    if (!is_integer || is_linked(table, column) || in_expression(table, column.name)) return;
    column.autoincrement = !column.autoincrement;
    if (column.autoincrement) column.default_value.reset();
  }

  Schema& schema_;
  RandomSource& random_;
  const RandomOptions& options_;
  RandomParts parts_;
};

}  // namespace

Schema mutate(const Schema& schema, std::uint64_t seed, const RandomOptions& options) {
  RandomSource random(seed ^ 0x9e3779b97f4a7c15ULL);
  Schema changed = schema;
  const int changes = random.between(1, 5);
  for (int i = 0; i < changes; ++i) {
    Mutation(changed, random, options).change();
    repair_foreign_keys(changed);
    if (options.sqlite) repair_sqlite_features(changed);
  }
  repair_programs(changed, schema);
  return schema::normalized(changed);
}

}  // namespace dbmig::test
