#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "dialect/mariadb/limit_checks.hpp"

namespace dbmig::dialect::mariadb::limit_checks {
namespace {

using schema::ForeignKey;
using schema::ReferentialAction;

bool sets(ReferentialAction action) {
  return action == ReferentialAction::set_null || action == ReferentialAction::set_default;
}

/// The first of a foreign key's columns that `columns` has, too.
std::optional<std::string> shared_column(const ForeignKey& key,
                                         const std::vector<std::string>& columns) {
  const auto found = std::find_if(key.columns.begin(), key.columns.end(), [&](const auto& name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  });
  return found == key.columns.end() ? std::nullopt : std::optional(*found);
}

/// With the columns of the period, which such a key holds without naming them.
void cascade_into_key(const ForeignKey& foreign, const std::string& key,
                      std::vector<std::string> columns, const Table& table, const LimitCheck& in) {
  columns.push_back(table.mariadb.period->start);
  columns.push_back(table.mariadb.period->end);
  const auto shared = shared_column(foreign, columns);
  if (!shared) return;
  in.found.push_back(
      {{"tables", table.name, "foreign_keys", foreign.name},
       fmt::format("foreign key '{}' of table '{}' has ON UPDATE CASCADE on column '{}', and {} "
                   "over that column is WITHOUT OVERLAPS: MariaDB has no such pair (error 4171)",
                   foreign.name, table.name, *shared, key),
       "leave `on_update: cascade` out of the foreign key, or `without_overlaps` out of the key"});
}

}  // namespace

void actions_on_periods(const Table& table, const LimitCheck& in) {
  const auto& period = table.mariadb.period;
  if (!period) return;
  for (const ForeignKey& foreign : table.foreign_keys) {
    if (foreign.on_update == ReferentialAction::cascade) {
      if (table.primary_key && table.primary_key->without_overlaps) {
        cascade_into_key(foreign, "the primary key", table.primary_key->columns, table, in);
      }
      for (const schema::Unique& unique : table.uniques) {
        if (!unique.without_overlaps) continue;
        cascade_into_key(foreign, fmt::format("unique constraint '{}'", unique.name),
                         unique.columns, table, in);
      }
    }
    const bool changes = foreign.on_update == ReferentialAction::cascade ||
                         sets(foreign.on_update) || sets(foreign.on_delete);
    const auto shared = shared_column(foreign, {period->start, period->end});
    if (!changes || !shared) continue;
    in.found.push_back(
        {{"tables", table.name, "foreign_keys", foreign.name},
         fmt::format("foreign key '{}' of table '{}' may change column '{}', with which period "
                     "'{}' begins or ends: MariaDB refuses that (error 1901)",
                     foreign.name, table.name, *shared, period->name),
         "leave the action out, or take another column"});
  }
}

}  // namespace dbmig::dialect::mariadb::limit_checks
