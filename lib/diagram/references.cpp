#include "diagram/references.hpp"

#include <algorithm>
#include <set>

namespace dbmig::diagram {
namespace {

using schema::Table;

/// Whether `columns` are all of a key of the table, in any order.
bool are_a_key(const Table& table, const std::vector<std::string>& columns) {
  const std::set<std::string> wanted(columns.begin(), columns.end());
  const auto is_it = [&](const std::vector<std::string>& key) {
    return std::set<std::string>(key.begin(), key.end()) == wanted;
  };
  if (table.primary_key && is_it(table.primary_key->columns)) return true;
  if (std::any_of(table.uniques.begin(), table.uniques.end(),
                  [&](const schema::Unique& unique) { return is_it(unique.columns); })) {
    return true;
  }
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const schema::Index& index) {
    std::vector<std::string> key;
    for (const schema::IndexPart& part : index.parts) key.push_back(part.column);
    return index.unique && index.where.empty() && is_it(key);
  });
}

bool has(const std::vector<std::string>& columns, const std::string& column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

}  // namespace

std::vector<Reference> references_of(const schema::Schema& schema) {
  std::vector<Reference> all;
  for (const auto& [name, table] : schema.tables) {
    for (const schema::ForeignKey& key : table.foreign_keys) {
      const Table* parent = schema.find_table(key.referenced_table);
      if (parent == nullptr || key.columns.empty()) continue;
      const bool is_optional =
          std::any_of(key.columns.begin(), key.columns.end(), [&own = table](const auto& column) {
            const schema::Column* found = own.find_column(column);
            return found != nullptr && found->nullable;
          });
      all.push_back({&table, parent, &key, is_optional, are_a_key(table, key.columns)});
    }
  }
  return all;
}

bool is_in_foreign_key(const Table& table, const std::string& column) {
  return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                     [&](const schema::ForeignKey& key) { return has(key.columns, column); });
}

bool is_in_unique(const Table& table, const std::string& column) {
  if (std::any_of(table.uniques.begin(), table.uniques.end(),
                  [&](const schema::Unique& unique) { return has(unique.columns, column); })) {
    return true;
  }
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const schema::Index& index) {
    return index.unique && std::any_of(index.parts.begin(), index.parts.end(),
                                       [&](const auto& part) { return part.column == column; });
  });
}

}  // namespace dbmig::diagram
