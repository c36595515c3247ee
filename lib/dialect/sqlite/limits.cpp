#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "dialect/sqlite/dialect.hpp"
#include "ops/full_text.hpp"

namespace dbmig::dialect::sqlite {

namespace {

void keys_over_periods(const schema::Table& table, std::vector<Refusal>& found) {
  const auto refuse = [&](std::vector<std::string> path, const std::string& what) {
    found.push_back({std::move(path),
                     fmt::format("{} of table '{}' is WITHOUT OVERLAPS, which SQLite does not have",
                                 what, table.name),
                     "write only: mariadb at the table"});
  };
  if (table.primary_key && table.primary_key->without_overlaps) {
    refuse({"tables", table.name, "primary_key"}, "the primary key");
  }
  for (const schema::Unique& unique : table.uniques) {
    if (!unique.without_overlaps) continue;
    refuse({"tables", table.name, "unique", unique.name},
           fmt::format("constraint '{}'", unique.name));
  }
}

/// A full-text table fails when it is used, not when it is made, if the table with its text does
/// not have a column that it names. Views are not looked into.
void columns_of_full_text(const schema::Schema& schema, const schema::Table& table,
                          std::vector<Refusal>& found) {
  const auto content = ops::full_text_content(table.sqlite.module);
  if (!content) return;
  const auto source = std::find_if(
      schema.tables.begin(), schema.tables.end(),
      [&](const auto& entry) { return text::equals_ignoring_case(entry.first, content->table); });
  if (source == schema.tables.end() || !source->second.sqlite.module.empty()) return;
  const auto refuse = [&](const std::string& column) {
    found.push_back({{"tables", table.name, "sqlite", "module"},
                     fmt::format("full-text table '{}' takes its text from column '{}.{}', which "
                                 "does not exist",
                                 table.name, source->first, column),
                     fmt::format("its columns have the names of columns of '{}'; where one was "
                                 "renamed, write its new name here as well",
                                 source->first)});
  };
  const auto has_column = [&](const std::string& name) {
    const auto& columns = source->second.columns;
    return std::any_of(columns.begin(), columns.end(), [&](const schema::Column& column) {
      return text::equals_ignoring_case(column.name, name);
    });
  };
  const auto is_rowid = [](const std::string& name) {
    return text::equals_ignoring_case(name, "rowid") ||
           text::equals_ignoring_case(name, "_rowid_") || text::equals_ignoring_case(name, "oid");
  };
  for (const std::string& column : content->columns) {
    if (!has_column(column)) refuse(column);
  }
  const std::string& rowid = content->rowid;
  if (!rowid.empty() && !has_column(rowid) && !is_rowid(rowid)) refuse(rowid);
}

}  // namespace

std::vector<Refusal> SqliteDialect::refusals(const schema::Schema& schema) const {
  // SQLITE_MAX_COLUMN, https://www.sqlite.org/limits.html
  constexpr std::size_t kMaxColumns = 2000;
  std::vector<Refusal> found;
  const schema::Schema mine = schema::on_dialect(schema, DialectKind::sqlite);
  for (const auto& [name, table] : mine.tables) {
    keys_over_periods(table, found);
    columns_of_full_text(mine, table, found);
    if (table.columns.size() <= kMaxColumns) continue;
    found.push_back({{"tables", name},
                     fmt::format("table '{}' has {} columns, and SQLite takes {}", name,
                                 table.columns.size(), kMaxColumns),
                     "split it into two tables"});
  }
  return found;
}

}  // namespace dbmig::dialect::sqlite
