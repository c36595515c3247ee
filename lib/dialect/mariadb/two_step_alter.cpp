#include "dialect/mariadb/two_step_alter.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/contains.hpp"
#include "base/text.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Column;
using schema::Table;
using Names = std::set<std::string>;

bool is_virtual(const Column& column) {
  return column.generated && !column.generated->stored;
}

void leave_out_constraints(Table& table, const Names& columns) {
  const auto has_part = [&](const schema::Index& index) {
    return std::any_of(index.parts.begin(), index.parts.end(), [&](const schema::IndexPart& part) {
      return columns.count(part.column) != 0;
    });
  };
  if (table.primary_key && contains_any(table.primary_key->columns, columns)) {
    table.primary_key.reset();
  }
  erase_if(table.uniques,
           [&](const auto& unique) { return contains_any(unique.columns, columns); });
  erase_if(table.indexes, has_part);
  erase_if(table.foreign_keys, [&](const auto& key) { return contains_any(key.columns, columns); });
  erase_if(table.checks,
           [&](const auto& check) { return ops::mentions_any(check.sql, table.name, columns); });
}

/// Columns that are computed of others that are left out, and of one another; they come anew too.
void leave_out_computed(Table& table, const Table& after, Names& columns) {
  const auto must_go = [&](const Column& column) {
    const Column* now = after.find_column(column.name);
    return column.generated && now != nullptr && now->generated &&
           ops::mentions_any(column.generated->sql, table.name, columns);
  };
  while (true) {
    const auto& all = std::as_const(table).columns;
    const auto found = std::find_if(all.begin(), all.end(), must_go);
    if (found == all.end()) return;
    columns.insert(found->name);
    table.columns.erase(found);
  }
}

/// A name for `column` while the one it is to have is taken.
std::string name_on_the_way(const std::string& column, const Table& table) {
  constexpr std::size_t kMaxName = 64;
  std::string name = "dbmig_new_" + column;
  if (text::utf8_length(name) > kMaxName) name = "dbmig_new_column";
  while (table.find_column(name) != nullptr) name += '_';
  return name;
}

}  // namespace

std::optional<std::pair<TableChange, TableChange>> two_step_alter(const TableChange& change) {
  Table between = change.before;
  Names concerned;
  std::vector<std::pair<std::string, std::string>> renames;
  for (const Column& now : change.after.columns) {
    const Column* old = change.before.find_column(now.name);
    if (old == nullptr) continue;
    if (is_virtual(*old) && !now.generated) {
      Column& kept = *between.find_column(now.name);
      kept.name = name_on_the_way(now.name, change.after);
      kept.generated->stored = true;
      renames.emplace_back(kept.name, now.name);
    } else if (now.generated && is_virtual(now) != is_virtual(*old)) {
      // A plain one can become a stored one where it stands.
      if (!old->generated && !is_virtual(now)) continue;
      erase_if(between.columns, [&](const Column& column) { return column.name == now.name; });
    } else {
      continue;
    }
    concerned.insert(now.name);
  }
  if (concerned.empty()) return std::nullopt;
  leave_out_computed(between, change.after, concerned);
  leave_out_constraints(between, concerned);
  TableChange first{
      change.before,      between, between, change.renames, change.renames_key_columns,
      change.table_checks};
  TableChange second{between, change.after, change.built, renames, false, change.table_checks};
  for (const auto& [from, to] : renames) second.before.find_column(from)->name = to;
  return std::pair{std::move(first), std::move(second)};
}

}  // namespace dbmig::dialect::mariadb
