#include <fmt/core.h>

#include "dialect/sqlite/dialect.hpp"

namespace dbmig::dialect::sqlite {

std::vector<Refusal> SqliteDialect::refusals(const schema::Schema& schema) const {
  // SQLITE_MAX_COLUMN, https://www.sqlite.org/limits.html
  constexpr std::size_t kMaxColumns = 2000;
  std::vector<Refusal> found;
  for (const auto& [name, table] : schema::on_dialect(schema, DialectKind::sqlite).tables) {
    if (table.columns.size() <= kMaxColumns) continue;
    found.push_back({{"tables", name},
                     fmt::format("table '{}' has {} columns, and SQLite takes {}", name,
                                 table.columns.size(), kMaxColumns),
                     "split it into two tables"});
  }
  return found;
}

}  // namespace dbmig::dialect::sqlite
