#include "history/renames.hpp"

namespace dbmig::history {
namespace {

/// Puts the oldest name of what is `from` now under `to`.
template <class Map, class Key>
void move_name(Map& map, const Key& from, const Key& to, std::string oldest) {
  if (const auto known = map.find(from); known != map.end()) {
    oldest = known->second;
    map.erase(known);
  }
  map[to] = std::move(oldest);
}

}  // namespace

void Renames::follow(const std::vector<ops::Operation>& operations) {
  for (const ops::Operation& operation : operations) {
    if (const auto* table = std::get_if<ops::RenameTable>(&operation)) rename(*table);
    if (const auto* column = std::get_if<ops::AlterColumn>(&operation)) rename(*column);
  }
}

schema::RenameHints Renames::inverse() const {
  schema::RenameHints back;
  for (const auto& [now, old] : hints_.tables) back.tables[old] = now;
  for (const auto& [key, old] : hints_.columns) {
    const auto table = hints_.tables.find(key.first);
    back.columns[{table == hints_.tables.end() ? key.first : table->second, old}] = key.second;
  }
  return back;
}

void Renames::rename(const ops::RenameTable& table) {
  move_name(hints_.tables, table.name, table.to, table.name);
  std::map<std::pair<std::string, std::string>, std::string> columns;
  for (auto& [key, old] : hints_.columns) {
    columns[{key.first == table.name ? table.to : key.first, key.second}] = old;
  }
  hints_.columns = std::move(columns);
}

void Renames::rename(const ops::AlterColumn& column) {
  if (!column.rename) return;
  move_name(hints_.columns, std::pair{column.table, column.name},
            std::pair{column.table, *column.rename}, column.name);
}

schema::RenameHints with_done(schema::RenameHints hints, const Graph& graph) {
  if (hints.tables.empty() && hints.columns.empty()) return hints;
  for (const std::string& id : graph.topological()) {
    Renames renames;
    renames.follow(graph.get(id).upgrade);
    const schema::RenameHints carried = renames.hints();
    for (const auto& hint : carried.tables) {
      const auto same = hints.tables.find(hint.first);
      if (same != hints.tables.end() && same->second == hint.second) {
        hints.done_tables.insert(hint.first);
      }
    }
    for (const auto& hint : carried.columns) {
      const auto same = hints.columns.find(hint.first);
      if (same != hints.columns.end() && same->second == hint.second) {
        hints.done_columns.insert(hint.first);
      }
    }
  }
  return hints;
}

}  // namespace dbmig::history
