#include "transfer/fit_types.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "transfer/evidence_kinds.hpp"
#include "transfer/table_order.hpp"

namespace dbmig::transfer {
namespace {

using schema::Column;
using schema::Table;
using schema::Type;
using schema::TypeKind;

constexpr DialectKind kMariadb = DialectKind::mariadb;

}  // namespace

std::optional<Type> next_type(const Type& was) {
  constexpr long long kMaxBytes = 65535;
  constexpr long long kMaxMediumBytes = 16'777'215;
  constexpr int kMaxDigits = 65;
  constexpr int kMaxDecimals = 38;
  const int length = was.length.value_or(0);
  const long long bytes = length * (schema::is_text(was.kind) ? 4LL : 1LL);
  const auto of_size = [&](TypeKind plain, TypeKind medium, TypeKind longest) {
    return type_of(bytes <= kMaxBytes ? plain : bytes <= kMaxMediumBytes ? medium : longest);
  };
  Type type = was;
  if (was.kind == TypeKind::char_) {
    type = type_of(TypeKind::varchar, length);
  } else if (was.kind == TypeKind::binary) {
    type = type_of(TypeKind::varbinary, length);
  } else if (was.kind == TypeKind::varchar) {
    type = of_size(TypeKind::text, TypeKind::mediumtext, TypeKind::longtext);
  } else if (was.kind == TypeKind::varbinary) {
    type = of_size(TypeKind::blob, TypeKind::mediumblob, TypeKind::longblob);
  } else if (was.kind == TypeKind::decimal) {
    // SQLite declares more digits than any of its numbers has: the rows are checked anyway.
    type.length = std::min(length, kMaxDigits);
    if (was.scale) type.scale = std::min({*was.scale, kMaxDecimals, *type.length});
  } else if (was.kind == TypeKind::float_ || was.kind == TypeKind::double_) {
    type = type_of(TypeKind::double_);
  }
  return type == was ? std::nullopt : std::optional(type);
}

std::vector<std::string> shorten_primary_key(Table& table) {
  // Longer keys exceed InnoDB's limit, with four bytes per character.
  constexpr int kMaxKeyCharacters = 750;
  if (!table.primary_key) return {};
  std::vector<Column*> texts;
  for (const std::string& name : table.primary_key->columns) {
    Column* column = table.find_column(name);
    if (column == nullptr) continue;
    const TypeKind kind = column->type_on(kMariadb).kind;
    if (schema::is_text(kind) || schema::is_binary(kind)) texts.push_back(column);
  }
  if (texts.empty()) return {};
  const int length = kMaxKeyCharacters / static_cast<int>(texts.size());
  std::vector<std::string> said;
  for (Column* column : texts) {
    Type type = column->type_on(kMariadb);
    if (type.length && *type.length <= length) continue;
    type = type_of(schema::is_binary(type.kind) ? TypeKind::varbinary : TypeKind::varchar, length);
    said.push_back(fmt::format("'{}.{}' becomes {}: a key of MariaDB holds 3072 bytes", table.name,
                               column->name, schema::to_string(type)));
    column->mariadb.type = type;
  }
  return said;
}

std::size_t put_texts_beside_rows(Table& table) {
  constexpr int kShort = 64;
  const std::set<std::string> keys = key_columns(table);
  std::size_t count = 0;
  for (Column& column : table.columns) {
    const Type type = column.type_on(kMariadb);
    const bool is_long = type.length.value_or(0) >= kShort && keys.count(column.name) == 0;
    if (!is_long) continue;
    if (type.kind == TypeKind::varchar || type.kind == TypeKind::char_) {
      column.mariadb.type = type_of(TypeKind::text);
      ++count;
    } else if (type.kind == TypeKind::varbinary) {
      column.mariadb.type = type_of(TypeKind::blob);
      ++count;
    }
  }
  return count;
}

}  // namespace dbmig::transfer
