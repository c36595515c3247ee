#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dialect/sqlite/dialect.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Table;

/// `item` of `table` without its name: what it is.
template <class Item>
std::pair<Item, std::string> definition(const Item& item, const Table& table) {
  const auto parts = table.sqlite.key_parts.find(item.name);
  Item bare = item;
  bare.name.clear();
  return {std::move(bare), parts == table.sqlite.key_parts.end() ? "" : parts->second};
}

/// Gives those of `live` that have no name in the database the names that `expected` has for the
/// same definitions, each once.
template <class Item>
void take_names(std::vector<Item>& live, Table& table, const std::vector<Item>& expected,
                const Table& wanted) {
  std::vector<const Item*> open;
  for (const Item& item : expected) {
    const bool is_there = std::any_of(live.begin(), live.end(), [&](const Item& other) {
      return other.name == item.name && definition(other, table) == definition(item, wanted);
    });
    if (!is_there) open.push_back(&item);
  }
  for (Item& item : live) {
    if (open.empty()) return;
    if (table.sqlite.unnamed.count(item.name) == 0) continue;
    const auto same_name = [&](const Item& other) {
      return other.name == item.name && definition(other, wanted) == definition(item, table);
    };
    if (std::any_of(expected.begin(), expected.end(), same_name)) continue;
    const auto found = std::find_if(open.begin(), open.end(), [&](const Item* other) {
      return definition(*other, wanted) == definition(item, table);
    });
    if (found == open.end()) continue;
    table.sqlite.unnamed.erase(item.name);
    if (auto parts = table.sqlite.key_parts.extract(item.name)) {
      parts.key() = (*found)->name;
      table.sqlite.key_parts.insert(std::move(parts));
    }
    item.name = (*found)->name;
    table.sqlite.unnamed.insert(item.name);
    open.erase(found);
  }
}

bool has_constraint(const Table& table, const std::string& name) {
  return table.find_unique(name) != nullptr || table.find_foreign_key(name) != nullptr ||
         table.find_check(name) != nullptr;
}

void settle(Table& live, const Table& expected) {
  if (!live.sqlite.unnamed.empty()) {
    take_names(live.uniques, live, expected.uniques, expected);
    take_names(live.foreign_keys, live, expected.foreign_keys, expected);
    take_names(live.checks, live, expected.checks, expected);
  }
  // Whether a constraint of that name is written with it is no difference.
  std::erase_if(live.sqlite.unnamed,
                [&](const std::string& name) { return has_constraint(expected, name); });
  for (const std::string& name : expected.sqlite.unnamed) {
    if (has_constraint(live, name)) live.sqlite.unnamed.insert(name);
  }
}

}  // namespace

schema::Schema SqliteDialect::settled(schema::Schema live, const schema::Schema& expected) const {
  for (auto& [name, table] : live.tables) {
    if (const Table* wanted = expected.find_table(name)) settle(table, *wanted);
  }
  return schema::sorted(std::move(live));
}

}  // namespace dbmig::dialect::sqlite
