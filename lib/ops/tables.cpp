#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/apply.hpp"
#include "ops/full_text.hpp"
#include "ops/rename.hpp"
#include "ops/rules.hpp"

namespace dbmig::ops::rules {
namespace {

/// Throws Error{invalid} when two of `names` are the same. Empty names are unnamed objects.
void require_distinct(const std::vector<std::string>& names, const std::string& table,
                      std::string_view what) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (name.empty() || seen.insert(text::lower(name)).second) continue;
    throw Error(ErrorCode::invalid, fmt::format("table '{}' has {} '{}' twice", table, what, name))
        .hint("rename or remove one of them");
  }
}

template <class Items>
std::vector<std::string> names_of(const Items& items) {
  std::vector<std::string> names;
  names.reserve(items.size());
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

void require_sound(const Schema& schema, const schema::Table& table) {
  if (table.columns.empty() && table.sqlite.module.empty()) {
    throw Error(ErrorCode::invalid, fmt::format("table '{}' has no columns", table.name))
        .hint("a table needs at least one");
  }
  require_distinct(names_of(table.columns), table.name, "column");
  require_distinct(names_of(table.uniques), table.name, "unique constraint");
  require_distinct(names_of(table.indexes), table.name, "index");
  require_distinct(names_of(table.foreign_keys), table.name, "foreign key");
  require_distinct(names_of(table.checks), table.name, "check");
  if (table.primary_key) require_columns(table, table.primary_key->columns, "the primary key");
  for (const schema::Unique& unique : table.uniques) {
    require_columns(table, unique.columns, fmt::format("unique constraint '{}'", unique.name));
  }
  for (const schema::Index& index : table.indexes) require_fits(table, index);
  for (const schema::ForeignKey& key : table.foreign_keys) require_fits(schema, table, key);
}

}  // namespace

void step(Schema& schema, const CreateTable& operation) {
  require_free(schema, operation.table.name);
  require_sound(schema, operation.table);
  schema.tables.emplace(operation.table.name, operation.table);
}

std::vector<Operation> undo(const Schema&, const CreateTable& operation) {
  return {DropTable{operation.table.name}};
}

std::vector<Risk> find_risks(const Schema&, const CreateTable&) {
  return {};
}

std::string summary(const CreateTable& operation) {
  return fmt::format("create table '{}'", operation.table.name);
}

void step(Schema& schema, const DropTable& operation) {
  existing_table(schema, operation.name);
  for (const auto& [name, table] : schema.tables) {
    if (name == operation.name) continue;
    for (const schema::ForeignKey& key : table.foreign_keys) {
      if (key.referenced_table != operation.name) continue;
      throw Error(ErrorCode::invalid,
                  fmt::format("cannot drop table '{}': foreign key '{}' of table '{}' refers to it",
                              operation.name, key.name, name))
          .hint("drop the foreign key first");
    }
  }
  erase_triggers_on(schema, operation.name);
  schema.tables.erase(operation.name);
}

std::vector<Operation> undo(const Schema& before, const DropTable& operation) {
  std::vector<Operation> operations = {CreateTable{existing_table(before, operation.name)}};
  for (schema::Trigger& trigger : triggers_on(before, operation.name)) {
    operations.emplace_back(CreateTrigger{std::move(trigger)});
  }
  return operations;
}

std::vector<Risk> find_risks(const Schema& before, const DropTable& operation) {
  // Its text is another table's, and stays.
  const schema::Table* table = before.find_table(operation.name);
  if (table != nullptr && full_text_content(table->sqlite.module)) return {};
  return {{RiskKind::drops_table, table_text(operation.name),
           fmt::format("table '{}' would be dropped with all its rows", operation.name)}};
}

std::string summary(const DropTable& operation) {
  return fmt::format("drop table '{}'", operation.name);
}

void step(Schema& schema, const RenameTable& operation) {
  existing_table(schema, operation.name);
  if (operation.to != operation.name) require_free(schema, operation.to);
  ops::rename_table(schema, operation.name, operation.to);
}

std::vector<Operation> undo(const Schema& before, const RenameTable& operation) {
  if (operation.name == operation.to) return {};
  std::vector<Operation> operations = {RenameTable{operation.to, operation.name}};
  const Schema there = ops::apply(before, operation);
  std::vector<Operation> text = restore_text(ops::apply(there, operations.front()), before);
  std::move(text.begin(), text.end(), std::back_inserter(operations));
  return operations;
}

std::vector<Risk> find_risks(const Schema&, const RenameTable& operation) {
  return {{RiskKind::renames, table_text(operation.name),
           fmt::format("table '{}' becomes '{}': whatever still uses the old name fails",
                       operation.name, operation.to)}};
}

std::string summary(const RenameTable& operation) {
  return fmt::format("rename table '{}' to '{}'", operation.name, operation.to);
}

void step(Schema& schema, const AlterTable& operation) {
  schema::Table& table = existing_table(schema, operation.table);
  if (operation.comment) table.comment = *operation.comment;
  if (operation.mariadb) table.mariadb = *operation.mariadb;
  if (operation.sqlite) table.sqlite = *operation.sqlite;
}

std::vector<Operation> undo(const Schema& before, const AlterTable& operation) {
  const schema::Table& table = existing_table(before, operation.table);
  AlterTable back;
  back.table = operation.table;
  if (operation.comment) back.comment = table.comment;
  if (operation.mariadb) back.mariadb = table.mariadb;
  if (operation.sqlite) back.sqlite = table.sqlite;
  return {std::move(back)};
}

/// Columns whose type means something else in a table that is STRICT or no longer is.
void add_retyped(std::vector<Risk>& risks, const schema::Table& table,
                 const schema::SqliteTable& after) {
  for (const schema::Column& column : table.columns) {
    const schema::Type& type = column.type_on(DialectKind::sqlite);
    const schema::Strictness strict{table.sqlite.strict, after.strict};
    if (column.generated || !schema::is_narrowing_on_sqlite(type, type, strict)) continue;
    risks.push_back(
        {RiskKind::narrows_type, column_text(table.name, column.name),
         fmt::format("column '{}.{}' is {}, which makes numbers of texts that look like "
                     "one where the table is not STRICT: '007' becomes 7",
                     table.name, column.name, schema::to_string(type))});
  }
}

std::vector<Risk> find_risks(const Schema& before, const AlterTable& operation) {
  const schema::Table& table = existing_table(before, operation.table);
  std::vector<Risk> risks;
  if (operation.sqlite) add_retyped(risks, table, *operation.sqlite);
  if (!operation.mariadb) return risks;
  if (table.mariadb.system_versioned && !operation.mariadb->system_versioned) {
    risks.push_back({RiskKind::drops_history, table_text(operation.table),
                     fmt::format("table '{}' would no longer be system-versioned: the history of "
                                 "its rows is lost",
                                 operation.table)});
  }
  schema::Table after;
  after.mariadb = *operation.mariadb;
  add_forgotten_case(risks, table_text(operation.table), schema::text_rules(table),
                     schema::text_rules(after));
  return risks;
}

std::string summary(const AlterTable& operation) {
  std::vector<std::string> what;
  if (operation.comment) what.emplace_back("comment");
  if (operation.mariadb) what.emplace_back("MariaDB options");
  if (operation.sqlite) what.emplace_back("SQLite options");
  return fmt::format("alter table '{}' ({})", operation.table, text::join(what, ", "));
}

}  // namespace dbmig::ops::rules
