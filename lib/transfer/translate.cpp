#include "transfer/translate.hpp"

#include <fmt/core.h>

#include <utility>

#include "dialect/two_meanings.hpp"
#include "schema/names.hpp"
#include "transfer/table_order.hpp"

namespace dbmig::transfer {
namespace {

std::string_view name_of(DialectKind kind) {
  return kind == DialectKind::sqlite ? "SQLite" : "MariaDB";
}

}  // namespace

Translation translate(const schema::Schema& schema, DialectKind from, DialectKind to) {
  Translation result;
  for (const auto& [name, table] : schema.tables) {
    if (is_own_table(name)) continue;
    if (from != to && table.only) {
      result.left_out.push_back(
          fmt::format("table '{}': only {} has such tables", name, name_of(from)));
      continue;
    }
    result.tables.tables.emplace(name, schema::with_names(table));
  }
  if (from == to) {
    result.rest = schema;
    result.rest.tables.clear();
    return result;
  }
  for (const auto& [name, view] : schema.views) {
    result.left_out.push_back(fmt::format("view '{}': its SQL is {}'s", name, name_of(from)));
  }
  for (const auto& [name, trigger] : schema.triggers) {
    result.left_out.push_back(fmt::format("trigger '{}': its SQL is {}'s", name, name_of(from)));
  }
  for (const auto& [key, routine] : schema.routines) {
    result.left_out.push_back(fmt::format("{} '{}': SQLite has no such thing",
                                          schema::to_string(routine.kind), routine.name));
  }
  if (from == DialectKind::sqlite) {
    for (auto& [name, table] : result.tables.tables) dialect::number_keys(table);
    result.tables = dialect::for_both(std::move(result.tables));
  }
  return result;
}

}  // namespace dbmig::transfer
