#include "diagram/choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"
#include "ops/sql_references.hpp"
#include "schema/external.hpp"

namespace dbmig::diagram {
namespace {

/// The tables that `patterns` fit. A pattern may fit none where `or_none`; a name may not.
std::set<std::string> fitting(const schema::Schema& schema,
                              const std::vector<std::string>& patterns, bool or_none) {
  std::set<std::string> names;
  for (const std::string& pattern : patterns) {
    std::vector<std::string> all;
    bool fits = false;
    for (const auto& [name, table] : schema.tables) {
      all.push_back(name);
      if (name != pattern && !text::matches_glob(name, pattern)) continue;
      names.insert(name);
      fits = true;
    }
    if (fits || (or_none && pattern.find_first_of("*?[") != std::string::npos)) continue;
    throw Error(ErrorCode::not_found, fmt::format("no table matches '{}'", pattern))
        .hint(text::suggest(pattern, all));
  }
  return names;
}

std::map<std::string, std::set<std::string>> neighbours_of(const schema::Schema& schema) {
  std::map<std::string, std::set<std::string>> near;
  for (const auto& [name, table] : schema.tables) {
    for (const schema::ForeignKey& key : table.foreign_keys) {
      near[name].insert(key.referenced_table);
      near[key.referenced_table].insert(name);
    }
  }
  return near;
}

}  // namespace

std::set<std::string> chosen_tables(const schema::Schema& schema, const Choice& choice) {
  const std::set<std::string> excluded = fitting(schema, choice.exclude, true);
  std::set<std::string> names;
  if (choice.tables.empty()) {
    for (const auto& [name, table] : schema.tables) names.insert(name);
  } else {
    names = fitting(schema, choice.tables, false);
  }
  std::erase_if(names, [&](const std::string& name) { return excluded.count(name) != 0; });
  if (choice.tables.empty()) return names;
  return tables_within(schema, std::move(names), choice.distance, excluded);
}

std::set<std::string> tables_within(const schema::Schema& schema, std::set<std::string> names,
                                    int distance, const std::set<std::string>& excluded) {
  const auto near = neighbours_of(schema);
  std::set<std::string> edge = names;
  for (int step = 0; step < distance && !edge.empty(); ++step) {
    std::set<std::string> next;
    for (const std::string& name : edge) {
      const auto found = near.find(name);
      if (found == near.end()) continue;
      for (const std::string& other : found->second) {
        if (schema.find_table(other) == nullptr || excluded.count(other) != 0) continue;
        if (names.insert(other).second) next.insert(other);
      }
    }
    edge = std::move(next);
  }
  return names;
}

schema::Schema only_tables(schema::Schema schema, const std::set<std::string>& names) {
  std::set<std::string> lower;
  for (const std::string& name : names) lower.insert(text::lower(name));
  schema::Schema part;
  for (const auto& [name, table] : std::as_const(schema).tables) {
    if (names.count(name) != 0) part.tables.emplace(name, table);
  }
  for (const auto& [name, view] : std::as_const(schema).views) {
    const std::set<std::string> read = ops::tables_in(view.sql);
    const bool reads_one = std::any_of(read.begin(), read.end(), [&](const std::string& table) {
      return lower.count(table) != 0;
    });
    if (reads_one) part.views.emplace(name, view);
  }
  for (const auto& [name, trigger] : std::as_const(schema).triggers) {
    if (names.count(trigger.table) != 0) part.triggers.emplace(name, trigger);
  }
  schema::mark_external(part);
  return part;
}

}  // namespace dbmig::diagram
