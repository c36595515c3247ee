#include "diff/table_order.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/identifier.hpp"

namespace dbmig::diff {
namespace {

using schema::ForeignKey;
using schema::Table;
using Names = std::set<std::string>;

/// The folded names of all that comes and has to be alone in a database with its name.
Names coming_names(const Comparison& comparison) {
  Names names;
  const auto add = [&](const std::string& name) { names.insert(folded_identifier(name)); };
  for (const std::string& name : comparison.added) {
    const Table& table = comparison.to.tables.at(name);
    add(name);
    for (const schema::Index& index : table.indexes) add(index.name);
    for (const ForeignKey& key : table.foreign_keys) add(key.name);
  }
  for (const TableChange& change : comparison.changes) {
    if (change.from != change.to) add(change.to);
    for (const std::string& name : change.indexes.create) add(name);
    for (const Rename& rename : change.renamed_indexes) add(rename.to);
    for (const std::string& name : change.foreign_keys.create) add(name);
  }
  for (const Rename& rename : comparison.table_renames) add(rename.to);
  for (const auto& [name, view] : comparison.to.views) add(name);
  for (const auto& [name, trigger] : comparison.to.triggers) add(name);
  for (const auto& [key, routine] : comparison.to.routines) add(key.second);
  return names;
}

bool shares_name(const Comparison& comparison, const Table& table, const Names& coming) {
  const auto comes = [&](const auto& thing) {
    return !thing.name.empty() && coming.count(folded_identifier(thing.name)) != 0;
  };
  return comes(table) || std::any_of(table.indexes.begin(), table.indexes.end(), comes) ||
         std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(), comes) ||
         std::any_of(comparison.from.triggers.begin(), comparison.from.triggers.end(),
                     [&](const auto& entry) {
                       return entry.second.table == table.name && comes(entry.second);
                     });
}

/// Whether what `key` refers to stays as it is, but for columns that come.
bool keeps_parent(const Comparison& comparison, const ForeignKey& key) {
  return std::none_of(comparison.changes.begin(), comparison.changes.end(),
                      [&](const TableChange& change) {
                        if (change.from != key.referenced_table) return false;
                        return change.from != change.to || change.drops_keys() || change.options ||
                               change.changes_old_columns();
                      });
}

}  // namespace

bool takes_rows(const Comparison& comparison) {
  return !comparison.added.empty() ||
         std::any_of(comparison.changes.begin(), comparison.changes.end(),
                     [](const TableChange& change) { return !change.added.empty(); });
}

std::vector<ForeignKey> new_keys(const Comparison& comparison, const std::string& name,
                                 const TableNode& node) {
  if (node.change == nullptr) return comparison.to.tables.at(name).foreign_keys;
  std::vector<ForeignKey> keys;
  for (const std::string& key : node.change->foreign_keys.create) {
    keys.push_back(*node.change->after->find_foreign_key(key));
  }
  return keys;
}

std::map<std::string, TableNode> table_nodes(const Comparison& comparison) {
  std::map<std::string, TableNode> nodes;
  for (const std::string& name : comparison.added) nodes[name];
  for (const TableChange& change : comparison.changes) {
    if (!change.empty()) nodes[change.to].change = &change;
  }
  // A virtual table may be about any other: it comes when they are there.
  const auto is_virtual = [&](const std::string& name) {
    return !comparison.to.tables.at(name).sqlite.module.empty();
  };
  for (auto& [name, node] : nodes) {
    if (is_virtual(name)) {
      for (const auto& [other, unused] : nodes) {
        if (!is_virtual(other)) node.parents.insert(other);
      }
    }
    for (const ForeignKey& key : new_keys(comparison, name, node)) {
      const auto parent = nodes.find(key.referenced_table);
      if (key.referenced_table == name || parent == nodes.end()) continue;
      const TableChange* change = parent->second.change;
      if (change == nullptr || change->prepares_key(key.referenced_columns)) {
        node.parents.insert(key.referenced_table);
      }
    }
  }
  return nodes;
}

std::vector<std::string> ordered(const std::map<std::string, Names>& waits_for,
                                 const std::map<std::string, int>& ranks) {
  using Place = std::tuple<std::size_t, int, std::string>;
  std::map<std::string, Place> places;
  std::map<std::string, std::vector<std::string>> waiting;
  std::set<Place> queue;
  for (const auto& [name, others] : waits_for) {
    std::size_t unmet = 0;
    for (const std::string& other : others) {
      if (other == name || waits_for.count(other) == 0) continue;
      waiting[other].push_back(name);
      ++unmet;
    }
    const auto rank = ranks.find(name);
    const Place place{unmet, rank == ranks.end() ? 0 : rank->second, name};
    places.emplace(name, place);
    queue.insert(place);
  }
  std::vector<std::string> order;
  while (!queue.empty()) {
    const std::string name = std::get<2>(*queue.begin());
    queue.erase(queue.begin());
    places.erase(name);
    for (const std::string& other : waiting[name]) {
      const auto place = places.find(other);
      if (place == places.end()) continue;
      queue.erase(place->second);
      --std::get<0>(place->second);
      queue.insert(place->second);
    }
    order.push_back(name);
  }
  return order;
}

Names late_tables(const Comparison& comparison) {
  if (comparison.dropped.empty()) return {};
  const Names coming = coming_names(comparison);
  Names late;
  for (const std::string& name : comparison.dropped) {
    const Table& table = comparison.from.tables.at(name);
    const bool waits =
        table.sqlite.module.empty() && !shares_name(comparison, table, coming) &&
        std::all_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                    [&](const ForeignKey& key) { return keeps_parent(comparison, key); });
    if (waits) late.insert(name);
  }
  // What refers to a table that goes early goes before it.
  for (bool found = true; found;) {
    found = std::erase_if(late, [&](const std::string& name) {
              const std::vector<ForeignKey>& keys = comparison.from.tables.at(name).foreign_keys;
              return std::any_of(keys.begin(), keys.end(), [&](const ForeignKey& key) {
                const bool goes = std::binary_search(
                    comparison.dropped.begin(), comparison.dropped.end(), key.referenced_table);
                return goes && late.count(key.referenced_table) == 0;
              });
            }) > 0;
  }
  return late;
}

}  // namespace dbmig::diff
