#include "dialect/sqlite/start.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "dialect/sqlite/parse_create.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Schema;

bool creates(std::string_view what, const DependentObject& dependent) {
  const std::vector<Token> tokens = tokenize(dependent.sql);
  return tokens.size() > 2 && (tokens[1].is_word(what) || tokens[2].is_word(what));
}

}  // namespace

Schema start_from(const Schema& before, std::span<const DependentObject> dependent_objects) {
  Schema schema = before;
  if (dependent_objects.empty()) return schema;
  std::set<std::string> known;
  std::map<std::string, std::string> tables;  // by their names in small letters
  for (const auto& [name, table] : before.tables) tables.emplace(text::lower(name), name);
  for (const auto& [name, view] : before.views) tables.emplace(text::lower(name), name);
  for (const auto& [name, trigger] : before.triggers) known.insert(text::lower(name));
  for (const auto& [name, table] : before.tables) {
    for (const schema::Index& index : table.indexes) known.insert(text::lower(index.name));
  }
  for (const DependentObject& dependent : dependent_objects) {
    const auto table = tables.find(text::lower(dependent.table));
    if (table == tables.end()) continue;
    if (!known.insert(text::lower(dependent.name)).second) continue;
    if (creates("TRIGGER", dependent)) {
      schema::Trigger trigger = parse_create_trigger(dependent.sql);
      trigger.table = table->second;
      schema.triggers.emplace(trigger.name, std::move(trigger));
    } else if (schema::Table* own = schema.find_table(table->second)) {
      own->indexes.push_back(parse_create_index(dependent.sql).index);
    }
  }
  return schema;
}

}  // namespace dbmig::dialect::sqlite
