#include "dialect/definitions.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"

namespace dbmig::dialect {
namespace {

using schema::Default;
using schema::Schema;

constexpr DialectKind kMariadb = DialectKind::mariadb;

/// One text for a default, whatever it is; what stands in front tells SQL from a plain value.
std::string text_of_default(const Default& value) {
  if (value.kind == Default::Kind::sql) return value.sql.for_dialect(kMariadb);
  return (value.kind == Default::Kind::string ? "'" : "=") + value.literal;
}

void add_table(const schema::Table& table, Definitions& definitions) {
  if (!table.mariadb.partition.empty()) {
    definitions[{"partition", table.name}] = table.mariadb.partition;
  }
  for (const schema::Check& check : table.checks) {
    const std::string& sql = check.sql.for_dialect(kMariadb);
    if (!sql.empty() && !check.name.empty()) definitions[{"check", table.name, check.name}] = sql;
  }
  for (const schema::Column& column : table.columns) {
    if (column.generated) {
      definitions[{"generated", table.name, column.name}] =
          column.generated->sql.for_dialect(kMariadb);
    } else if (column.default_value) {
      definitions[{"default", table.name, column.name}] = text_of_default(*column.default_value);
    }
  }
}

bool is_plain_default(const Schema& schema, const DefinitionKey& key) {
  return schema.table(key.object).column(key.part).default_value->kind != Default::Kind::sql;
}

template <class Items>
auto* item_called(Items& items, const std::string& name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto& one) { return one.name == name; });
  return &*found;
}

void take_definitions_of_table(schema::Table& table, const schema::Table& from,
                               const DefinitionKey& key) {
  if (key.kind == "partition") {
    table.mariadb.partition = from.mariadb.partition;
  } else if (key.kind == "check") {
    item_called(table.checks, key.part)->sql = item_called(from.checks, key.part)->sql;
  } else if (key.kind == "default") {
    table.find_column(key.part)->default_value = from.column(key.part).default_value;
  } else {
    table.find_column(key.part)->generated->sql = from.column(key.part).generated->sql;
  }
}

bool is_of_table(const DefinitionKey& key) {
  return key.kind == "partition" || key.kind == "check" || key.kind == "default" ||
         key.kind == "generated";
}

schema::RoutineKey routine_key(const DefinitionKey& key) {
  for (const schema::RoutineKind kind :
       {schema::RoutineKind::sequence, schema::RoutineKind::function, schema::RoutineKind::event}) {
    if (to_string(kind) == key.kind) return {kind, key.object};
  }
  return {schema::RoutineKind::procedure, key.object};
}

template <class Key, class Item>
void copy_entry(const schema::SharedMap<Key, Item>& from, const Key& key,
                schema::SharedMap<Key, Item>& to) {
  if (const auto found = from.find(key); found != from.end()) to.insert(*found);
}

}  // namespace

std::string describe(const DefinitionKey& key) {
  if (key.kind == "partition") return fmt::format("the partitions of table '{}'", key.object);
  if (key.kind == "check") return fmt::format("check '{}' of table '{}'", key.part, key.object);
  if (key.kind == "default") {
    return fmt::format("the default of column '{}.{}'", key.object, key.part);
  }
  if (key.kind == "generated") return fmt::format("generated column '{}.{}'", key.object, key.part);
  return fmt::format("{} '{}'", key.kind, key.object);
}

Definitions definitions_of(const Schema& schema) {
  Definitions definitions;
  for (const auto& [name, table] : schema.tables) add_table(table, definitions);
  for (const auto& [name, view] : schema.views) {
    definitions[{"view", name}] =
        view.sql.for_dialect(kMariadb) + '\n' + text::join(view.columns, "\n");
  }
  for (const auto& [name, trigger] : schema.triggers) {
    definitions[{"trigger", name}] = trigger.sql.for_dialect(kMariadb);
  }
  for (const auto& [key, routine] : schema.routines) {
    definitions[{std::string(to_string(key.first)), key.second}] = routine.sql;
  }
  return definitions;
}

std::set<DefinitionKey> differing_definitions(const Schema& a, const Schema& b) {
  std::set<DefinitionKey> differing;
  const Definitions of_b = definitions_of(b);
  for (const auto& [key, definitions] : definitions_of(a)) {
    const auto other = of_b.find(key);
    if (other == of_b.end() || other->second == definitions) continue;
    if (key.kind == "default" && is_plain_default(a, key) && is_plain_default(b, key)) continue;
    differing.insert(key);
  }
  return differing;
}

void take_definition(Schema& schema, const Schema& from, const DefinitionKey& key) {
  if (key.kind == "view") {
    const schema::View& view = from.views.at(key.object);
    schema.views.at(key.object).sql = view.sql;
    schema.views.at(key.object).columns = view.columns;
  } else if (key.kind == "trigger") {
    schema.triggers.at(key.object).sql = from.triggers.at(key.object).sql;
  } else if (is_of_table(key)) {
    take_definitions_of_table(schema.table(key.object), from.table(key.object), key);
  } else {
    schema.routines.at(routine_key(key)).sql = from.routines.at(routine_key(key)).sql;
  }
}

Schema part_with(const Schema& schema, const std::set<DefinitionKey>& keys) {
  Schema part;
  for (const DefinitionKey& key : keys) {
    if (key.kind == "view") {
      copy_entry(schema.views, key.object, part.views);
    } else if (key.kind == "trigger") {
      copy_entry(schema.triggers, key.object, part.triggers);
    } else if (is_of_table(key)) {
      copy_entry(schema.tables, key.object, part.tables);
    } else {
      copy_entry(schema.routines, routine_key(key), part.routines);
    }
  }
  return part;
}

}  // namespace dbmig::dialect
