#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "dialect/mariadb/limit_checks.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb::limit_checks {
namespace {

/// Half of a page of 16 KiB without what every page holds.
constexpr int kMaxInlineBytes = 8126;

int bytes_of_decimal(const Type& type) {
  // https://mariadb.com/kb/en/decimal/: 4 bytes for nine digits on each side of the point.
  constexpr std::array<int, 10> kBytes{0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
  const int scale = type.scale.value_or(0);
  const int whole = type.length.value_or(10) - scale;
  const auto bytes = [&](int digits) {
    return digits / 9 * 4 + kBytes[static_cast<std::size_t>(std::max(0, digits % 9))];
  };
  return bytes(whole) + bytes(scale);
}

struct Size {
  TypeKind kind;
  int bytes;
};

// https://mariadb.com/kb/en/data-type-storage-requirements/
constexpr std::array kSizes{
    Size{TypeKind::tinyint, 1},  Size{TypeKind::boolean, 1},  Size{TypeKind::year, 1},
    Size{TypeKind::smallint, 2}, Size{TypeKind::date, 3},     Size{TypeKind::mediumint, 3},
    Size{TypeKind::integer, 4},  Size{TypeKind::inet4, 4},    Size{TypeKind::bigint, 8},
    Size{TypeKind::double_, 8},  Size{TypeKind::uuid, 16},    Size{TypeKind::inet6, 16},
    Size{TypeKind::time, 3},     Size{TypeKind::datetime, 5}, Size{TypeKind::timestamp, 4},
};

}  // namespace

bool is_innodb(const Table& table) {
  return table.mariadb.engine.empty() || text::equals_ignoring_case(table.mariadb.engine, "innodb");
}

const Type& type_of(const Column& column) {
  return column.type_on(DialectKind::mariadb);
}

Path column_path(const Table& table, const Column& column, const char* key) {
  return {"tables", table.name, "columns", column.name, key};
}

std::string column_name(const Table& table, const Column& column) {
  return fmt::format("column '{}.{}'", table.name, column.name);
}

bool is_counted(const Type& type) {
  return type.kind == TypeKind::char_ || type.kind == TypeKind::varchar ||
         type.kind == TypeKind::binary || type.kind == TypeKind::varbinary;
}

bool is_large(const Type& type) {
  const bool holds_text = schema::is_text(type.kind) || schema::is_binary(type.kind);
  return (holds_text && !is_counted(type)) || type.kind == TypeKind::json ||
         schema::is_geometry(type.kind);
}

int fixed_bytes(const Type& type) {
  const auto* const size = std::find_if(kSizes.begin(), kSizes.end(),
                                        [&](const Size& s) { return s.kind == type.kind; });
  if (size != kSizes.end()) {
    const bool has_fraction = schema::is_temporal(type.kind) && type.kind != TypeKind::date;
    return size->bytes + (has_fraction ? (type.length.value_or(0) + 1) / 2 : 0);
  }
  constexpr int kDigitsOfFloat = 24;
  if (type.kind == TypeKind::float_) {
    return type.length.value_or(0) > kDigitsOfFloat && !type.scale ? 8 : 4;
  }
  if (type.kind == TypeKind::decimal) return bytes_of_decimal(type);
  if (type.kind == TypeKind::bit) return (type.length.value_or(1) + 7) / 8;
  if (type.kind == TypeKind::enum_) return type.values.size() > 255 ? 2 : 1;
  if (type.kind == TypeKind::set) {
    const auto bytes = static_cast<int>((type.values.size() + 7) / 8);
    return bytes > 4 ? 8 : std::max(1, bytes);
  }
  return 0;
}

int counted_bytes(const Table& table, const Column& column) {
  const Type& type = type_of(column);
  const int each = schema::is_text(type.kind) ? bytes_per_character(table, column) : 1;
  return type.length.value_or(1) * each;
}

namespace {

/// Whether all characters take the same number of bytes, so that CHAR has a fixed size.
bool has_even_characters(const Table& table, const Column& column) {
  const std::string charset = charset_of(table, column);
  return charset == "ucs2" || charset == "utf32" || bytes_per_character(table, column) == 1;
}

/// What InnoDB keeps of a column in the row's own page, its length included: all of a fixed one
/// and of one of up to 255 bytes, else the pointer to where the rest is. Measured on 10.11: the
/// documentation says 40 bytes for all long columns.
int inline_bytes(const Table& table, const Column& column) {
  constexpr int kMaxShort = 255;
  constexpr int kPointer = 20;
  const Type& type = type_of(column);
  if (is_large(type)) {
    const bool tiny = type.kind == TypeKind::tinytext || type.kind == TypeKind::tinyblob;
    return (tiny ? kMaxShort : kPointer) + 1;
  }
  if (!is_counted(type)) return fixed_bytes(type);
  const int size = counted_bytes(table, column);
  const bool is_fixed = type.kind == TypeKind::binary ||
                        (type.kind == TypeKind::char_ && has_even_characters(table, column));
  if (is_fixed) return size;
  if (size <= kMaxShort) return size + 1;
  return table.in_primary_key(column.name) ? size + 2 : kPointer + 1;
}

}  // namespace

/// The row as the server counts it: texts and blobs are pointers.
void row_bytes(const Table& table, const LimitCheck& in) {
  int bytes = 0;
  int nullable = 0;
  for (const Column& column : table.columns) {
    const Type& type = type_of(column);
    if (column.nullable && !table.in_primary_key(column.name)) ++nullable;
    if (is_counted(type)) {
      const int size = counted_bytes(table, column);
      const bool is_variable = type.kind == TypeKind::varchar || type.kind == TypeKind::varbinary;
      bytes += size + (is_variable ? (size > 255 ? 2 : 1) : 0);
    } else if (is_large(type)) {
      const bool tiny = type.kind == TypeKind::tinytext || type.kind == TypeKind::tinyblob;
      const bool medium = type.kind == TypeKind::mediumtext || type.kind == TypeKind::mediumblob;
      const bool small = type.kind == TypeKind::text || type.kind == TypeKind::blob;
      bytes += 8 + (tiny ? 1 : small ? 2 : medium ? 3 : 4);
    } else {
      bytes += fixed_bytes(type);
    }
  }
  bytes += (nullable + 7) / 8;
  if (bytes <= kMaxRowBytes) return;
  in.found.push_back({{"tables", table.name},
                      fmt::format("a row of table '{}' takes up to {} bytes, and MariaDB takes {}",
                                  table.name, bytes, kMaxRowBytes),
                      "make long varchar columns text, which does not count"});
}

void page_bytes(const Table& table, const LimitCheck& in) {
  const std::string format = text::lower(table.mariadb.row_format);
  if (!is_innodb(table) || (!format.empty() && format != "dynamic")) return;
  constexpr int kHeader = 5;
  constexpr int kSystemColumns = 13;
  constexpr int kRowId = 6;
  int bytes = kHeader + kSystemColumns + (table.primary_key ? 0 : kRowId);
  int nullable = 0;
  for (const Column& column : table.columns) {
    if (column.generated && !column.generated->stored) continue;
    if (column.nullable && !table.in_primary_key(column.name)) ++nullable;
    bytes += inline_bytes(table, column);
  }
  bytes += (nullable + 7) / 8;
  if (bytes <= kMaxInlineBytes) return;
  in.found.push_back(
      {{"tables", table.name},
       fmt::format("table '{}' has too many columns for one page of InnoDB: they take {} bytes "
                   "there, and {} fit",
                   table.name, bytes, kMaxInlineBytes),
       "split it into two tables, or give long varchar and char columns the type text, of which "
       "the row holds 21 bytes; `dialects: [sqlite]` in dbmig.yaml if the project is for SQLite "
       "alone"});
}

}  // namespace dbmig::dialect::mariadb::limit_checks
