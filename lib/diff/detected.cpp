#include "diff/detected.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace dbmig::diff {
namespace {

using schema::Column;
using schema::Table;

/// "customer(name, born)".
std::string columns_of(const std::string& table, const std::vector<std::string>& names) {
  return fmt::format("{}({})", table, text::join(names, ", "));
}

std::vector<std::string> part_names(const schema::Index& index) {
  std::vector<std::string> names;
  for (const schema::IndexPart& part : index.parts) {
    names.push_back(part.column.empty() ? part.expression : part.column);
  }
  return names;
}

std::string foreign_key_text(const schema::ForeignKey& key, const std::string& table) {
  return fmt::format("foreign key '{}' on {} to {}", key.name, columns_of(table, key.columns),
                     columns_of(key.referenced_table, key.referenced_columns));
}

class Lines {
 public:
  std::vector<std::string> take() { return std::move(lines_); }

  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    lines_.push_back("Detected " + fmt::format(format, std::forward<Args>(args)...));
  }

  /// A line for each difference of two lists of named things. `on(item)` says where a new one is.
  template <class Items, class On>
  void named(const Items& before, const Items& after, std::string_view what,
             const std::string& table, On on) {
    const auto find = [](const Items& items, const std::string& name) {
      return std::find_if(items.begin(), items.end(),
                          [&](const auto& item) { return item.name == name; });
    };
    for (const auto& item : before) {
      if (find(after, item.name) == after.end()) {
        add("removed {} '{}' on '{}'", what, item.name, table);
      }
    }
    for (const auto& item : after) {
      const auto old = find(before, item.name);
      if (old == before.end()) {
        add("added {} '{}' on {}", what, item.name, on(item));
      } else if (*old != item) {
        add("changed {} '{}' on '{}'", what, item.name, table);
      }
    }
  }

  void routines(const schema::Schema& before, const schema::Schema& after) {
    for (const auto& [key, routine] : before.routines) {
      if (after.routines.count(key) == 0) add("removed {} '{}'", to_string(key.first), key.second);
    }
    for (const auto& [key, routine] : after.routines) {
      const auto old = before.routines.find(key);
      if (old != before.routines.end() && old->second == routine) continue;
      const char* what = old == before.routines.end() ? "added" : "changed";
      add("{} {} '{}'", what, to_string(key.first), key.second);
    }
  }

  template <class Map>
  void objects(const Map& before, const Map& after, std::string_view what) {
    for (const auto& [name, object] : before) {
      if (after.count(name) == 0) add("removed {} '{}'", what, name);
    }
    for (const auto& [name, object] : after) {
      const auto old = before.find(name);
      if (old == before.end()) {
        add("added {} '{}'", what, name);
      } else if (old->second != object) {
        add("changed {} '{}'", what, name);
      }
    }
  }

 private:
  std::vector<std::string> lines_;
};

void add_column_lines(Lines& lines, const std::string& table, const Column& old,
                      const Column& now) {
  const std::string name = table + "." + now.name;
  if (old.type != now.type) {
    lines.add("type change from {} to {} on column '{}'", schema::to_string(old.type),
              schema::to_string(now.type), name);
  }
  if (old.nullable != now.nullable) {
    lines.add("{} on column '{}'", now.nullable ? "NULL" : "NOT NULL", name);
  }
  if (old.autoincrement != now.autoincrement) {
    lines.add("{} on column '{}'", now.autoincrement ? "autoincrement" : "no autoincrement", name);
  }
  if (old.default_value != now.default_value) lines.add("server default on column '{}'", name);
  if (old.generated != now.generated) lines.add("generated expression on column '{}'", name);
  if (old.comment != now.comment) lines.add("column comment '{}'", name);
  if (old.mariadb != now.mariadb) lines.add("MariaDB options on column '{}'", name);
  if (old.sqlite != now.sqlite) lines.add("SQLite options on column '{}'", name);
}

void add_primary_key_lines(Lines& lines, const Table& before, const Table& after) {
  if (before.primary_key == after.primary_key) return;
  if (!before.primary_key) {
    lines.add("added primary key on {}", columns_of(after.name, after.primary_key->columns));
  } else if (!after.primary_key) {
    lines.add("removed primary key on {}", columns_of(after.name, before.primary_key->columns));
  } else {
    lines.add("changed primary key from {} to {}",
              columns_of(after.name, before.primary_key->columns),
              columns_of(after.name, after.primary_key->columns));
  }
}

void add_foreign_key_lines(Lines& lines, const Table& before, const Table& after) {
  for (const schema::ForeignKey& key : before.foreign_keys) {
    if (after.find_foreign_key(key.name) == nullptr) {
      lines.add("removed {}", foreign_key_text(key, after.name));
    }
  }
  for (const schema::ForeignKey& key : after.foreign_keys) {
    const schema::ForeignKey* old = before.find_foreign_key(key.name);
    if (old == nullptr) {
      lines.add("added {}", foreign_key_text(key, after.name));
    } else if (*old != key) {
      lines.add("changed {}", foreign_key_text(key, after.name));
    }
  }
}

void add_table_lines(Lines& lines, const TableChange& change) {
  const Table& before = *change.before;
  const Table& after = *change.after;
  for (const Rename& rename : whole_renames(change.renamed_columns)) {
    lines.add("renamed column '{}.{}' to '{}.{}'", change.to, rename.from, change.to, rename.to);
  }
  for (const Column& column : after.columns) {
    const Column* old = before.find_column(column.name);
    if (old == nullptr) {
      lines.add("added column '{}.{}'", change.to, column.name);
    } else {
      add_column_lines(lines, change.to, *old, column);
    }
  }
  for (const Column& column : before.columns) {
    if (change.dropped.count(column.name) != 0) {
      lines.add("removed column '{}.{}'", change.to, column.name);
    }
  }
  if (change.reordered) lines.add("changed order of columns on table '{}'", change.to);
  add_primary_key_lines(lines, before, after);
  lines.named(before.uniques, after.uniques, "unique constraint", change.to,
              [&](const schema::Unique& unique) { return columns_of(change.to, unique.columns); });
  schema::Table renamed = before;
  for (const Rename& rename : change.renamed_indexes) {
    const auto index = std::find_if(renamed.indexes.begin(), renamed.indexes.end(),
                                    [&](const auto& one) { return one.name == rename.from; });
    index->name = rename.to;
    lines.add("renamed index '{}' to '{}' on {}", rename.from, rename.to,
              columns_of(change.to, part_names(*index)));
  }
  lines.named(renamed.indexes, after.indexes, "index", change.to,
              [&](const schema::Index& index) { return columns_of(change.to, part_names(index)); });
  lines.named(before.checks, after.checks, "check", change.to,
              [&](const schema::Check&) { return "'" + change.to + "'"; });
  add_foreign_key_lines(lines, before, after);
  if (before.comment != after.comment) lines.add("table comment '{}'", change.to);
  if (before.mariadb != after.mariadb) lines.add("MariaDB options on table '{}'", change.to);
  if (before.sqlite != after.sqlite) lines.add("SQLite options on table '{}'", change.to);
}

}  // namespace

std::vector<std::string> detected(const Comparison& comparison) {
  Lines lines;
  for (const TableChange& change : comparison.changes) {
    if (change.from != change.to) lines.add("renamed table '{}' to '{}'", change.from, change.to);
  }
  for (const std::string& table : comparison.added) {
    lines.add("added table '{}'", table);
    for (const schema::Index& index : comparison.to.tables.at(table).indexes) {
      lines.add("added index '{}' on {}", index.name, columns_of(table, part_names(index)));
    }
  }
  for (const std::string& table : comparison.dropped) lines.add("removed table '{}'", table);
  for (const TableChange& change : comparison.changes) add_table_lines(lines, change);
  lines.objects(comparison.renamed.views, comparison.to.views, "view");
  lines.objects(comparison.renamed.triggers, comparison.to.triggers, "trigger");
  lines.routines(comparison.from, comparison.to);
  return lines.take();
}

}  // namespace dbmig::diff
