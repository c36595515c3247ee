#include "schema/type.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace dbmig::schema {
namespace {

struct Name {
  TypeKind kind;
  std::string_view text;
};

// In the order of TypeKind; the test that walks all kinds holds the two together.
constexpr std::array kNames = {
    Name{TypeKind::tinyint, "tinyint"},
    Name{TypeKind::smallint, "smallint"},
    Name{TypeKind::mediumint, "mediumint"},
    Name{TypeKind::integer, "integer"},
    Name{TypeKind::bigint, "bigint"},
    Name{TypeKind::decimal, "decimal"},
    Name{TypeKind::float_, "float"},
    Name{TypeKind::double_, "double"},
    Name{TypeKind::boolean, "boolean"},
    Name{TypeKind::bit, "bit"},
    Name{TypeKind::year, "year"},
    Name{TypeKind::char_, "char"},
    Name{TypeKind::varchar, "varchar"},
    Name{TypeKind::tinytext, "tinytext"},
    Name{TypeKind::text, "text"},
    Name{TypeKind::mediumtext, "mediumtext"},
    Name{TypeKind::longtext, "longtext"},
    Name{TypeKind::binary, "binary"},
    Name{TypeKind::varbinary, "varbinary"},
    Name{TypeKind::tinyblob, "tinyblob"},
    Name{TypeKind::blob, "blob"},
    Name{TypeKind::mediumblob, "mediumblob"},
    Name{TypeKind::longblob, "longblob"},
    Name{TypeKind::vector, "vector"},
    Name{TypeKind::date, "date"},
    Name{TypeKind::time, "time"},
    Name{TypeKind::datetime, "datetime"},
    Name{TypeKind::timestamp, "timestamp"},
    Name{TypeKind::json, "json"},
    Name{TypeKind::uuid, "uuid"},
    Name{TypeKind::inet4, "inet4"},
    Name{TypeKind::inet6, "inet6"},
    Name{TypeKind::enum_, "enum"},
    Name{TypeKind::set, "set"},
    Name{TypeKind::geometry, "geometry"},
    Name{TypeKind::point, "point"},
    Name{TypeKind::linestring, "linestring"},
    Name{TypeKind::polygon, "polygon"},
    Name{TypeKind::multipoint, "multipoint"},
    Name{TypeKind::multilinestring, "multilinestring"},
    Name{TypeKind::multipolygon, "multipolygon"},
    Name{TypeKind::geometrycollection, "geometrycollection"},
    Name{TypeKind::native, "native"},
};

bool between(TypeKind kind, TypeKind first, TypeKind last) {
  return kind >= first && kind <= last;
}

}  // namespace

std::string_view name_of(TypeKind kind) {
  return kNames.at(static_cast<std::size_t>(kind)).text;
}

std::string to_string(const Type& type) {
  if (type.kind == TypeKind::native) return type.native;
  std::string text(name_of(type.kind));
  if (!type.values.empty()) {
    std::vector<std::string> quoted;
    quoted.reserve(type.values.size());
    for (const std::string& value : type.values) quoted.push_back(text::quote(value, '\''));
    text += "(" + text::join(quoted, ",") + ")";
  } else if (type.length && type.scale) {
    text += fmt::format("({},{})", *type.length, *type.scale);
  } else if (type.length) {
    text += fmt::format("({})", *type.length);
  }
  if (type.is_unsigned) text += " unsigned";
  if (type.zerofill) text += " zerofill";
  return text;
}

bool is_integer(TypeKind kind) {
  return between(kind, TypeKind::tinyint, TypeKind::bigint);
}
bool is_text(TypeKind kind) {
  return between(kind, TypeKind::char_, TypeKind::longtext);
}
bool is_binary(TypeKind kind) {
  return between(kind, TypeKind::binary, TypeKind::vector);
}
bool is_temporal(TypeKind kind) {
  return between(kind, TypeKind::date, TypeKind::timestamp);
}
bool is_numeric(TypeKind kind) {
  return between(kind, TypeKind::tinyint, TypeKind::year);
}
bool is_geometry(TypeKind kind) {
  return between(kind, TypeKind::geometry, TypeKind::geometrycollection);
}

}  // namespace dbmig::schema
