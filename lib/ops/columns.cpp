#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/contains.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/apply.hpp"
#include "ops/rename.hpp"
#include "ops/rules.hpp"
#include "ops/sql_references.hpp"
#include "schema/charset.hpp"

namespace dbmig::ops::rules {
namespace {

using schema::Column;
using schema::Table;

void require_new_column(const Table& table, const std::string& name, const Column* except) {
  if (name.empty()) {
    throw Error(ErrorCode::invalid, fmt::format("a column of table '{}' has no name", table.name));
  }
  for (const Column& column : table.columns) {
    if (&column == except || !text::equals_ignoring_case(column.name, name)) continue;
    throw Error(ErrorCode::invalid,
                fmt::format("table '{}' has a column '{}' already", table.name, column.name))
        .hint("choose another name, or drop that column first");
  }
}

/// Puts the column at `from` where `position` says.
void move_column(Table& table, std::size_t from, const Position& position) {
  Column column = std::move(table.columns[from]);
  table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(from));
  std::size_t to = 0;
  if (!position.after.empty()) {
    if (position.after == column.name) {
      throw Error(ErrorCode::invalid, fmt::format("column '{}.{}' cannot be placed after itself",
                                                  table.name, column.name));
    }
    to = existing_column(table, position.after) + 1;
  }
  table.columns.insert(table.columns.begin() + static_cast<std::ptrdiff_t>(to), std::move(column));
}

/// Where the column at `index` stands now.
Position position_of(const Table& table, std::size_t index) {
  return Position{index == 0 ? std::string() : table.columns[index - 1].name};
}

bool uses(const schema::Index& index, const ColumnUse& use) {
  return mentions_column(index.where, use) ||
         std::any_of(index.parts.begin(), index.parts.end(), [&](const schema::IndexPart& part) {
           if (part.expression.empty()) return part.column == use.column;
           return mentions_column(schema::SqlText{part.expression, {}, {}}, use);
         });
}

/// What keeps a column from being dropped, as "index 'ix'"; empty when nothing does.
std::string user_of(const Schema& schema, const Table& table, const std::string& column) {
  if (table.primary_key && contains(table.primary_key->columns, column)) return "the primary key";
  for (const schema::Unique& unique : table.uniques) {
    if (contains(unique.columns, column)) return fmt::format("unique constraint '{}'", unique.name);
  }
  const auto& period = table.mariadb.period;
  if (period && (period->start == column || period->end == column)) {
    return fmt::format("period '{}'", period->name);
  }
  const ColumnUse use{column, {text::lower(table.name)}, true, false};
  for (const schema::Index& index : table.indexes) {
    if (uses(index, use)) return fmt::format("index '{}'", index.name);
  }
  for (const schema::Check& check : table.checks) {
    if (mentions_column(check.sql, use)) return fmt::format("check '{}'", check.name);
  }
  for (const Column& other : table.columns) {
    if (other.generated && other.name != column && mentions_column(other.generated->sql, use)) {
      return fmt::format("generated column '{}'", other.name);
    }
  }
  for (const auto& [name, other] : schema.tables) {
    for (const schema::ForeignKey& key : other.foreign_keys) {
      const bool own = name == table.name && contains(key.columns, column);
      const bool referred =
          key.referenced_table == table.name && contains(key.referenced_columns, column);
      if (own || referred) return fmt::format("foreign key '{}' of table '{}'", key.name, name);
    }
  }
  return {};
}

void add_narrowing(std::vector<Risk>& risks, const AlterColumn& operation, const schema::Type& from,
                   const schema::Type& to) {
  risks.push_back({RiskKind::narrows_type, column_text(operation.table, operation.name),
                   fmt::format("column '{}.{}' would go from {} to {}: values that do not fit are "
                               "lost or stop the migration",
                               operation.table, operation.name, schema::to_string(from),
                               schema::to_string(to))});
}

/// A character set that holds all of Unicode gives way to one that does not.
bool narrows_charset(const std::string& from, const std::string& to) {
  const auto rank = [](const std::string& charset) {
    if (charset.starts_with("utf8mb4") || charset.starts_with("utf16") ||
        charset.starts_with("utf32")) {
      return 2;
    }
    return charset.starts_with("utf8") || charset.starts_with("ucs2") ? 1 : 0;
  };
  return !from.empty() && !to.empty() && rank(to) < rank(from);
}

}  // namespace

void step(Schema& schema, const AddColumn& operation) {
  Table& table = existing_table(schema, operation.table);
  require_new_column(table, operation.column.name, nullptr);
  table.columns.push_back(operation.column);
  if (operation.position) move_column(table, table.columns.size() - 1, *operation.position);
}

std::vector<Operation> undo(const Schema&, const AddColumn& operation) {
  return {DropColumn{operation.table, operation.column.name}};
}

std::vector<Risk> find_risks(const Schema&, const AddColumn& operation) {
  const Column& column = operation.column;
  if (column.nullable || column.default_value || column.generated || column.autoincrement) {
    return {};
  }
  return {{RiskKind::adds_not_null, column_text(operation.table, column.name),
           fmt::format("column '{}.{}' is NOT NULL without a default: a table that has rows cannot "
                       "take it",
                       operation.table, column.name)}};
}

std::string summary(const AddColumn& operation) {
  return fmt::format("add column '{}.{}'", operation.table, operation.column.name);
}

void step(Schema& schema, const DropColumn& operation) {
  Table& table = existing_table(schema, operation.table);
  const std::size_t index = existing_column(table, operation.name);
  const std::string user = user_of(schema, table, operation.name);
  if (!user.empty()) {
    throw Error(ErrorCode::invalid, fmt::format("cannot drop column '{}.{}': {} uses it",
                                                operation.table, operation.name, user))
        .hint("drop or change that first");
  }
  if (table.columns.size() == 1) {
    throw Error(ErrorCode::invalid,
                fmt::format("cannot drop column '{}.{}': the table has no other", operation.table,
                            operation.name))
        .hint("add another column first, or drop the table");
  }
  table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(index));
}

std::vector<Operation> undo(const Schema& before, const DropColumn& operation) {
  const Table& table = existing_table(before, operation.table);
  const std::size_t index = existing_column(table, operation.name);
  AddColumn back{operation.table, table.columns[index], std::nullopt};
  if (index + 1 != table.columns.size()) back.position = position_of(table, index);
  return {std::move(back)};
}

std::vector<Risk> find_risks(const Schema& before, const DropColumn& operation) {
  const Table& table = existing_table(before, operation.table);
  // What a generated column holds is computed: nothing is lost.
  if (table.columns[existing_column(table, operation.name)].generated) return {};
  return {{RiskKind::drops_column, column_text(operation.table, operation.name),
           fmt::format("column '{}.{}' would be dropped with all its values", operation.table,
                       operation.name)}};
}

std::string summary(const DropColumn& operation) {
  return fmt::format("drop column '{}.{}'", operation.table, operation.name);
}

void step(Schema& schema, const AlterColumn& operation) {
  std::string name = operation.name;
  {
    const Table& table = existing_table(schema, operation.table);
    const std::size_t index = existing_column(table, name);
    if (operation.rename && *operation.rename != name) {
      require_new_column(table, *operation.rename, &table.columns[index]);
      rename_column(schema, operation.table, name, *operation.rename);
      name = *operation.rename;
    }
  }
  Table& table = existing_table(schema, operation.table);
  const std::size_t index = existing_column(table, name);
  table.columns[index] = changed(std::move(table.columns[index]), operation);
  if (operation.position) move_column(table, index, *operation.position);
}

std::vector<Operation> undo(const Schema& before, const AlterColumn& operation) {
  const Table& table = existing_table(before, operation.table);
  const std::size_t index = existing_column(table, operation.name);
  const Column& from = table.columns[index];
  AlterColumn back = changes_between(operation.table, changed(from, operation), from);
  if (operation.position) back.position = position_of(table, index);
  std::vector<Operation> operations;
  if (!is_empty(back)) operations.emplace_back(std::move(back));
  if (operation.rename && *operation.rename != operation.name) {
    const Schema there = ops::apply(before, operation);
    std::vector<Operation> text = restore_text(ops::apply(there, operations), before);
    std::move(text.begin(), text.end(), std::back_inserter(operations));
  }
  return operations;
}

std::vector<Risk> find_risks(const Schema& before, const AlterColumn& operation) {
  const Table& table = existing_table(before, operation.table);
  const Column& from = table.columns[existing_column(table, operation.name)];
  const Column to = changed(from, operation);
  std::vector<Risk> risks;
  const std::string subject = column_text(operation.table, operation.name);
  if (schema::is_narrowing(from.type, to.type)) {
    add_narrowing(risks, operation, from.type, to.type);
  }
  const auto add_on = [&](DialectKind kind, bool is_overridden, auto narrows) {
    const schema::Type old = from.type_on(kind);
    const schema::Type wanted = to.type_on(kind);
    if (is_overridden && risks.empty() && narrows(old, wanted)) {
      add_narrowing(risks, operation, old, wanted);
    }
  };
  add_on(DialectKind::mariadb, from.mariadb.type || to.mariadb.type, schema::is_narrowing);
  // Without its spelling, a key can become the rowid, which takes no NULL.
  add_on(DialectKind::sqlite, from.sqlite.type || to.sqlite.type,
         [&](const schema::Type& old, const schema::Type& wanted) {
           const bool strict = table.sqlite.strict;
           return from.sqlite.null_key
                      ? schema::is_narrowing(old, wanted)
                      : schema::is_narrowing_on_sqlite(old, wanted, {strict, strict});
         });
  if (narrows_charset(from.mariadb.charset, to.mariadb.charset)) {
    risks.push_back(
        {RiskKind::narrows_type, subject,
         fmt::format("column '{}.{}' would go from character set {} to {}, which does "
                     "not have all its characters",
                     operation.table, operation.name, from.mariadb.charset, to.mariadb.charset)});
  }
  if (!to.mariadb.charset.empty() && schema::has_text(to)) {
    add_forgotten_case(risks, subject, schema::text_rules(table, from),
                       schema::text_rules(table, to));
  }
  if (!from.generated && to.generated) {
    risks.push_back(
        {RiskKind::drops_column, subject,
         fmt::format("column '{}.{}' would become generated: its values are replaced by "
                     "computed ones",
                     operation.table, operation.name)});
  }
  if (from.nullable && !to.nullable && !to.generated) {
    risks.push_back({RiskKind::makes_not_null, subject,
                     fmt::format("column '{}.{}' becomes NOT NULL: fails when rows hold NULL there",
                                 operation.table, operation.name)});
  }
  if (from.name != to.name) {
    risks.push_back({RiskKind::renames, subject,
                     fmt::format("column '{}.{}' becomes '{}': whatever still uses the old name "
                                 "fails",
                                 operation.table, operation.name, to.name)});
  }
  return risks;
}

std::string summary(const AlterColumn& operation) {
  std::vector<std::string> what;
  if (operation.rename) what.push_back(fmt::format("rename to '{}'", *operation.rename));
  if (operation.type) what.push_back(fmt::format("type {}", schema::to_string(*operation.type)));
  if (operation.nullable) what.emplace_back(*operation.nullable ? "NULL" : "NOT NULL");
  if (operation.autoincrement) {
    what.emplace_back(*operation.autoincrement ? "autoincrement" : "no autoincrement");
  }
  if (operation.default_value) {
    what.emplace_back(*operation.default_value ? "default" : "no default");
  }
  if (operation.generated) what.emplace_back(*operation.generated ? "generated" : "not generated");
  if (operation.comment) what.emplace_back("comment");
  if (operation.mariadb) what.emplace_back("MariaDB options");
  if (operation.sqlite) what.emplace_back("SQLite options");
  if (operation.position) {
    what.push_back(operation.position->after.empty()
                       ? std::string("first")
                       : fmt::format("after '{}'", operation.position->after));
  }
  return fmt::format("alter column '{}.{}' ({})", operation.table, operation.name,
                     text::join(what, ", "));
}

}  // namespace dbmig::ops::rules
