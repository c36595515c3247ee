#include "schema/unique_keys.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace dbmig::schema {
namespace {

/// A primary key or a constraint.
template <class Constraint>
void add_constraint(const Constraint& constraint, std::string subject,
                    std::vector<UniqueKey>& keys) {
  if (constraint.without_overlaps) return;
  keys.push_back({std::move(subject), constraint.columns, constraint.parts});
  keys.back().parts.resize(constraint.columns.size());
}

}  // namespace

bool UniqueKey::is_whole() const {
  return std::all_of(parts.begin(), parts.end(),
                     [](const KeyPart& part) { return part.length == 0; });
}

std::vector<UniqueKey> unique_keys(const Table& table) {
  std::vector<UniqueKey> keys;
  if (table.primary_key) add_constraint(*table.primary_key, "the primary key", keys);
  for (const Unique& unique : table.uniques) {
    add_constraint(unique, fmt::format("unique constraint '{}'", unique.name), keys);
  }
  for (const Index& index : table.indexes) {
    const bool has_expression =
        std::any_of(index.parts.begin(), index.parts.end(),
                    [](const IndexPart& part) { return part.column.empty(); });
    if (!index.unique || !index.where.empty() || has_expression) continue;
    UniqueKey& key = keys.emplace_back();
    key.subject = fmt::format("unique index '{}'", index.name);
    for (const IndexPart& part : index.parts) {
      key.columns.push_back(part.column);
      key.parts.push_back({part.length, part.descending, part.collation});
    }
  }
  return keys;
}

std::vector<std::vector<std::string>> unique_columns(const Table& table) {
  std::vector<std::vector<std::string>> columns;
  for (UniqueKey& key : unique_keys(table)) columns.push_back(std::move(key.columns));
  return columns;
}

}  // namespace dbmig::schema
