#include "schema/validate.hpp"

#include <fmt/core.h>

#include <map>
#include <utility>

#include "base/identifier.hpp"
#include "base/text.hpp"
#include "schema/names.hpp"
#include "schema/rules.hpp"

namespace dbmig::schema {
namespace {

std::vector<std::string> table_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const auto& entry : schema.tables) names.push_back(entry.first);
  return names;
}

/// Tables and views share one space of names on both databases; SQLite ignores their case.
void check_object_names(const Rules& rules) {
  struct Object {
    std::string name;
    const std::optional<DialectKind>& only;
    const char* what;
    const char* section;
  };
  std::vector<Object> objects;
  for (const auto& [name, table] : rules.schema().tables) {
    objects.push_back({name, table.only, "table", "tables"});
  }
  for (const auto& [name, view] : rules.schema().views) {
    objects.push_back({name, view.only, "view", "views"});
  }
  std::map<std::string, std::vector<const Object*>> by_name;
  for (const Object& object : objects) {
    rules.check_name({object.section, object.name}, object.what, object.name, object.only);
    for (const Object* other : by_name[text::lower(object.name)]) {
      const bool same = other->name == object.name;
      const bool on_mariadb = same && rules.meet_on(other->only, object.only, DialectKind::mariadb);
      // On MariaDB `User` and `user` are two tables wherever file names have a case.
      const bool on_sqlite = rules.meet_on(other->only, object.only, DialectKind::sqlite) &&
                             (same || rules.only_on(other->only, DialectKind::sqlite) ||
                              rules.only_on(object.only, DialectKind::sqlite));
      if (!on_mariadb && !on_sqlite) continue;
      rules.add({object.section, object.name},
                fmt::format("{} '{}' has the name of {} '{}'", object.what, object.name,
                            other->what, other->name),
                "tables and views share their names: rename one of the two");
    }
    by_name[text::lower(object.name)].push_back(&object);
  }
}

/// SQLite keeps index names in one space for the whole database.
void check_index_names(const Rules& rules) {
  std::map<std::string, const Table*> owners;
  for (const auto& [name, table] : rules.schema().tables) {
    if (!rules.only_on(table.only, DialectKind::sqlite)) continue;
    for (const Index& index : table.indexes) {
      if (index.name.empty()) continue;
      const auto [at, is_new] = owners.emplace(text::lower(index.name), &table);
      // Twice in one table is check_keys' to report.
      if (is_new || at->second == &table) continue;
      rules.add({"tables", name, "indexes", index.name},
                fmt::format("index '{}' is in table '{}' too", index.name, at->second->name),
                "index names are unique in a SQLite database: rename one of the two");
    }
  }
}

void check_views(const Rules& rules) {
  for (const auto& [name, view] : rules.schema().views) {
    if (view.sql.empty()) {
      rules.add({"views", name, "sql"}, fmt::format("view '{}' has no query", name),
                "write its SELECT under sql:");
    }
  }
}

void check_triggers(const Rules& rules) {
  for (const auto& [name, trigger] : rules.schema().triggers) {
    const Rules::Path path = {"triggers", name};
    rules.check_name(path, "trigger", name, trigger.only);
    if (trigger.sql.empty()) {
      rules.add({"triggers", name, "sql"}, fmt::format("trigger '{}' has no body", name),
                "write what follows its name in CREATE TRIGGER under sql:");
    }
    const Table* table = rules.schema().find_table(trigger.table);
    // SQLite has INSTEAD OF triggers on views.
    const auto view = rules.schema().views.find(trigger.table);
    if (table == nullptr && view == rules.schema().views.end()) {
      rules.add(
          {"triggers", name, "table"},
          fmt::format("trigger '{}' is on table '{}', which does not exist", name, trigger.table),
          text::suggest(trigger.table, table_names(rules.schema())));
      continue;
    }
    const auto& target_only = table != nullptr ? table->only : view->second.only;
    if (trigger.only && target_only && *trigger.only != *target_only) {
      rules.add({"triggers", name, "only"},
                fmt::format("trigger '{}' is only for {} and '{}' only for {}", name,
                            to_string(*trigger.only), trigger.table, to_string(*target_only)),
                "a trigger lives where its table lives");
    }
  }
}

/// SQLite makes a virtual table's columns from what its module is told.
void check_virtual_table(const Rules& rules, const Table& table) {
  const Rules::Path path = {"tables", table.name};
  if (rules.lives_on(table.only, DialectKind::mariadb)) {
    rules.add(path, fmt::format("table '{}' is a virtual table, and MariaDB has none", table.name),
              "write only: sqlite");
  }
  const bool has_parts = !table.columns.empty() || table.primary_key || !table.uniques.empty() ||
                         !table.indexes.empty() || !table.foreign_keys.empty() ||
                         !table.checks.empty();
  if (has_parts) {
    rules.add(path, fmt::format("table '{}' is a virtual table with columns or keys", table.name),
              "they are its module's to say: remove them");
  }
}

void check_table(const Rules& rules, const Table& table) {
  if (!table.sqlite.module.empty()) return check_virtual_table(rules, table);
  if (table.columns.empty()) {
    rules.add({"tables", table.name}, fmt::format("table '{}' has no columns", table.name),
              "write at least one under columns:");
  }
  check_columns(rules, table);
  check_keys(rules, table);
  check_foreign_keys(rules, table);
}

}  // namespace

void Rules::add(Path path, std::string message, std::string hint) const {
  SourcePosition where;
  // A place for the whole of something is better than none for a part of it.
  for (; !path.empty() && where == SourcePosition{}; path.pop_back()) {
    if (locate_) where = locate_(path);
  }
  diagnostics_.add(std::move(where), std::move(message), std::move(hint));
}

std::string Rules::folded(const std::string& name, const std::optional<DialectKind>& only) const {
  return lives_on(only, DialectKind::mariadb) ? folded_identifier(name) : text::lower(name);
}

void Rules::check_name(const Path& path, const std::string& what, const std::string& name,
                       const std::optional<DialectKind>& only) const {
  if (name.empty()) {
    add(path, fmt::format("a {} has no name", what), "give it one");
    return;
  }
  if (name.find('\0') != std::string::npos || text::find_invalid_utf8(name)) {
    add(path, fmt::format("the name of a {} is not text", what),
        "names are UTF-8 without zero bytes");
    return;
  }
  if (!lives_on(only, DialectKind::mariadb)) return;
  const std::size_t length = text::utf8_length(name);
  if (length > kMaxIdentifier) {
    add(path, fmt::format("the name of {} '{}' has {} characters", what, name, length),
        fmt::format("MariaDB takes {} at most: shorten it", kMaxIdentifier));
  }
  if (name.back() == ' ') {
    add(path, fmt::format("the name of {} '{}' ends in a blank", what, name),
        "MariaDB refuses that: remove the blank");
  }
}

void validate(const Schema& schema, const Locate& locate, Diagnostics& diagnostics,
              std::optional<DialectKind> target) {
  const Rules rules(schema, locate, diagnostics, target);
  check_object_names(rules);
  for (const auto& entry : schema.tables) check_table(rules, entry.second);
  check_index_names(rules);
  check_views(rules);
  check_triggers(rules);
}

}  // namespace dbmig::schema
