#include "import/target_tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"

namespace dbmig::import {

namespace {

/// Of a trigger's text, which begins as in `BEFORE INSERT OR UPDATE ON t`.
bool is_before_insert(const std::string& sql) {
  std::istringstream words(sql);
  std::string word;
  if (!(words >> word) || !text::equals_ignoring_case(word, "before")) return false;
  while (words >> word && !text::equals_ignoring_case(word, "on")) {
    if (text::equals_ignoring_case(word, "insert")) return true;
  }
  return false;
}

TargetTable target_of(const schema::Schema& schema, const schema::Table& table,
                      DialectKind dialect) {
  TargetTable target{table};
  for (const auto& [name, trigger] : schema.triggers) {
    if (!text::equals_ignoring_case(trigger.table, table.name)) continue;
    target.has_triggers = true;
    if (!is_before_insert(trigger.sql.for_dialect(dialect))) continue;
    target.is_filled_by_trigger = dialect::capabilities(dialect).triggers_set_values;
  }
  return target;
}

/// The model does not know the columns of a table that belongs to a module.
TargetTable with_columns(backend::Connection& connection, TargetTable target) {
  schema::Table& table = target.table;
  if (table.sqlite.module.empty() || !table.columns.empty()) return target;
  const auto rows = connection.query(
      fmt::format("SELECT name FROM pragma_table_xinfo({}) WHERE hidden = 0 ORDER BY cid",
                  connection.dialect().quote_string(table.name)));
  for (const auto& row : rows.rows) {
    schema::Column column;
    column.name = row.at(0).value_or("");
    column.type.kind = schema::TypeKind::text;
    table.columns.push_back(std::move(column));
  }
  return target;
}

}  // namespace

TargetTable find_target(backend::Connection& connection, const std::string& name, bool is_named) {
  const DialectKind dialect = connection.dialect().kind();
  // Loading depends on what types mean, not on how they were spelled.
  const schema::Schema one = connection.canonical(connection.inspect({.tables = {name}}).schema);
  if (const schema::Table* table = one.find_table(name))
    return with_columns(connection, target_of(one, *table, dialect));
  const schema::Schema all = connection.canonical(connection.inspect({}).schema);
  std::vector<std::string> names;
  const schema::Table* found = nullptr;
  for (const auto& [table_name, table] : all.tables) {
    names.push_back(table_name);
    if (text::equals_ignoring_case(table_name, name)) found = found == nullptr ? &table : nullptr;
  }
  if (found != nullptr) return with_columns(connection, target_of(all, *found, dialect));
  if (all.views.contains(name)) {
    throw Error(ErrorCode::invalid,
                fmt::format("'{}' is a view; rows can be imported only into tables", name))
        .hint("name the table with --table");
  }
  const std::string known = names.empty()
                                ? "the database has no tables; `dbmig upgrade` creates them"
                                : text::suggest(name, names);
  throw Error(ErrorCode::not_found, fmt::format("there is no table '{}'", name))
      .hint(is_named ? known : fmt::format("{}; name the table with --table", known));
}

std::vector<std::size_t> parents_first(const std::vector<schema::Table>& tables) {
  std::map<std::string, std::vector<std::size_t>> files_of;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    files_of[text::lower(tables[i].name)].push_back(i);
  }
  std::vector<std::size_t> order;
  std::set<std::string> seen;
  const std::function<void(const std::string&)> take = [&](const std::string& name) {
    const auto files = files_of.find(name);
    if (files == files_of.end() || !seen.insert(name).second) return;
    for (const std::size_t file : files->second) {
      for (const schema::ForeignKey& key : tables[file].foreign_keys) {
        take(text::lower(key.referenced_table));
      }
    }
    order.insert(order.end(), files->second.begin(), files->second.end());
  };
  for (const schema::Table& table : tables) take(text::lower(table.name));
  return order;
}

void refuse_replacing_parents(backend::Connection& connection,
                              const std::vector<schema::Table>& tables) {
  const schema::Schema all = connection.inspect({}).schema;
  for (const auto& [name, child] : all.tables) {
    for (const schema::ForeignKey& key : child.foreign_keys) {
      const bool takes_along = key.on_delete == schema::ReferentialAction::cascade ||
                               key.on_delete == schema::ReferentialAction::set_null ||
                               key.on_delete == schema::ReferentialAction::set_default;
      const bool is_parent =
          std::any_of(tables.begin(), tables.end(), [&](const schema::Table& table) {
            return text::equals_ignoring_case(table.name, key.referenced_table);
          });
      if (!takes_along || !is_parent) continue;
      throw Error(ErrorCode::refused, fmt::format("replacing rows of '{}' would delete or change "
                                                  "rows of '{}', through its foreign key '{}'",
                                                  key.referenced_table, name, key.name))
          .hint("--on-duplicate update keeps the row and changes its columns");
    }
  }
}

}  // namespace dbmig::import
