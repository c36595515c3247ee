#include <fmt/core.h>

#include "dialect/sqlite/dialect.hpp"
#include "dialect/sqlite/full_text.hpp"

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
  const schema::Table* source = content ? text_source(schema, *content) : nullptr;
  if (source == nullptr) return;
  for (const std::string& column : missing_columns(*source, *content)) {
    found.push_back({{"tables", table.name, "sqlite", "module"},
                     fmt::format("full-text table '{}' takes its text from column '{}.{}', which "
                                 "does not exist",
                                 table.name, source->name, column),
                     fmt::format("its columns have the names of columns of '{}'; where one was "
                                 "renamed, write its new name here as well",
                                 source->name)});
  }
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
