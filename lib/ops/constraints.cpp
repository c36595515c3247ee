#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/rules.hpp"

namespace dbmig::ops::rules {
namespace {

std::string_view noun(ConstraintKind kind) {
  switch (kind) {
    case ConstraintKind::primary_key:
      return "primary key";
    case ConstraintKind::unique:
      return "unique constraint";
    case ConstraintKind::foreign_key:
      return "foreign key";
    case ConstraintKind::check:
      return "check";
  }
  return "constraint";
}

/// Throws Error{invalid} when `name` is empty or taken.
template <class Items>
void require_new(const Items& items, const std::string& name, const std::string& table,
                 std::string_view what) {
  if (name.empty()) {
    throw Error(ErrorCode::invalid, fmt::format("a {} of table '{}' has no name", what, table))
        .hint("give it one, so that it can be dropped again");
  }
  for (const auto& item : items) {
    if (!text::equals_ignoring_case(item.name, name)) continue;
    throw Error(ErrorCode::invalid,
                fmt::format("table '{}' has a {} '{}' already", table, what, item.name))
        .hint("drop it first, or choose another name");
  }
}

/// The item called `name`, or an Error{invalid} with a suggestion.
template <class Items>
auto find_named(Items& items, const std::string& name, const std::string& table,
                std::string_view what) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  if (found != items.end()) return found;
  Error error(ErrorCode::invalid,
              fmt::format("table '{}' has no {} '{}' at this point", table, what, name));
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name);
  if (names.empty()) throw std::move(error).hint(fmt::format("it has no {} at all", what));
  throw std::move(error).hint(text::suggest(name, names));
}

std::string columns_text(const std::vector<std::string>& columns) {
  return text::join(columns, ", ");
}

Risk unique_risk(const std::string& table, const std::string& what) {
  return {RiskKind::adds_unique, table_text(table),
          fmt::format("{} on table '{}': fails when rows have the same values", what, table)};
}

}  // namespace

void step(Schema& schema, const CreateIndex& operation) {
  schema::Table& table = existing_table(schema, operation.table);
  require_new(table.indexes, operation.index.name, operation.table, "index");
  require_fits(table, operation.index);
  table.indexes.push_back(operation.index);
}

std::vector<Operation> undo(const Schema&, const CreateIndex& operation) {
  return {DropIndex{operation.table, operation.index.name}};
}

std::vector<Risk> find_risks(const Schema&, const CreateIndex& operation) {
  if (!operation.index.unique) return {};
  return {unique_risk(operation.table, fmt::format("unique index '{}'", operation.index.name))};
}

std::string summary(const CreateIndex& operation) {
  return fmt::format("create index '{}' on '{}'", operation.index.name, operation.table);
}

void step(Schema& schema, const DropIndex& operation) {
  schema::Table& table = existing_table(schema, operation.table);
  table.indexes.erase(find_named(table.indexes, operation.name, operation.table, "index"));
}

std::vector<Operation> undo(const Schema& before, const DropIndex& operation) {
  const schema::Table& table = existing_table(before, operation.table);
  return {CreateIndex{operation.table,
                      *find_named(table.indexes, operation.name, operation.table, "index")}};
}

std::vector<Risk> find_risks(const Schema&, const DropIndex&) {
  return {};
}

std::string summary(const DropIndex& operation) {
  return fmt::format("drop index '{}' of '{}'", operation.name, operation.table);
}

void step(Schema& schema, const RenameIndex& operation) {
  schema::Table& table = existing_table(schema, operation.table);
  const auto index = find_named(table.indexes, operation.name, operation.table, "index");
  if (!text::equals_ignoring_case(operation.name, operation.to)) {
    require_new(table.indexes, operation.to, operation.table, "index");
  }
  index->name = operation.to;
}

std::vector<Operation> undo(const Schema&, const RenameIndex& operation) {
  return {RenameIndex{operation.table, operation.to, operation.name}};
}

std::vector<Risk> find_risks(const Schema&, const RenameIndex&) {
  return {};
}

std::string summary(const RenameIndex& operation) {
  return fmt::format("rename index '{}' of '{}' to '{}'", operation.name, operation.table,
                     operation.to);
}

void step(Schema& schema, const CreatePrimaryKey& operation) {
  schema::Table& table = existing_table(schema, operation.table);
  if (table.primary_key) {
    throw Error(ErrorCode::invalid,
                fmt::format("table '{}' has a primary key already ({})", operation.table,
                            columns_text(table.primary_key->columns)))
        .hint("drop it first, with drop_constraint");
  }
  require_columns(table, operation.key.columns, "the primary key");
  table.primary_key = operation.key;
}

std::vector<Operation> undo(const Schema&, const CreatePrimaryKey& operation) {
  return {DropConstraint{operation.table, operation.key.name, ConstraintKind::primary_key}};
}

std::vector<Risk> find_risks(const Schema&, const CreatePrimaryKey& operation) {
  return {unique_risk(operation.table,
                      fmt::format("primary key ({})", columns_text(operation.key.columns)))};
}

std::string summary(const CreatePrimaryKey& operation) {
  return fmt::format("create primary key ({}) of '{}'", columns_text(operation.key.columns),
                     operation.table);
}

void step(Schema& schema, const CreateUniqueConstraint& operation) {
  schema::Table& table = existing_table(schema, operation.table);
  require_new(table.uniques, operation.unique.name, operation.table, "unique constraint");
  require_columns(table, operation.unique.columns,
                  fmt::format("unique constraint '{}'", operation.unique.name));
  table.uniques.push_back(operation.unique);
}

std::vector<Operation> undo(const Schema&, const CreateUniqueConstraint& operation) {
  return {DropConstraint{operation.table, operation.unique.name, ConstraintKind::unique}};
}

std::vector<Risk> find_risks(const Schema&, const CreateUniqueConstraint& operation) {
  return {
      unique_risk(operation.table, fmt::format("unique constraint '{}' ({})", operation.unique.name,
                                               columns_text(operation.unique.columns)))};
}

std::string summary(const CreateUniqueConstraint& operation) {
  return fmt::format("create unique constraint '{}' on '{}'", operation.unique.name,
                     operation.table);
}

void step(Schema& schema, const CreateForeignKey& operation) {
  schema::Table& table = existing_table(schema, operation.table);
  require_new(table.foreign_keys, operation.foreign_key.name, operation.table, "foreign key");
  require_fits(schema, table, operation.foreign_key);
  table.foreign_keys.push_back(operation.foreign_key);
}

std::vector<Operation> undo(const Schema&, const CreateForeignKey& operation) {
  return {DropConstraint{operation.table, operation.foreign_key.name, ConstraintKind::foreign_key}};
}

std::vector<Risk> find_risks(const Schema&, const CreateForeignKey& operation) {
  return {{RiskKind::adds_foreign_key, table_text(operation.table),
           fmt::format("foreign key '{}' on table '{}': fails when rows refer to nothing in '{}'",
                       operation.foreign_key.name, operation.table,
                       operation.foreign_key.referenced_table)}};
}

std::string summary(const CreateForeignKey& operation) {
  return fmt::format("create foreign key '{}' on '{}'", operation.foreign_key.name,
                     operation.table);
}

void step(Schema& schema, const CreateCheckConstraint& operation) {
  schema::Table& table = existing_table(schema, operation.table);
  require_new(table.checks, operation.check.name, operation.table, "check");
  table.checks.push_back(operation.check);
}

std::vector<Operation> undo(const Schema&, const CreateCheckConstraint& operation) {
  return {DropConstraint{operation.table, operation.check.name, ConstraintKind::check}};
}

std::vector<Risk> find_risks(const Schema&, const CreateCheckConstraint& operation) {
  return {{RiskKind::adds_check, table_text(operation.table),
           fmt::format("check '{}' on table '{}': fails when rows violate it", operation.check.name,
                       operation.table)}};
}

std::string summary(const CreateCheckConstraint& operation) {
  return fmt::format("create check '{}' on '{}'", operation.check.name, operation.table);
}

namespace {

/// The primary key that a drop means. Its name may be left out.
const schema::PrimaryKey& primary_key_of(const schema::Table& table, const std::string& name) {
  if (!table.primary_key) {
    throw Error(ErrorCode::invalid,
                fmt::format("table '{}' has no primary key at this point", table.name));
  }
  if (!name.empty() && name != table.primary_key->name) {
    throw Error(ErrorCode::invalid, fmt::format("the primary key of table '{}' is called '{}', not "
                                                "'{}'",
                                                table.name, table.primary_key->name, name))
        .hint("the name may be left out");
  }
  return *table.primary_key;
}

}  // namespace

void step(Schema& schema, const DropConstraint& operation) {
  schema::Table& table = existing_table(schema, operation.table);
  const auto erase = [&](auto& items) {
    items.erase(find_named(items, operation.name, operation.table, noun(operation.kind)));
  };
  switch (operation.kind) {
    case ConstraintKind::primary_key:
      primary_key_of(table, operation.name);
      table.primary_key.reset();
      return;
    case ConstraintKind::unique:
      return erase(table.uniques);
    case ConstraintKind::foreign_key:
      return erase(table.foreign_keys);
    case ConstraintKind::check:
      return erase(table.checks);
  }
}

std::vector<Operation> undo(const Schema& before, const DropConstraint& operation) {
  const std::string& name = operation.table;
  const schema::Table& table = existing_table(before, name);
  const auto find = [&](const auto& items) {
    return *find_named(items, operation.name, name, noun(operation.kind));
  };
  switch (operation.kind) {
    case ConstraintKind::primary_key:
      return {CreatePrimaryKey{name, primary_key_of(table, operation.name)}};
    case ConstraintKind::unique:
      return {CreateUniqueConstraint{name, find(table.uniques)}};
    case ConstraintKind::foreign_key:
      return {CreateForeignKey{name, find(table.foreign_keys)}};
    case ConstraintKind::check:
      return {CreateCheckConstraint{name, find(table.checks)}};
  }
  return {};
}

std::vector<Risk> find_risks(const Schema&, const DropConstraint&) {
  return {};
}

std::string summary(const DropConstraint& operation) {
  if (operation.name.empty()) {
    return fmt::format("drop {} of '{}'", noun(operation.kind), operation.table);
  }
  return fmt::format("drop {} '{}' of '{}'", noun(operation.kind), operation.name, operation.table);
}

}  // namespace dbmig::ops::rules
