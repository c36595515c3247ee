#include "dialect/mariadb/routine_names.hpp"

#include <fmt/core.h>

#include <map>
#include <string>
#include <utility>

#include "dialect/mariadb/accents.hpp"

namespace dbmig::dialect::mariadb {
namespace {

std::vector<std::string> path_of(const schema::Routine& routine) {
  return {std::string(schema::to_string(routine.kind)) + "s", routine.name};
}

}  // namespace

void check_routine_names(const schema::Schema& schema, std::vector<Refusal>& found) {
  std::map<std::pair<schema::RoutineKind, std::string>, std::string> seen;
  for (const auto& [key, routine] : schema.routines) {
    const auto kind = schema::to_string(routine.kind);
    if (routine.kind == schema::RoutineKind::sequence) {
      const bool is_table = schema.tables.count(routine.name) != 0;
      if (!is_table && schema.views.count(routine.name) == 0) continue;
      found.push_back({path_of(routine),
                       fmt::format("sequence '{0}' has the name of {1} '{0}'; MariaDB's sequences "
                                   "are tables",
                                   routine.name, is_table ? "table" : "view"),
                       "rename one of the two"});
      continue;
    }
    const auto [first, is_new] =
        seen.emplace(std::pair{routine.kind, folded_routine_name(routine.name)}, routine.name);
    if (is_new) continue;
    found.push_back({path_of(routine),
                     fmt::format("{0}s '{1}' and '{2}' have one name for MariaDB, which tells "
                                 "neither case nor accents in it",
                                 kind, first->second, routine.name),
                     "rename one of the two"});
  }
}

}  // namespace dbmig::dialect::mariadb
