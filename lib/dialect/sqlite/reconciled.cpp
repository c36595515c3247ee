#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dialect/sqlite/dialect.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Table;

/// Whether the two are the same but for their names.
template <class Item>
bool alike(Item a, const Item& b) {
  a.name = b.name;
  return a == b;
}

/// Gives those of `live` that have no name in the database the names that `expected` has for the
/// same definitions, each once.
template <class Item>
void take_names(schema::SharedList<Item>& live, const schema::SharedList<Item>& expected,
                Table& table) {
  std::vector<const Item*> open;
  for (const Item& item : expected) {
    const bool is_there =
        std::any_of(live.begin(), live.end(), [&](const Item& other) { return other == item; });
    if (!is_there) open.push_back(&item);
  }
  for (Item& item : live) {
    if (open.empty()) return;
    if (table.sqlite.unnamed.count(item.name) == 0) continue;
    const auto same_name = [&](const Item& other) { return other == item; };
    if (std::any_of(expected.begin(), expected.end(), same_name)) continue;
    const auto found = std::find_if(open.begin(), open.end(),
                                    [&](const Item* other) { return alike(*other, item); });
    if (found == open.end()) continue;
    table.sqlite.unnamed.erase(item.name);
    item.name = (*found)->name;
    table.sqlite.unnamed.insert(item.name);
    open.erase(found);
  }
}

bool has_constraint(const Table& table, const std::string& name) {
  return table.find_unique(name) != nullptr || table.find_foreign_key(name) != nullptr ||
         table.find_check(name) != nullptr;
}

void reconcile(Table& live, const Table& expected) {
  if (!live.sqlite.unnamed.empty()) {
    take_names(live.uniques, expected.uniques, live);
    take_names(live.foreign_keys, expected.foreign_keys, live);
    take_names(live.checks, expected.checks, live);
  }
  // Whether a constraint of that name is written with it is no difference.
  std::erase_if(live.sqlite.unnamed,
                [&](const std::string& name) { return has_constraint(expected, name); });
  for (const std::string& name : expected.sqlite.unnamed) {
    if (has_constraint(live, name)) live.sqlite.unnamed.insert(name);
  }
}

}  // namespace

schema::Schema SqliteDialect::reconciled(schema::Schema live,
                                         const schema::Schema& expected) const {
  for (auto& [name, table] : live.tables) {
    if (const Table* wanted = expected.find_table(name)) reconcile(table, *wanted);
  }
  return schema::sorted(std::move(live));
}

}  // namespace dbmig::dialect::sqlite
