#include "ops/rename.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "ops/full_text.hpp"
#include "ops/sql_references.hpp"
#include "schema/names.hpp"

namespace dbmig::ops {
namespace {

using schema::Column;
using schema::ForeignKey;
using schema::IndexPart;
using schema::Schema;
using schema::SqlText;
using schema::Table;

void replace_name(std::vector<std::string>& names, const std::string& from, const std::string& to) {
  std::replace(names.begin(), names.end(), from, to);
}

/// Calls `change` on each piece of SQL that stands in the table itself.
template <class Change>
void for_each_own_text(Table& table, Change change) {
  for (schema::Check& check : table.checks) check.sql = change(std::move(check.sql));
  for (Column& column : table.columns) {
    if (column.generated) column.generated->sql = change(std::move(column.generated->sql));
  }
  for (schema::Index& index : table.indexes) {
    index.where = change(std::move(index.where));
    for (IndexPart& part : index.parts) {
      if (part.expression.empty()) continue;
      part.expression = change(SqlText{std::move(part.expression), {}, {}}).any;
    }
  }
}

bool has_column(const Table& table, const std::string& name) {
  return std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& column) {
    return text::equals_ignoring_case(column.name, name);
  });
}

/// Gives the primary key, which the databases have no use for a name of, the name that it would be
/// given now, if it had the one that it was given as `before`.
void follow(Table& table, const Table& before) {
  if (!table.primary_key) return;
  std::string& name = table.primary_key->name;
  if (name != schema::constraint_name("pk", before.name, before.primary_key->columns)) return;
  name = schema::constraint_name("pk", table.name, table.primary_key->columns);
}

/// Calls `change` on what each virtual table is made with.
template <class Change>
void for_each_module(Schema& schema, Change change) {
  for (const auto& [name, table] : std::as_const(schema).tables) {
    if (table.sqlite.module.empty()) continue;
    std::string module = change(table.sqlite.module);
    if (module != table.sqlite.module) schema.table(name).sqlite.module = std::move(module);
  }
}

template <class Items>
auto find_ignoring_case(Items& items, const std::string& name) {
  return std::find_if(items.begin(), items.end(), [&](const auto& entry) {
    return text::equals_ignoring_case(entry.first, name);
  });
}

/// Whether the table or view `name` has `column`, or could have it: a view shows no column whose
/// name it does not contain, unless it takes all of something. `seen` are the views that led here.
bool may_have_column(const Schema& schema, const std::string& name, const std::string& column,
                     std::set<std::string> seen = {}) {
  const auto table = find_ignoring_case(schema.tables, name);
  if (table != schema.tables.end()) return has_column(table->second, column);
  const auto found = find_ignoring_case(schema.views, name);
  // Neither: a table function, whose columns nobody knows, or nothing.
  if (found == schema.views.end()) return !seen.empty();
  if (!seen.insert(found->first).second) return false;
  const schema::View& view = found->second;
  if (!view.columns.empty()) {
    return std::any_of(view.columns.begin(), view.columns.end(), [&](const std::string& one) {
      return text::equals_ignoring_case(one, column);
    });
  }
  if (has_name(view.sql, column)) return true;
  if (!selects_all(view.sql)) return false;
  const std::set<std::string> read = tables_in(view.sql);
  return std::any_of(read.begin(), read.end(), [&](const std::string& one) {
    return may_have_column(schema, one, column, seen);
  });
}

/// How `column` of `table` is named in a view or in the body of a trigger.
ColumnUse use_in(const Schema& schema, const SqlText& sql, const std::string& table,
                 const std::string& column) {
  const std::set<std::string> read = tables_in(sql);
  ColumnUse use{column, {}, false, false};
  if (read.count(text::lower(table)) == 0) return use;
  use.qualifiers = qualifiers_of(sql, table);
  use.bare = std::none_of(read.begin(), read.end(), [&](const std::string& name) {
    return !text::equals_ignoring_case(name, table) && may_have_column(schema, name, column);
  });
  return use;
}

}  // namespace

std::string foreign_key_name(const std::string& key, const std::string& from,
                             const std::string& to) {
  constexpr std::string_view mark = "_ibfk_";
  const std::string prefix = from + std::string(mark);
  if (!key.starts_with(prefix) || key.size() == prefix.size()) return key;
  return to + key.substr(key.find(mark));
}

void rename_table(Schema& schema, const std::string& from, const std::string& to) {
  const Table before = std::as_const(schema).table(from);
  schema.tables.erase(from);
  Table& renamed = schema.tables[to];
  renamed = before;
  renamed.name = to;
  follow(renamed, before);
  for (ForeignKey& key : renamed.foreign_keys) {
    const std::string name = foreign_key_name(key.name, from, to);
    if (renamed.sqlite.unnamed.erase(key.name) > 0) renamed.sqlite.unnamed.insert(name);
    key.name = name;
  }
  for_each_own_text(renamed, [&](SqlText sql) { return rename_table(std::move(sql), from, to); });
  for (auto& [name, table] : schema.tables) {
    for (ForeignKey& key : table.foreign_keys) {
      if (key.referenced_table == from) key.referenced_table = to;
    }
  }
  for (auto& [name, trigger] : schema.triggers) {
    if (trigger.table == from) trigger.table = to;
    trigger.sql = rename_table(std::move(trigger.sql), from, to);
  }
  for (auto& [name, view] : schema.views) view.sql = rename_table(std::move(view.sql), from, to);
  for_each_module(schema,
                  [&](const std::string& module) { return rename_content(module, from, to); });
}

void rename_column(Schema& schema, const std::string& table, const std::string& from,
                   const std::string& to) {
  for (auto& [name, trigger] : schema.triggers) {
    if (!may_mention(trigger.sql, from)) continue;
    ColumnUse use = use_in(schema, trigger.sql, table, from);
    if (trigger.table == table) {
      use.qualifiers.insert({"new", "old"});
      use.update_of = true;
    }
    trigger.sql = rename_column(std::move(trigger.sql), use, to);
  }
  for (auto& [name, view] : schema.views) {
    if (!may_mention(view.sql, from)) continue;
    const ColumnUse use = use_in(schema, view.sql, table, from);
    view.sql = rename_column(std::move(view.sql), use, to);
  }
  for_each_module(schema, [&](const std::string& module) {
    return rename_content_column(module, table, from, to);
  });

  Table& own = schema.tables.find(table)->second;
  const Table before = own;
  const ColumnUse use{from, {text::lower(table)}, true, false};
  for_each_own_text(own, [&](SqlText sql) { return rename_column(std::move(sql), use, to); });
  for (Column& column : own.columns) {
    if (column.name == from) column.name = to;
  }
  if (own.primary_key) replace_name(own.primary_key->columns, from, to);
  if (auto& period = own.mariadb.period) {
    if (period->start == from) period->start = to;
    if (period->end == from) period->end = to;
  }
  follow(own, before);
  for (schema::Unique& unique : own.uniques) replace_name(unique.columns, from, to);
  for (ForeignKey& key : own.foreign_keys) replace_name(key.columns, from, to);
  for (schema::Index& index : own.indexes) {
    for (IndexPart& part : index.parts) {
      if (part.column == from) part.column = to;
    }
  }
  for (auto& [name, other] : schema.tables) {
    for (ForeignKey& key : other.foreign_keys) {
      if (key.referenced_table == table) replace_name(key.referenced_columns, from, to);
    }
  }
}

std::vector<Operation> restore_text(const Schema& got, const Schema& want) {
  std::vector<Operation> operations;
  for (const auto& [name, table] : want.tables) {
    const Table& now = got.tables.at(name);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i] != now.columns[i]) {
        operations.emplace_back(changes_between(name, now.columns[i], table.columns[i]));
      }
    }
    for (std::size_t i = 0; i < table.checks.size(); ++i) {
      if (table.checks[i] == now.checks[i]) continue;
      operations.emplace_back(DropConstraint{name, now.checks[i].name, ConstraintKind::check});
      operations.emplace_back(CreateCheckConstraint{name, table.checks[i]});
    }
    for (std::size_t i = 0; i < table.foreign_keys.size(); ++i) {
      if (table.foreign_keys[i] == now.foreign_keys[i]) continue;
      operations.emplace_back(
          DropConstraint{name, now.foreign_keys[i].name, ConstraintKind::foreign_key});
      operations.emplace_back(CreateForeignKey{name, table.foreign_keys[i]});
    }
    for (std::size_t i = 0; i < table.indexes.size(); ++i) {
      if (table.indexes[i] == now.indexes[i]) continue;
      operations.emplace_back(DropIndex{name, now.indexes[i].name});
      operations.emplace_back(CreateIndex{name, table.indexes[i]});
    }
    if (table.sqlite.module == now.sqlite.module) continue;
    operations.emplace_back(DropTable{name});
    operations.emplace_back(CreateTable{table});
  }
  for (const auto& [name, view] : want.views) {
    if (view == got.views.at(name)) continue;
    operations.emplace_back(DropView{name});
    operations.emplace_back(CreateView{view});
  }
  for (const auto& [name, trigger] : want.triggers) {
    if (trigger == got.triggers.at(name)) continue;
    operations.emplace_back(DropTrigger{name});
    operations.emplace_back(CreateTrigger{trigger});
  }
  return operations;
}

}  // namespace dbmig::ops
