#include <optional>
#include <tuple>

#include "base/text.hpp"
#include "schema/rules.hpp"

namespace dbmig::schema {
namespace {

/// The classes that InnoDB compares by: within `text` also charset and collation, within `integer`
/// also size and sign. Types of different classes never match. Source: cmp_cols_are_equal() of
/// storage/innobase/rem/rem0cmp.cc, which sees dates and enums as integers, and exact decimals,
/// times and addresses as strings of bytes.
enum class Class { integer, float_, double_, text, bytes, unknown };

struct Comparison {
  Class group = Class::unknown;
  int bytes = 0;
  bool is_unsigned = false;
};

int enum_bytes(const Type& type) {
  return type.values.size() > 255 ? 2 : 1;
}

int set_bytes(const Type& type) {
  const std::size_t bytes = (type.values.size() + 7) / 8;
  return bytes > 4 ? 8 : static_cast<int>(bytes);
}

Comparison comparison_of(const Type& type) {
  const auto integer = [&](int bytes) {
    return Comparison{Class::integer, bytes, type.is_unsigned};
  };
  switch (type.kind) {
    case TypeKind::tinyint:
      return integer(1);
    case TypeKind::smallint:
      return integer(2);
    case TypeKind::mediumint:
      return integer(3);
    case TypeKind::integer:
      return integer(4);
    case TypeKind::bigint:
      return integer(8);
    case TypeKind::boolean:
      return {Class::integer, 1, false};
    case TypeKind::year:
      return {Class::integer, 1, true};
    case TypeKind::date:
      return {Class::integer, 3, false};
    case TypeKind::enum_:
      return {Class::integer, enum_bytes(type), true};
    case TypeKind::set:
      return {Class::integer, set_bytes(type), true};
    case TypeKind::float_:
      return {Class::float_, 0, false};
    case TypeKind::double_:
      return {Class::double_, 0, false};
    case TypeKind::char_:
    case TypeKind::varchar:
    case TypeKind::tinytext:
    case TypeKind::text:
    case TypeKind::mediumtext:
    case TypeKind::longtext:
    case TypeKind::json:
      return {Class::text, 0, false};
    case TypeKind::decimal:
    case TypeKind::bit:
    case TypeKind::binary:
    case TypeKind::varbinary:
    case TypeKind::tinyblob:
    case TypeKind::blob:
    case TypeKind::mediumblob:
    case TypeKind::longblob:
    case TypeKind::vector:
    case TypeKind::time:
    case TypeKind::datetime:
    case TypeKind::timestamp:
    case TypeKind::uuid:
    case TypeKind::inet4:
    case TypeKind::inet6:
      return {Class::bytes, 0, false};
    case TypeKind::geometry:
    case TypeKind::point:
    case TypeKind::linestring:
    case TypeKind::polygon:
    case TypeKind::multipoint:
    case TypeKind::multilinestring:
    case TypeKind::multipolygon:
    case TypeKind::geometrycollection:
    case TypeKind::native:
      return {};
  }
  return {};
}

/// `utf8` is today's name of utf8mb3.
std::string charset_name(const std::string& name) {
  const std::string lower = text::lower(name);
  return lower == "utf8" ? "utf8mb3" : text::replace_all(lower, "utf8_", "utf8mb3_");
}

/// Charset and collation of a column as far as the model says; a collation names its charset.
std::pair<std::string, std::string> charset_and_collation(const Table& table,
                                                          const Column& column) {
  const bool own = !column.mariadb.charset.empty() || !column.mariadb.collation.empty();
  const std::string collation =
      charset_name(own ? column.mariadb.collation : table.mariadb.collation);
  std::string charset = charset_name(own ? column.mariadb.charset : table.mariadb.charset);
  if (charset.empty() && !collation.empty()) charset = collation.substr(0, collation.find('_'));
  return {charset, collation};
}

bool differ(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && a != b;
}

}  // namespace

bool comparable_on_mariadb(const Table& child_table, const Column& child, const Table& parent_table,
                           const Column& parent) {
  const Comparison from = comparison_of(child.type_on(DialectKind::mariadb));
  const Comparison to = comparison_of(parent.type_on(DialectKind::mariadb));
  if (from.group == Class::unknown || to.group == Class::unknown) return true;
  if (from.group != to.group) return false;
  if (from.group == Class::integer) {
    return from.bytes == to.bytes && from.is_unsigned == to.is_unsigned;
  }
  if (from.group != Class::text) return true;
  const auto [from_charset, from_collation] = charset_and_collation(child_table, child);
  const auto [to_charset, to_collation] = charset_and_collation(parent_table, parent);
  // `uca1400_ai_ci` is a collation of several charsets, which the charset then tells apart.
  const bool is_bare =
      from_collation.rfind("uca1400", 0) == 0 || to_collation.rfind("uca1400", 0) == 0;
  if (is_bare) return true;
  return !differ(from_charset, to_charset) && !differ(from_collation, to_collation);
}

}  // namespace dbmig::schema
