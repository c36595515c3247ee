#include "proof/neighbourhood.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "history/graph.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::proof {
namespace {

using schema::Table;

/// Tables by their names in lower case: as both databases may compare them.
class NamedTables {
 public:
  explicit NamedTables(const schema::Schema& schema) {
    for (const auto& [name, table] : schema.tables) {
      const std::string key = text::lower(name);
      tables_.emplace(key, &table);
      for (const schema::ForeignKey& foreign_key : table.foreign_keys) {
        children_[text::lower(foreign_key.referenced_table)].insert(key);
      }
    }
  }

  /// Adds `name` and the tables that refer to it. What refers to those again meets nothing of
  /// `name`: rows that a change loses there would be lost in these first.
  void add_with_children(const std::string& name, std::set<std::string>& wanted) const {
    const std::string key = text::lower(name);
    wanted.insert(key);
    const auto found = children_.find(key);
    if (found != children_.end()) wanted.insert(found->second.begin(), found->second.end());
  }

  /// Adds all that foreign keys of `wanted` lead to.
  void add_parents(std::set<std::string>& wanted) const {
    std::vector<std::string> todo(wanted.begin(), wanted.end());
    while (!todo.empty()) {
      const auto found = tables_.find(todo.back());
      todo.pop_back();
      if (found == tables_.end()) continue;
      for (const schema::ForeignKey& foreign_key : found->second->foreign_keys) {
        const std::string parent = text::lower(foreign_key.referenced_table);
        if (wanted.insert(parent).second) todo.push_back(parent);
      }
    }
  }

 private:
  std::map<std::string, const Table*> tables_;
  std::map<std::string, std::set<std::string>> children_;  ///< by what they refer to
};

/// Names that a database may keep once for all tables.
std::vector<std::string> own_names(const Table& table) {
  std::vector<std::string> names{table.name, table.primary_key ? table.primary_key->name : ""};
  for (const auto& one : table.uniques) names.push_back(one.name);
  for (const auto& one : table.checks) names.push_back(one.name);
  for (const auto& one : table.foreign_keys) names.push_back(one.name);
  for (const auto& one : table.indexes) names.push_back(one.name);
  for (std::string& name : names) name = text::lower(name);
  std::erase(names, "");
  return names;
}

/// What `revision` names; nothing where it may concern any table.
std::optional<std::set<std::string>> named_tables(const history::Revision& revision) {
  std::set<std::string> names;
  const auto add = [&](const std::vector<ops::Operation>& operations) {
    for (const ops::Operation& operation : operations) {
      const std::string table(ops::table_of(operation));
      if (table.empty()) return false;
      names.insert(table);
      if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) names.insert(rename->to);
      if (const auto* key = std::get_if<ops::CreateForeignKey>(&operation)) {
        names.insert(key->foreign_key.referenced_table);
      }
      if (const auto* create = std::get_if<ops::CreateTable>(&operation)) {
        for (const auto& key : create->table.foreign_keys) names.insert(key.referenced_table);
      }
    }
    return true;
  };
  if (!add(revision.upgrade) || (revision.downgrade && !add(*revision.downgrade))) {
    return std::nullopt;
  }
  return names;
}

}  // namespace

schema::Schema neighbourhood(const schema::Schema& before, const history::Revision& revision) {
  const auto named = named_tables(revision);
  if (!named) return before;
  std::set<std::string> wanted;
  const NamedTables tables(before);
  for (const std::string& name : *named) tables.add_with_children(name, wanted);
  const auto add_read = [&](const schema::SqlText& sql) {
    for (const std::string& name : ops::tables_in(sql)) wanted.insert(name);
  };
  for (const auto& [name, view] : before.views) add_read(view.sql);
  for (const auto& [name, trigger] : before.triggers) {
    wanted.insert(text::lower(trigger.table));
    add_read(trigger.sql);
  }
  for (const auto& [key, routine] : before.routines) add_read({routine.sql, {}, {}});
  // What the revision makes may be called as something elsewhere.
  std::set<std::string> taken;
  const auto take = [&](const schema::Schema& schema) {
    for (const auto& [name, table] : schema.tables) {
      if (wanted.count(text::lower(name)) == 0) continue;
      for (std::string& own : own_names(table)) taken.insert(std::move(own));
    }
  };
  take(before);
  try {
    take(history::apply(before, revision));
  } catch (const Error&) {
    return before;  // the proof says what is wrong, of all of it
  }
  for (const auto& [name, table] : before.tables) {
    const std::vector<std::string> own = own_names(table);
    if (std::any_of(own.begin(), own.end(),
                    [&](const std::string& one) { return taken.count(one) != 0; })) {
      wanted.insert(text::lower(name));
    }
  }
  tables.add_parents(wanted);
  schema::Schema part = before;
  part.tables = {};
  for (const auto& [name, table] : before.tables) {
    if (wanted.count(text::lower(name)) != 0) part.tables.emplace(name, table);
  }
  return part;
}

}  // namespace dbmig::proof
