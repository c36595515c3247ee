#include "dialect/sqlite/start.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "dialect/sqlite/parse_create.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Schema;

bool creates(std::string_view what, const Bystander& bystander) {
  const std::vector<Token> tokens = tokenize(bystander.sql);
  return tokens.size() > 2 && (tokens[1].is_word(what) || tokens[2].is_word(what));
}

}  // namespace

Schema start_from(const Schema& before, std::span<const Bystander> bystanders) {
  Schema schema = before;
  std::set<std::string> known;
  for (const auto& [name, trigger] : schema.triggers) known.insert(text::lower(name));
  for (const auto& [name, table] : schema.tables) {
    for (const schema::Index& index : table.indexes) known.insert(text::lower(index.name));
  }
  for (const Bystander& bystander : bystanders) {
    const auto same_name = [&](const auto& entry) {
      return text::equals_ignoring_case(entry.first, bystander.table);
    };
    const auto table = std::find_if(schema.tables.begin(), schema.tables.end(), same_name);
    const auto view = std::find_if(schema.views.begin(), schema.views.end(), same_name);
    if (table == schema.tables.end() && view == schema.views.end()) continue;
    if (!known.insert(text::lower(bystander.name)).second) continue;
    if (creates("TRIGGER", bystander)) {
      schema::Trigger trigger = parse_create_trigger(bystander.sql);
      trigger.table = table == schema.tables.end() ? view->first : table->first;
      schema.triggers.emplace(trigger.name, std::move(trigger));
    } else if (table != schema.tables.end()) {
      table->second.indexes.push_back(parse_create_index(bystander.sql).index);
    }
  }
  return schema;
}

}  // namespace dbmig::dialect::sqlite
