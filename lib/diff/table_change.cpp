#include "diff/table_change.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "base/contains.hpp"
#include "base/text.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::diff {
namespace {

using schema::Column;
using schema::Table;
using NameList = std::vector<std::string>;

bool uses(const schema::Index& index, const Table& table, const std::set<std::string>& columns) {
  return ops::mentions_any(index.where, table.name, columns) ||
         std::any_of(index.parts.begin(), index.parts.end(), [&](const schema::IndexPart& part) {
           if (part.expression.empty()) return columns.count(part.column) != 0;
           return ops::mentions_any(schema::SqlText{part.expression, {}, {}}, table.name, columns);
         });
}

/// What differs between two lists of named things. `is_hit` names those that must be made anew
/// though they are alike.
template <class Item>
Named compare_named(const std::vector<Item>& before, const std::vector<Item>& after,
                    const std::function<bool(const Item&)>& is_hit) {
  std::map<std::string_view, const Item*> old;
  for (const Item& item : before) old.emplace(item.name, &item);
  std::set<std::string_view> kept;
  Named named;
  for (const Item& item : after) {
    const auto found = old.find(item.name);
    if (found != old.end() && *found->second == item && !is_hit(item)) {
      kept.insert(item.name);
    } else {
      named.create.push_back(item.name);
    }
  }
  for (const Item& item : before) {
    if (kept.count(item.name) == 0) named.drop.push_back(item.name);
  }
  std::sort(named.create.begin(), named.create.end());
  std::sort(named.drop.begin(), named.drop.end());
  return named;
}

/// MariaDB cannot make a virtual column of a stored or a plain one (error 1907), nor a stored one
/// of a virtual one; dropping and adding it again does the same, its values being computed. So go
/// the columns that are computed of it.
std::set<std::string> find_readded(const TableChange& change) {
  std::set<std::string> again;
  const auto must_go = [&](const Column& old, const Column& now) {
    if (!old.generated) return !now.generated->stored;
    if (old.generated->stored != now.generated->stored) return true;
    if (ops::mentions_any(old.generated->sql, change.before->name, again)) return true;
    // A name that only looks like a column that goes.
    return old.generated->sql == now.generated->sql &&
           ops::mentions_any(old.generated->sql, change.before->name, change.dropped);
  };
  for (bool found = true; found;) {
    found = false;
    for (const Column& column : change.after->columns) {
      const Column* old = change.before->find_column(column.name);
      if (old == nullptr || !column.generated) continue;
      if (again.count(column.name) != 0 || !must_go(*old, column)) continue;
      again.insert(column.name);
      found = true;
    }
  }
  return again;
}

/// Whether the columns that stay stand in another order.
bool is_reordered(const TableChange& change) {
  const auto survivors = [](const Table& table, const Table& other) {
    NameList names;
    for (const Column& column : table.columns) {
      if (other.find_column(column.name) != nullptr) names.push_back(column.name);
    }
    return names;
  };
  return survivors(*change.before, *change.after) != survivors(*change.after, *change.before);
}

void compare_columns(TableChange& change) {
  for (const Column& column : change.after->columns) {
    const Column* old = change.before->find_column(column.name);
    if (old == nullptr || change.readded.count(column.name) != 0) continue;
    ops::AlterColumn alter = ops::changes_between(change.to, *old, column);
    if (!ops::is_empty(alter)) change.alters.push_back(std::move(alter));
  }
  change.reordered = is_reordered(change);
}

void compare_keys(TableChange& change) {
  const Table& before = *change.before;
  const Table& after = *change.after;
  std::set<std::string> lost = change.dropped;
  lost.insert(change.readded.begin(), change.readded.end());

  const bool key_hit = before.primary_key && contains_any(before.primary_key->columns, lost);
  if (before.primary_key != after.primary_key || key_hit) {
    change.drop_primary_key = before.primary_key.has_value();
    change.create_primary_key = after.primary_key.has_value();
  }
  change.uniques = compare_named<schema::Unique>(
      before.uniques, after.uniques,
      [&](const schema::Unique& unique) { return contains_any(unique.columns, lost); });
  change.indexes = compare_named<schema::Index>(
      before.indexes, after.indexes,
      [&](const schema::Index& index) { return uses(index, before, lost); });
  change.checks = compare_named<schema::Check>(
      before.checks, after.checks,
      [&](const schema::Check& check) { return ops::mentions_any(check.sql, before.name, lost); });
}

/// Whether `key` begins with `columns`, in their order.
bool leads(const NameList& key, const NameList& columns) {
  return key.size() >= columns.size() && std::equal(columns.begin(), columns.end(), key.begin());
}

NameList plain_columns(const schema::Index& index) {
  NameList columns;
  for (const schema::IndexPart& part : index.parts) {
    if (part.column.empty() || part.length != 0) break;
    columns.push_back(part.column);
  }
  return columns;
}

/// Whether a key or index of `table` begins with `columns` and is not dropped by `change`, which
/// may be null.
bool find_key(const Table& table, const TableChange* change, const NameList& columns) {
  if (table.primary_key && !(change != nullptr && change->drop_primary_key) &&
      leads(table.primary_key->columns, columns)) {
    return true;
  }
  const auto is_kept = [&](const Named TableChange::*named, const std::string& name) {
    return change == nullptr || !contains((change->*named).drop, name);
  };
  for (const schema::Unique& unique : table.uniques) {
    if (leads(unique.columns, columns) && is_kept(&TableChange::uniques, unique.name)) return true;
  }
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const schema::Index& index) {
    return index.kind == schema::IndexKind::plain && index.where.empty() &&
           leads(plain_columns(index), columns) && is_kept(&TableChange::indexes, index.name);
  });
}

}  // namespace

bool TableChange::changes_columns() const {
  return !added.empty() || changes_old_columns();
}

bool TableChange::changes_old_columns() const {
  return !renamed_columns.empty() || !dropped.empty() || !readded.empty() || !alters.empty() ||
         reordered;
}

bool TableChange::drops_keys() const {
  return drop_primary_key || !uniques.drop.empty() || !indexes.drop.empty();
}

bool TableChange::empty() const {
  return !changes_columns() && !options && !drop_primary_key && !create_primary_key &&
         uniques.empty() && checks.empty() && indexes.create.empty() && renamed_indexes.empty() &&
         foreign_keys.create.empty() && early_indexes.size() == indexes.drop.size() &&
         early_foreign_keys.size() == foreign_keys.drop.size();
}

bool TableChange::can_lose_late() const {
  // MariaDB has one AUTO_INCREMENT column at a time, and computed columns are in the way of others.
  return !options && std::none_of(dropped.begin(), dropped.end(), [&](const std::string& name) {
    const Column& column = before->column(name);
    return column.autoincrement || column.generated;
  });
}

bool TableChange::prepares_key(const NameList& columns) const {
  if (options || drop_primary_key || create_primary_key || !uniques.empty() || !indexes.empty()) {
    return true;
  }
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& name) {
    const Column* old = before->find_column(name);
    const bool is_renamed = std::any_of(renamed_columns.begin(), renamed_columns.end(),
                                        [&](const Rename& rename) { return rename.to == name; });
    return old == nullptr || is_renamed || added.count(name) != 0 || retypes(name) ||
           old->nullable != after->column(name).nullable;
  });
}

bool TableChange::retypes(const std::string& column) const {
  if (dropped.count(column) != 0 || readded.count(column) != 0) return true;
  const Column* old = before->find_column(column);
  const Column* now = after->find_column(column);
  if (old == nullptr || now == nullptr) return false;
  const bool is_text = schema::is_text(old->type_on(DialectKind::mariadb).kind);
  const bool other_default = before->mariadb.charset != after->mariadb.charset ||
                             before->mariadb.collation != after->mariadb.collation;
  return old->type != now->type || old->mariadb != now->mariadb || old->sqlite != now->sqlite ||
         old->generated != now->generated || (is_text && other_default) ||
         before->mariadb.engine != after->mariadb.engine;
}

TableChange compare_tables(const Rename& name, const Table& before, const Table& after,
                           const Matching& columns) {
  TableChange change;
  change.from = name.from;
  change.to = name.to;
  change.before = &before;
  change.after = &after;
  if (before == after && columns.dropped.empty() && columns.added.empty()) return change;
  change.dropped = {columns.dropped.begin(), columns.dropped.end()};
  change.added = {columns.added.begin(), columns.added.end()};
  change.readded = find_readded(change);
  change.options = before.comment != after.comment || before.mariadb != after.mariadb ||
                   before.sqlite != after.sqlite;
  compare_columns(change);
  compare_keys(change);
  return change;
}

void find_renamed_indexes(TableChange& change,
                          const std::function<bool(const std::string&)>& is_taken) {
  std::vector<std::string>& drop = change.indexes.drop;
  std::vector<std::string>& create = change.indexes.create;
  std::erase_if(drop, [&](const std::string& from) {
    if (change.after->find_index(from) != nullptr || is_taken(from)) return false;
    const auto to = std::find_if(create.begin(), create.end(), [&](const std::string& name) {
      schema::Index same = *change.after->find_index(name);
      same.name = from;
      return change.before->find_index(name) == nullptr && same == *change.before->find_index(from);
    });
    if (to == create.end()) return false;
    change.renamed_indexes.push_back({from, *to});
    create.erase(to);
    return true;
  });
}

bool keeps_key_for(const TableChange& change, const NameList& columns) {
  return find_key(*change.before, &change, columns);
}

bool had_key_for(const TableChange& change, const NameList& columns) {
  return find_key(*change.before, nullptr, columns);
}

}  // namespace dbmig::diff
