#include "schema/conflict_clause.hpp"

#include <algorithm>

namespace dbmig::schema {

bool has_conflict_clause(const Table& table) {
  const auto says = [](const auto& constraint) { return !constraint.on_conflict.empty(); };
  return (table.primary_key && says(*table.primary_key)) ||
         std::any_of(table.uniques.begin(), table.uniques.end(), says) ||
         std::any_of(table.columns.begin(), table.columns.end(),
                     [&](const Column& column) { return says(column.sqlite); });
}

}  // namespace dbmig::schema
