#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/rules.hpp"

namespace dbmig::ops::rules {
namespace {

[[noreturn]] void throw_no_table(const Schema& schema, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [known, table] : schema.tables) names.push_back(known);
  Error error(ErrorCode::invalid, fmt::format("there is no table '{}' at this point", name));
  if (names.empty()) throw std::move(error).hint("there are no tables at all: create it first");
  throw std::move(error).hint(text::suggest(name, names));
}

void require_column(const schema::Table& table, const std::string& name, const std::string& what) {
  const bool found = std::any_of(table.columns.begin(), table.columns.end(),
                                 [&](const schema::Column& column) { return column.name == name; });
  if (found) return;
  std::vector<std::string> names;
  for (const schema::Column& column : table.columns) names.push_back(column.name);
  throw Error(ErrorCode::invalid, fmt::format("{} uses column '{}', which table '{}' does not have",
                                              what, name, table.name))
      .hint(text::suggest(name, names));
}

}  // namespace

schema::Table& existing_table(Schema& schema, const std::string& name) {
  const auto found = schema.tables.find(name);
  if (found == schema.tables.end()) throw_no_table(schema, name);
  return found->second;
}

const schema::Table& existing_table(const Schema& schema, const std::string& name) {
  const auto found = schema.tables.find(name);
  if (found == schema.tables.end()) throw_no_table(schema, name);
  return found->second;
}

std::size_t existing_column(const schema::Table& table, const std::string& name) {
  const auto found =
      std::find_if(table.columns.begin(), table.columns.end(),
                   [&](const schema::Column& column) { return column.name == name; });
  if (found == table.columns.end()) {
    std::vector<std::string> names;
    for (const schema::Column& column : table.columns) names.push_back(column.name);
    throw Error(ErrorCode::invalid,
                fmt::format("table '{}' has no column '{}' at this point", table.name, name))
        .hint(text::suggest(name, names));
  }
  return static_cast<std::size_t>(found - table.columns.begin());
}

void require_columns(const schema::Table& table, const std::vector<std::string>& columns,
                     const std::string& what) {
  if (columns.empty()) {
    throw Error(ErrorCode::invalid,
                fmt::format("{} of table '{}' has no columns", what, table.name))
        .hint("name at least one");
  }
  for (const std::string& column : columns) require_column(table, column, what);
}

void require_fits(const Schema& schema, const schema::Table& child, const schema::ForeignKey& key) {
  const std::string what = fmt::format("foreign key '{}'", key.name);
  require_columns(child, key.columns, what);
  const auto found = schema.tables.find(key.referenced_table);
  const bool to_itself = key.referenced_table == child.name;
  const bool is_elsewhere = !to_itself && found == schema.tables.end();
  if (is_elsewhere && key.external) {
    // SQLite: no columns are its primary key, which is not known here.
    if (key.referenced_columns.empty()) return;
  } else if (is_elsewhere) {
    throw Error(ErrorCode::invalid,
                fmt::format("{} of table '{}' refers to table '{}', which does not exist at this "
                            "point",
                            what, child.name, key.referenced_table))
        .hint(
            "create that table first, or write `external: true` into the foreign key if this "
            "project does not manage it");
  } else {
    require_columns(to_itself ? child : found->second, key.referenced_columns, what);
  }
  if (key.columns.size() != key.referenced_columns.size()) {
    throw Error(ErrorCode::invalid,
                fmt::format("{} of table '{}' has {} but refers to {}", what, child.name,
                            text::count(key.columns.size(), "column"),
                            text::count(key.referenced_columns.size(), "column")))
        .hint("give each column the one that it refers to");
  }
}

void require_fits(const schema::Table& table, const schema::Index& index) {
  const std::string what = fmt::format("index '{}'", index.name);
  if (index.parts.empty()) require_columns(table, {}, what);
  for (const schema::IndexPart& part : index.parts) {
    if (part.expression.empty()) require_column(table, part.column, what);
  }
}

void require_free(const Schema& schema, const std::string& name) {
  if (name.empty()) throw Error(ErrorCode::invalid, "a table or view needs a name");
  const bool is_table = schema.tables.count(name) != 0;
  if (!is_table && schema.views.count(name) == 0) return;
  throw Error(ErrorCode::invalid, fmt::format("there is a {} '{}' already at this point",
                                              is_table ? "table" : "view", name))
      .hint("drop it first, or choose another name");
}

std::vector<schema::Trigger> triggers_on(const Schema& schema, const std::string& name) {
  std::vector<schema::Trigger> triggers;
  for (const auto& [key, trigger] : schema.triggers) {
    if (trigger.table == name) triggers.push_back(trigger);
  }
  return triggers;
}

void erase_triggers_on(Schema& schema, const std::string& name) {
  erase_if(schema.triggers, [&](const auto& entry) { return entry.second.table == name; });
}

std::string column_text(const std::string& table, const std::string& column) {
  return fmt::format("column '{}.{}'", table, column);
}

std::string table_text(const std::string& table) {
  return fmt::format("table '{}'", table);
}

}  // namespace dbmig::ops::rules
