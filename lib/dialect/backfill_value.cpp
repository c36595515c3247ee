#include "dialect/backfill_value.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/sqlite/types.hpp"

namespace dbmig::dialect {
namespace {

using schema::Column;
using schema::Default;
using schema::Table;
using schema::Type;
using schema::TypeKind;

Default number() {
  return {Default::Kind::number, "0", {}};
}

Default string(std::string_view value) {
  return {Default::Kind::string, std::string(value), {}};
}

Default sql(std::string text) {
  return {Default::Kind::sql, {}, {std::move(text), {}, {}}};
}

bool has_default(const Column& column, DialectKind kind) {
  if (!column.default_value) return false;
  const Default& value = *column.default_value;
  return value.kind != Default::Kind::sql ||
         !text::equals_ignoring_case(text::trim(value.sql.for_dialect(kind)), "NULL");
}

struct TypeText {
  TypeKind kind;
  std::string_view text;
};

constexpr std::array kTexts = {
    TypeText{TypeKind::date, "1970-01-01"},
    TypeText{TypeKind::time, "00:00:00"},
    TypeText{TypeKind::datetime, "1970-01-01 00:00:00"},
    // 1970 began in Greenwich: this is the first midnight that all time zones have.
    TypeText{TypeKind::timestamp, "1970-01-02 00:00:00"},
    TypeText{TypeKind::set, ""},
    TypeText{TypeKind::json, "null"},
    TypeText{TypeKind::uuid, "00000000-0000-0000-0000-000000000000"},
    TypeText{TypeKind::inet4, "0.0.0.0"},
    TypeText{TypeKind::inet6, "::"},
};

constexpr std::array kShapes = {
    TypeText{TypeKind::geometry, "POINT(0 0)"},
    TypeText{TypeKind::point, "POINT(0 0)"},
    TypeText{TypeKind::linestring, "LINESTRING(0 0,0 0)"},
    TypeText{TypeKind::polygon, "POLYGON((0 0,0 0,0 0,0 0))"},
    TypeText{TypeKind::multipoint, "MULTIPOINT(0 0)"},
    TypeText{TypeKind::multilinestring, "MULTILINESTRING((0 0,0 0))"},
    TypeText{TypeKind::multipolygon, "MULTIPOLYGON(((0 0,0 0,0 0,0 0)))"},
    TypeText{TypeKind::geometrycollection, "GEOMETRYCOLLECTION EMPTY"},
};

template <std::size_t N>
std::optional<std::string_view> text_of(const std::array<TypeText, N>& texts, TypeKind kind) {
  const auto found = std::find_if(texts.begin(), texts.end(),
                                  [&](const TypeText& text) { return text.kind == kind; });
  return found == texts.end() ? std::nullopt : std::optional(found->text);
}

/// A type of SQLite's own is as good as its affinity.
Default of_affinity(std::string_view declared) {
  switch (sqlite::affinity(declared)) {
    case sqlite::Affinity::text:
      return string("");
    case sqlite::Affinity::blob:
      return sql("x''");
    case sqlite::Affinity::integer:
    case sqlite::Affinity::real:
    case sqlite::Affinity::numeric:
      break;
  }
  return number();
}

/// BINARY is filled up with zero bytes, on MariaDB by itself.
Default of_binary(const Type& type) {
  std::string zeros;
  if (type.kind == TypeKind::vector) {
    for (int i = 0; i < type.length.value_or(1); ++i) zeros += "00000000";
  }
  for (int i = 0; type.kind == TypeKind::binary && i < type.length.value_or(1); ++i) zeros += "00";
  return sql("x'" + zeros + "'");
}

std::optional<Default> of_type(const Type& type, DialectKind kind) {
  const bool on_mariadb = kind == DialectKind::mariadb;
  if (schema::is_numeric(type.kind)) return number();
  if (schema::is_text(type.kind)) return string("");
  if (schema::is_binary(type.kind)) return of_binary(type);
  if (const auto text = text_of(kTexts, type.kind)) {
    // As MariaDB shows it, so that SQLite has the same text.
    const bool fraction = schema::is_temporal(type.kind) && type.length.value_or(0) > 0;
    return string(std::string(*text) +
                  (fraction ? '.' + std::string(static_cast<std::size_t>(*type.length), '0') : ""));
  }
  if (const auto shape = text_of(kShapes, type.kind)) {
    return sql(on_mariadb ? "ST_GeomFromText('" + std::string(*shape) + "')" : "x''");
  }
  if (type.kind == TypeKind::enum_ && !type.values.empty()) return string(type.values.front());
  if (type.kind == TypeKind::native && !on_mariadb) return of_affinity(type.native);
  return std::nullopt;
}

}  // namespace

std::optional<Default> backfill_value(const Column& column, const Table& table, DialectKind kind) {
  if (column.nullable || column.generated || column.autoincrement || has_default(column, kind) ||
      column.mariadb.period != schema::RowPeriod::none) {
    return std::nullopt;
  }
  if (kind == DialectKind::sqlite && sqlite::is_rowid(table, column)) return std::nullopt;
  const Type& type = column.type_on(kind);
  std::optional<Default> value = of_type(type, kind);
  const auto& period = table.mariadb.period;
  if (value && period && period->end == column.name && schema::is_temporal(type.kind)) {
    // A period begins before it ends, and one that goes on ends late.
    value->literal.replace(0, 10, type.kind == TypeKind::timestamp ? "2038-01-01" : "9999-12-31");
  }
  return value;
}

std::string describe_backfill_value(const Default& value, DialectKind kind) {
  if (value.kind == Default::Kind::string) return dialect(kind).quote_string(value.literal);
  return value.kind == Default::Kind::sql ? value.sql.for_dialect(kind) : value.literal;
}

}  // namespace dbmig::dialect
