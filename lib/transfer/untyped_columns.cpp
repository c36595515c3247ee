#include "transfer/untyped_columns.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "transfer/equal_keys.hpp"
#include "transfer/evidence_kinds.hpp"
#include "transfer/table_order.hpp"

namespace dbmig::transfer {
namespace {

using schema::Type;
using schema::TypeKind;

/// The storage classes of a column's values.
struct StorageClasses {
  bool text = false;
  bool blob = false;
  bool real = false;
  bool integer = false;
  std::uint64_t longest = 0;  ///< characters of text, or bytes
};

StorageClasses read_classes(backend::Connection& source, const std::string& table,
                            const std::string& column) {
  const std::string name = source.dialect().quote_identifier(column);
  const auto rows = source.query(fmt::format(
      "SELECT max(typeof({0}) = 'text'), max(typeof({0}) = 'blob'), max(typeof({0}) = 'real'), "
      "max(typeof({0}) = 'integer'), max(length({0})) FROM {1}",
      name, source.dialect().quote_identifier(table)));
  const std::vector<backend::Value>& row = rows.rows.at(0);
  const auto is_one = [&](std::size_t i) { return row.at(i).value_or("0") == "1"; };
  StorageClasses found{is_one(0), is_one(1), is_one(2), is_one(3), 0};
  found.longest = std::strtoull(row.at(4).value_or("0").c_str(), nullptr, 10);
  return found;
}

Type type_for(const StorageClasses& classes, bool is_key) {
  constexpr std::uint64_t kKeyLength = 255;
  const bool is_number = (classes.integer || classes.real) && !classes.text && !classes.blob;
  if (is_number) return type_of(classes.real ? TypeKind::double_ : TypeKind::bigint);
  if (!is_key) return type_of(classes.blob ? TypeKind::longblob : TypeKind::longtext);
  const auto length = static_cast<int>(std::max(kKeyLength, classes.longest));
  return type_of(classes.blob ? TypeKind::varbinary : TypeKind::varchar, length);
}

}  // namespace

std::vector<std::string> give_types(backend::Connection& source, schema::Schema& tables) {
  std::vector<std::string> said;
  for (auto& [name, table] : tables.tables) {
    const std::set<std::string> keys = key_columns(table);
    for (schema::Column& column : table.columns) {
      const Type declared = column.type_on(DialectKind::mariadb);
      if (declared.kind != TypeKind::native) continue;
      const StorageClasses classes = read_classes(source, name, column.name);
      const Type type = type_for(classes, keys.count(column.name) != 0);
      column.mariadb.type = type;
      if (type.kind == TypeKind::varchar && column.sqlite.collation.empty()) {
        column.mariadb.collation = kExactCollation;
      }
      said.push_back(fmt::format(
          "'{}.{}' has {} on SQLite, and becomes {}", name, column.name,
          declared.native.empty() ? "no type" : fmt::format("the type '{}'", declared.native),
          schema::to_string(type)));
    }
  }
  return said;
}

}  // namespace dbmig::transfer
