#include "diff/comparison.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "ops/apply.hpp"
#include "ops/full_text.hpp"

namespace dbmig::diff {
namespace {

using schema::Column;
using schema::ForeignKey;
using schema::Schema;
using schema::Table;

std::vector<std::string> table_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const auto& [name, table] : schema.tables) names.push_back(name);
  return names;
}

/// How alike two columns are, apart from their names.
int fit_of(Column before, const Column& after) {
  before.name = after.name;
  if (before == after) return 2;
  return before.type == after.type ? 1 : 0;
}

/// The same of two tables: what they have in common under one name.
int fit_of(const Table& before, const Table& after) {
  int sum = 0;
  for (const Column& column : after.columns) {
    const Column* old = before.find_column(column.name);
    if (old != nullptr) sum += 1 + fit_of(*old, column);
  }
  return sum;
}

Hints table_hints(const Schema& from, const Schema& to, const schema::RenameHints& hints) {
  return {hints.tables, hints.done_tables, [&](const std::string& old, const std::string& name) {
            return fit_of(from.tables.at(old), to.tables.at(name));
          }};
}

Hints column_hints(const Table& from, const Table& to, const schema::RenameHints& hints) {
  Hints own;
  const std::string& table = to.name;
  for (auto hint = hints.columns.lower_bound({table, {}});
       hint != hints.columns.end() && hint->first.first == table; ++hint) {
    own.old_of.emplace(hint->first.second, hint->second);
  }
  for (auto done = hints.done_columns.lower_bound({table, {}});
       done != hints.done_columns.end() && done->first == table; ++done) {
    own.done.insert(done->second);
  }
  own.fit = [&](const std::string& old, const std::string& name) {
    return fit_of(from.column(old), to.column(name));
  };
  return own;
}

/// Lower-case name → the tables where a thing of that name is created.
using Creators = std::multimap<std::string, std::string>;

bool created_elsewhere(const Creators& creators, const std::string& name,
                       const std::string& table) {
  const auto [first, last] = creators.equal_range(text::lower(name));
  return std::any_of(first, last, [&](const auto& entry) { return entry.second != table; });
}

}  // namespace

Comparison::Comparison(const Schema& old_schema, const Schema& new_schema,
                       const schema::RenameHints& hints)
    : from(old_schema), to(new_schema), renamed(old_schema) {
  compare_tables(hints);
  compare_foreign_keys();
  find_early_drops();
}

const TableChange* Comparison::change_of(const std::string& table) const {
  const auto found = std::lower_bound(
      changes.begin(), changes.end(), table,
      [](const TableChange& change, const std::string& name) { return change.to < name; });
  return found == changes.end() || found->to != table ? nullptr : &*found;
}

void Comparison::compare_tables(const schema::RenameHints& hints) {
  Matching tables = match(table_names(from), table_names(to), table_hints(from, to, hints));
  std::erase_if(tables.pairs, [&](const Rename& pair) {
    // A table cannot move from one database to another, nor a virtual one become another.
    const Table& old = from.tables.at(pair.from);
    const Table& now = to.tables.at(pair.to);
    if (old.only == now.only && old.sqlite.module == now.sqlite.module) return false;
    // A full-text table follows its text, and is looked at when what is renamed is known.
    const bool may_follow = pair.from == pair.to && old.only == now.only &&
                            ops::full_text_content(old.sqlite.module) &&
                            ops::full_text_content(now.sqlite.module);
    if (may_follow) return false;
    tables.dropped.push_back(pair.from);
    tables.added.push_back(pair.to);
    return true;
  });
  dropped = std::move(tables.dropped);
  added = std::move(tables.added);

  std::vector<std::string> taken;
  for (const Rename& pair : tables.pairs) taken.push_back(pair.from);
  table_renames = rename_steps(tables.pairs, taken, true);
  for (const Rename& step : table_renames) {
    renamed = ops::apply(std::move(renamed), ops::RenameTable{step.from, step.to});
  }

  struct Columns {
    Matching matching;
    std::vector<Rename> renames;
  };
  std::vector<Columns> columns;
  for (const Rename& pair : tables.pairs) {
    if (pair.from == pair.to && from.tables.at(pair.from) == to.tables.at(pair.to)) {
      columns.emplace_back();
      continue;
    }
    const Table& before = from.tables.at(pair.from);
    const Table& after = to.tables.at(pair.to);
    const std::vector<std::string> names = before.column_names();
    Columns own{match(names, after.column_names(), column_hints(before, after, hints)), {}};
    own.renames = rename_steps(own.matching.pairs, names, false);
    for (const Rename& step : own.renames) {
      ops::AlterColumn rename;
      rename.table = pair.to;
      rename.name = step.from;
      rename.rename = step.to;
      renamed = ops::apply(std::move(renamed), rename);
    }
    columns.push_back(std::move(own));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Rename& pair = tables.pairs[i];
    if (renamed.tables.at(pair.to).sqlite.module != to.tables.at(pair.to).sqlite.module) {
      dropped.push_back(pair.from);
      added.push_back(pair.to);
      continue;
    }
    changes.push_back(diff::compare_tables(pair, renamed.tables.at(pair.to), to.tables.at(pair.to),
                                           columns[i].matching));
    changes.back().renamed_columns = std::move(columns[i].renames);
  }
  std::sort(dropped.begin(), dropped.end());
  std::sort(added.begin(), added.end());
}

bool Comparison::is_disturbed(const TableChange& child, const ForeignKey& key) const {
  const TableChange* parent = change_of(key.referenced_table);
  if (parent == nullptr) return true;
  // MariaDB: errors 1832 and 1833 when the type of either side changes.
  const auto retyped = [](const TableChange& change, const std::vector<std::string>& columns) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const std::string& column) { return change.retypes(column); });
  };
  if (retyped(child, key.columns) || retyped(*parent, key.referenced_columns)) return true;
  // MariaDB: error 1553 when the index goes that serves the key, at either end.
  const auto loses_key = [](const TableChange& change, const std::vector<std::string>& columns) {
    return had_key_for(change, columns) && !keeps_key_for(change, columns);
  };
  return loses_key(child, key.columns) || loses_key(*parent, key.referenced_columns);
}

void Comparison::compare_foreign_keys() {
  for (TableChange& change : changes) {
    for (const ForeignKey& key : change.before->foreign_keys) {
      const ForeignKey* wanted = change.after->find_foreign_key(key.name);
      if (wanted != nullptr && *wanted == key && !is_disturbed(change, key)) continue;
      change.foreign_keys.drop.push_back(key.name);
    }
    for (const ForeignKey& key : change.after->foreign_keys) {
      const std::vector<std::string>& gone = change.foreign_keys.drop;
      if (change.before->find_foreign_key(key.name) == nullptr ||
          std::find(gone.begin(), gone.end(), key.name) != gone.end()) {
        change.foreign_keys.create.push_back(key.name);
      }
    }
    std::sort(change.foreign_keys.drop.begin(), change.foreign_keys.drop.end());
    std::sort(change.foreign_keys.create.begin(), change.foreign_keys.create.end());
  }
}

void Comparison::find_early_drops() {
  // Index names are unique in a whole SQLite database, foreign-key names in a MariaDB one.
  Creators indexes;
  Creators keys;
  for (const std::string& name : added) {
    const Table& table = to.tables.at(name);
    for (const schema::Index& index : table.indexes) indexes.emplace(text::lower(index.name), name);
    for (const ForeignKey& key : table.foreign_keys) keys.emplace(text::lower(key.name), name);
  }
  for (const TableChange& change : changes) {
    for (const std::string& name : change.indexes.create) {
      indexes.emplace(text::lower(name), change.to);
    }
    for (const std::string& name : change.foreign_keys.create) {
      keys.emplace(text::lower(name), change.to);
    }
  }

  for (TableChange& change : changes) {
    find_renamed_indexes(change, [&](const std::string& name) {
      return created_elsewhere(indexes, name, change.to);
    });
  }
  for (TableChange& change : changes) {
    for (const std::string& name : change.indexes.drop) {
      if (created_elsewhere(indexes, name, change.to)) change.early_indexes.insert(name);
    }
    for (const std::string& name : change.foreign_keys.drop) {
      const std::string& table = change.before->find_foreign_key(name)->referenced_table;
      const TableChange* parent = change_of(table);
      const bool parent_changes =
          parent == nullptr || (parent != &change && (parent->changes_columns() ||
                                                      parent->drops_keys() || parent->options));
      if (parent_changes || !change.early_indexes.empty() ||
          created_elsewhere(keys, name, change.to)) {
        change.early_foreign_keys.insert(name);
      }
    }
  }
}

}  // namespace dbmig::diff
