#include "dialect/own_type.hpp"

#include <fmt/core.h>

#include "dialect/sqlite/types.hpp"

namespace dbmig::dialect {
namespace {

using schema::Column;
using schema::Schema;
using schema::Table;

/// What `table` or `column` was, by its own name or by the one that it says to have had.
const Table* old_table(const Schema& before, const std::string& name,
                       const schema::RenameHints& renames) {
  const auto hint = renames.tables.find(name);
  const Table* old = hint == renames.tables.end() ? nullptr : before.find_table(hint->second);
  return old != nullptr ? old : before.find_table(name);
}

const Column* old_column(const Table& before, const Table& table, const std::string& name,
                         const schema::RenameHints& renames) {
  const auto hint = renames.columns.find({table.name, name});
  const Column* old = hint == renames.columns.end() ? nullptr : before.find_column(hint->second);
  return old != nullptr ? old : before.find_column(name);
}

bool is_contradicted(const Column& from, const Column& to, bool strict) {
  if (!to.sqlite.type || to.sqlite.type != from.sqlite.type || to.type == from.type) return false;
  // A numbered key is INTEGER on SQLite whatever its `type:`.
  if (to.autoincrement) return false;
  if (strict &&
      sqlite::declared_type(from.type, strict) == sqlite::declared_type(to.type, strict)) {
    return false;
  }
  return sqlite::agrees(*to.sqlite.type, from.type) && !sqlite::agrees(*to.sqlite.type, to.type);
}

}  // namespace

std::vector<Refusal> contradicted_types(const Schema& before, const Schema& after,
                                        const schema::RenameHints& renames) {
  std::vector<Refusal> found;
  for (const auto& [name, table] : after.tables) {
    const Table* old = old_table(before, name, renames);
    if (old == nullptr || table.only == DialectKind::mariadb) continue;
    for (const Column& column : table.columns) {
      const Column* from = old_column(*old, table, column.name, renames);
      if (from == nullptr || !is_contradicted(*from, column, table.sqlite.strict)) continue;
      found.push_back(
          {{"tables", name, "columns", column.name},
           fmt::format("the type of column '{}.{}' becomes {}, and its own type on SQLite stays {}",
                       name, column.name, schema::to_string(column.type),
                       sqlite::declared_type(*column.sqlite.type, table.sqlite.strict)),
           "remove 'type' from its `sqlite:` block, or write there what SQLite is to have"});
    }
  }
  return found;
}

}  // namespace dbmig::dialect
