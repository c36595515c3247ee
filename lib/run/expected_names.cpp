#include "run/expected_names.hpp"

#include <map>
#include <string>
#include <utility>

#include "base/identifier.hpp"
#include "ops/apply.hpp"

namespace dbmig::run {
namespace {

/// The names that `live` has in lower case and `expected` in another: live → expected.
template <class Objects>
std::map<std::string, std::string> other_spellings(const Objects& live, const Objects& expected) {
  std::map<std::string, std::string> names;
  for (const auto& [name, object] : expected) {
    const std::string folded = folded_identifier(name);
    if (folded != name && live.count(name) == 0 && live.count(folded) != 0) names[folded] = name;
  }
  return names;
}

}  // namespace

const std::string& definition_at(const dialect::Definitions& definitions,
                                 dialect::DefinitionKey key) {
  const auto found = definitions.find(key);
  if (found != definitions.end()) return found->second;
  key.object = folded_identifier(key.object);
  return definitions.at(key);
}

schema::Schema with_expected_names(backend::Connection& connection, const schema::Schema& expected,
                                   schema::Schema live) {
  const auto tables = other_spellings(live.tables, expected.tables);
  const auto views = other_spellings(live.views, expected.views);
  if ((tables.empty() && views.empty()) || !connection.folds_table_names()) return live;
  for (const auto& [name, told] : views) {
    schema::View view = std::as_const(live).views.at(name);
    view.name = told;
    live.views.erase(name);
    live.views.emplace(told, std::move(view));
  }
  for (const auto& [name, told] : tables) {
    live = ops::apply(std::move(live), ops::Operation(ops::RenameTable{name, told}));
  }
  return live;
}

}  // namespace dbmig::run
