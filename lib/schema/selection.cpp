#include "schema/selection.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "schema/external.hpp"

namespace dbmig::schema {

bool Selection::takes(std::string_view name) const {
  const auto matches = [&](const std::string& pattern) {
    return text::matches_glob(name, pattern);
  };
  if (!include.empty() && std::none_of(include.begin(), include.end(), matches)) return false;
  return std::none_of(exclude.begin(), exclude.end(), matches);
}

Schema selected(Schema schema, const Selection& selection) {
  if (selection.empty()) return schema;
  erase_if(schema.tables, [&](const auto& entry) { return !selection.takes(entry.first); });
  erase_if(schema.views, [&](const auto& entry) { return !selection.takes(entry.first); });
  erase_if(schema.triggers,
           [&](const auto& entry) { return !selection.takes(entry.second.table); });
  erase_if(schema.routines,
           [&](const auto& entry) { return !selection.takes(entry.first.second); });
  mark_external(schema);
  return schema;
}

}  // namespace dbmig::schema
