#include <fmt/core.h>

#include "dialect/sqlite/dialect.hpp"

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

}  // namespace

std::vector<Refusal> SqliteDialect::refusals(const schema::Schema& schema) const {
  // SQLITE_MAX_COLUMN, https://www.sqlite.org/limits.html
  constexpr std::size_t kMaxColumns = 2000;
  std::vector<Refusal> found;
  for (const auto& [name, table] : schema::on_dialect(schema, DialectKind::sqlite).tables) {
    keys_over_periods(table, found);
    if (table.columns.size() <= kMaxColumns) continue;
    found.push_back({{"tables", name},
                     fmt::format("table '{}' has {} columns, and SQLite takes {}", name,
                                 table.columns.size(), kMaxColumns),
                     "split it into two tables"});
  }
  return found;
}

}  // namespace dbmig::dialect::sqlite
