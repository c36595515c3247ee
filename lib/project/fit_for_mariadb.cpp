#include "project/fit_for_mariadb.hpp"

#include <fmt/core.h>

#include <set>

namespace dbmig::project {
namespace {

using schema::Column;
using schema::Table;
using schema::Type;
using schema::TypeKind;

constexpr int kKeyLength = 255;

/// The columns of keys that MariaDB builds from whole values.
std::set<std::string> whole_keys(const Table& table) {
  std::set<std::string> names = schema::constrained_columns(table);
  for (const schema::Index& index : table.indexes) {
    if (!index.unique || !index.where.empty()) continue;
    for (const schema::IndexPart& part : index.parts) names.insert(part.column);
  }
  return names;
}

bool has_no_length(const Type& type) {
  const bool is_counted = type.kind == TypeKind::char_ || type.kind == TypeKind::varchar;
  return schema::is_text(type.kind) && !is_counted;
}

Type made(TypeKind kind, std::optional<int> length) {
  Type type;
  type.kind = kind;
  type.length = length;
  return type;
}

}  // namespace

std::vector<std::string> fit_for_mariadb(schema::Schema& found) {
  std::vector<std::string> said;
  for (auto& [name, table] : found.tables) {
    if (table.only || !table.sqlite.module.empty()) continue;
    for (const schema::Index& index : table.indexes) {
      for (const schema::IndexPart& part : index.parts) {
        if (index.unique || part.expression.empty()) continue;
        said.push_back(fmt::format(
            "index '{}' of table '{}' uses the expression '{}' and is created on SQLite only",
            index.name, name, part.expression));
        break;
      }
    }
    const std::set<std::string> keys = whole_keys(table);
    for (Column& column : table.columns) {
      if (column.mariadb.type) continue;
      const Type type = column.type_on(DialectKind::mariadb);
      const bool is_key = keys.count(column.name) != 0;
      if (type.kind == TypeKind::native && !is_key) {
        column.mariadb.type = made(TypeKind::longtext, {});
        said.push_back(fmt::format(
            "'{}.{}' has {} on SQLite and becomes longtext on MariaDB (mariadb: {{type: …}})", name,
            column.name,
            type.native.empty() ? "no type" : fmt::format("the type '{}'", type.native)));
      } else if (is_key && (has_no_length(type) || type.kind == TypeKind::native)) {
        column.mariadb.type = made(TypeKind::varchar, kKeyLength);
        said.push_back(
            fmt::format("'{}.{}' becomes varchar({}) on MariaDB (mariadb: {{type: …}}), whose keys "
                        "need a maximum length",
                        name, column.name, kKeyLength));
      }
    }
  }
  return said;
}

}  // namespace dbmig::project
