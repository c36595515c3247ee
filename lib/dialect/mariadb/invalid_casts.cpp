#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "base/text.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Type;
using schema::TypeKind;

struct Range {
  TypeKind kind;
  const char* low;
  const char* high;
  const char* high_unsigned;
};

// https://mariadb.com/kb/en/numeric-data-type-overview/
constexpr std::array kRanges{
    Range{TypeKind::tinyint, "-128", "127", "255"},
    Range{TypeKind::boolean, "-128", "127", "255"},
    Range{TypeKind::smallint, "-32768", "32767", "65535"},
    Range{TypeKind::mediumint, "-8388608", "8388607", "16777215"},
    Range{TypeKind::integer, "-2147483648", "2147483647", "4294967295"},
    Range{TypeKind::bigint, "-9223372036854775808", "9223372036854775807", "18446744073709551615"},
};

/// Nothing but digits makes a whole number of a text: not `1e2`, and not `1.0`.
constexpr std::string_view kWhole = "'^[[:space:]]*[-+]?[0-9]+[[:space:]]*$'";

/// Decimal digits that come back unchanged from a DOUBLE, whichever they are.
constexpr int kDigitsOfDouble = 15;

/// A type of its own, which compares with nothing else and becomes others by way of its text.
bool is_opaque(const Type& type) {
  return type.kind == TypeKind::uuid || type.kind == TypeKind::inet4 ||
         type.kind == TypeKind::inet6;
}

/// A number is made of the text of such a value.
bool is_written(const Type& type) {
  return schema::is_text(type.kind) || schema::is_binary(type.kind) || is_opaque(type) ||
         type.kind == TypeKind::json;
}

bool is_exact_or_text(const Type& type) {
  return type.kind == TypeKind::decimal || type.kind == TypeKind::float_ ||
         type.kind == TypeKind::double_ || is_written(type);
}

std::string outside_integer(const std::string& value, const Type& from, const Type& to) {
  const auto* const range = std::find_if(kRanges.begin(), kRanges.end(),
                                         [&](const Range& r) { return r.kind == to.kind; });
  if (range == kRanges.end()) return {};
  // A text compares with a number as DOUBLE, which takes the last one for the one behind it.
  const std::string number =
      is_written(from) ? fmt::format("CAST({} AS DECIMAL(65,0))", value) : value;
  std::string condition =
      fmt::format("{} NOT BETWEEN {} AND {}", number, to.is_unsigned ? "0" : range->low,
                  to.is_unsigned ? range->high_unsigned : range->high);
  const bool is_float = from.kind == TypeKind::float_ || from.kind == TypeKind::double_;
  if (is_float && to.kind == TypeKind::bigint) {
    condition += fmt::format(" OR {} >= POW(2, {})", value, to.is_unsigned ? 64 : 63);
  }
  if (is_exact_or_text(from)) condition += fmt::format(" OR {0} <> ROUND({0})", value);
  return condition;
}

std::string outside_decimal(const std::string& value, const Type& from, const Type& to) {
  const int precision = to.length.value_or(10);
  const int scale = to.scale.value_or(0);
  std::string limit(static_cast<std::size_t>(precision - scale), '9');
  if (limit.empty()) limit = "0";
  if (scale > 0) limit += '.' + std::string(static_cast<std::size_t>(scale), '9');
  std::string condition =
      fmt::format("{} NOT BETWEEN {} AND {}", value, to.is_unsigned ? "0" : "-" + limit, limit);
  if (is_exact_or_text(from)) condition += fmt::format(" OR {0} <> ROUND({0}, {1})", value, scale);
  return condition;
}

/// What the 53 bits of DOUBLE do not hold. DECIMAL is made of the fewest digits that mean the same
/// DOUBLE, which are those that the server shows.
std::string lost_as_double(const std::string& value, const Type& from) {
  if (from.kind == TypeKind::bigint || from.kind == TypeKind::bit) {
    const bool is_unsigned = from.is_unsigned || from.kind == TypeKind::bit;
    // CAST makes the largest number of one beyond it.
    return fmt::format(
        "CAST(CAST({0} AS DOUBLE) AS {1}) <> {0} OR CAST({0} AS DOUBLE) >= POW(2, {2})",
        from.kind == TypeKind::bit ? fmt::format("({} + 0)", value) : value,
        is_unsigned ? "UNSIGNED" : "SIGNED", is_unsigned ? 64 : 63);
  }
  if (from.kind == TypeKind::decimal && from.length.value_or(10) > kDigitsOfDouble) {
    return fmt::format("CAST(CAST({0} AS DOUBLE) AS DECIMAL(65,{1})) <> {0}", value,
                       from.scale.value_or(0));
  }
  if (!is_written(from)) return {};
  return fmt::format(
      "({0} REGEXP {1} AND CAST(CAST({0} AS DOUBLE) AS DECIMAL(65,0)) <> CAST({0} AS "
      "DECIMAL(65,0)))",
      value, kWhole);
}

std::string outside_float(const std::string& value, const Type& from, const Type& to) {
  std::vector<std::string> conditions;
  if (to.kind == TypeKind::float_) {
    conditions.push_back(fmt::format("{0} <> CAST({0} AS FLOAT)", value));
  } else if (is_written(from)) {
    // What is too large becomes the largest there is.
    conditions.push_back(fmt::format("ABS({}) >= 1.7976931348623157e308", value));
  }
  if (to.scale && is_exact_or_text(from)) {
    conditions.push_back(fmt::format("{0} <> ROUND({0}, {1})", value, *to.scale));
  }
  std::string lost = lost_as_double(value, from);
  if (!lost.empty()) conditions.push_back(std::move(lost));
  return text::join(conditions, " OR ");
}

std::string outside_number(const std::string& original, const Type& from, const Type& to) {
  // A year is made of a number or a text, and of no date.
  if (to.kind == TypeKind::year && schema::is_temporal(from.kind)) return original + " IS NOT NULL";
  std::string value = original;
  if (is_opaque(from)) value = fmt::format("CAST({} AS CHAR)", original);
  // 20010203 of a date, the place in the list of an enum.
  if (schema::is_temporal(from.kind) || has_list(from)) value = fmt::format("({} + 0)", original);
  std::string condition;
  if (to.kind == TypeKind::decimal) {
    condition = outside_decimal(value, from, to);
  } else if (to.kind == TypeKind::float_ || to.kind == TypeKind::double_) {
    condition = outside_float(value, from, to);
  } else if (to.kind == TypeKind::bit) {
    condition = fmt::format("{0} < 0 OR {0} >= POW(2, {1})", value, to.length.value_or(1));
  } else if (to.kind == TypeKind::year) {
    condition = fmt::format("{0} NOT BETWEEN 0 AND 99 AND {0} NOT BETWEEN 1901 AND 2155", value);
    if (is_exact_or_text(from)) condition += fmt::format(" OR {0} <> TRUNCATE({0}, 0)", value);
  } else {
    condition = outside_integer(value, from, to);
  }
  if (is_written(from)) {
    constexpr std::string_view kNumber =
        "'^[[:space:]]*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$'";
    const bool is_whole = schema::is_integer(to.kind) || to.kind == TypeKind::boolean;
    const std::string no_number =
        fmt::format("{} NOT REGEXP {}", value, is_whole ? kWhole : kNumber);
    condition = condition.empty() ? no_number : no_number + " OR " + condition;
  }
  return condition;
}

std::string too_long(const std::string& value, const Type& to) {
  if (to.kind == TypeKind::char_ || to.kind == TypeKind::varchar) {
    return fmt::format("CHAR_LENGTH({}) > {}", value, to.length.value_or(1));
  }
  if (to.kind == TypeKind::binary || to.kind == TypeKind::varbinary) {
    return fmt::format("LENGTH({}) > {}", value, to.length.value_or(1));
  }
  if (to.kind == TypeKind::tinytext || to.kind == TypeKind::tinyblob) {
    return fmt::format("LENGTH({}) > 255", value);
  }
  if (to.kind == TypeKind::text || to.kind == TypeKind::blob) {
    return fmt::format("LENGTH({}) > 65535", value);
  }
  if (to.kind == TypeKind::mediumtext || to.kind == TypeKind::mediumblob) {
    return fmt::format("LENGTH({}) > 16777215", value);
  }
  return {};
}

/// What CAST makes something of while a column refuses it: a date and no time, and what goes on
/// with letters or a time zone.
std::string no_time(const std::string& value, const Type& from, const Type& to) {
  std::string condition;
  if (is_written(from)) {
    condition = fmt::format(" OR {0} REGEXP '[A-SU-Za-su-z]' OR {0} REGEXP '[0-9][+]'", value);
  }
  if (to.kind != TypeKind::time || schema::is_temporal(from.kind)) return condition;
  if (is_written(from)) {
    condition += fmt::format(
        " OR {} REGEXP "
        "'^[[:space:]]*[0-9]+(([-/][0-9]+){{1,2}}|[.][0-9]+[.][0-9]+)[[:space:]]*$'",
        value);
  }
  // What is too large becomes the largest there is, to the last microsecond.
  return condition + fmt::format(
                         " OR (CAST({0} AS TIME(6)) IN ('838:59:59.999999', "
                         "'-838:59:59.999999') AND {0} NOT LIKE '%59.9%')",
                         value);
}

std::string outside_time(const std::string& value, const Type& from, const Type& to) {
  const int digits = to.length.value_or(0);
  std::string cast;
  if (to.kind == TypeKind::date) {
    cast = fmt::format("CAST({} AS DATE)", value);
  } else if (to.kind == TypeKind::time) {
    cast = fmt::format("CAST({} AS TIME({}))", value, digits);
  } else {
    cast = fmt::format("CAST({} AS DATETIME({}))", value, digits);
  }
  // A year is no date.
  if (from.kind == TypeKind::year && to.kind != TypeKind::time) return value + " IS NOT NULL";
  std::string condition = fmt::format("{} IS NULL AND {} IS NOT NULL", cast, value);
  condition += no_time(value, from, to);
  // CAST takes what stands before the zero bytes that fill a BINARY up.
  if (schema::is_binary(from.kind)) condition += fmt::format(" OR LOCATE(X'00', {}) > 0", value);
  if (schema::is_temporal(from.kind)) condition += fmt::format(" OR {} <> {}", value, cast);
  if (to.kind == TypeKind::timestamp) {
    // The server itself knows until when: 2038, or 2106 (11.5 and newer, of 64 bits).
    condition += fmt::format(
        " OR {} NOT BETWEEN '1970-01-02' AND IF(FROM_UNIXTIME(4294967294) IS NULL, '2038-01-18', "
        "'2106-02-06')",
        cast);
  }
  return condition;
}

/// What has no conversion of its own to the server's own types has one through text.
std::string as_text(const std::string& value, const Type& from) {
  const bool converts = schema::is_text(from.kind) || schema::is_binary(from.kind);
  return converts ? value : fmt::format("CAST({} AS CHAR)", value);
}

/// `value` as a list reads it.
std::string as_members(const std::string& value, const Type& from) {
  const bool as_it_is = schema::is_text(from.kind) || from.kind == TypeKind::json || has_list(from);
  return as_it_is ? value : fmt::format("CAST({} AS CHAR)", value);
}

/// A pattern for just this text.
std::string literally(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 128 && std::isalnum(static_cast<unsigned char>(c)) == 0) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

/// Not all that stands between commas is a member, in the value's collation. Members are counted,
/// which does not see that one stands there twice, and taken out, which does not see that letters
/// may be the same with an accent and without.
std::string no_set(const std::string& value, const Type& from, const Type& to,
                   const Dialect& dialect) {
  const std::string text = fmt::format("TRIM(TRAILING ' ' FROM {})", as_members(value, from));
  std::vector<std::string> found;
  std::vector<std::string> patterns;
  for (const std::string& one : to.values) {
    found.push_back(fmt::format("(FIND_IN_SET({}, {}) > 0)", dialect.quote_string(one), text));
    patterns.push_back(literally(one));
  }
  const std::string member = dialect.quote_string(",(" + text::join(patterns, "|") + ")(?=,|$)");
  return fmt::format(
      "{0} <> '' AND CHAR_LENGTH({0}) - CHAR_LENGTH(REPLACE({0}, ',', '')) + 1 <> {1} AND "
      "REGEXP_REPLACE(CONCAT(',', {0}), {2}, '') <> ''",
      text, text::join(found, " + "), member);
}

/// A vector is the bytes of its numbers; one of fewer numbers gets zeros behind them.
std::string no_vector(const std::string& value, const Type& from, const Type& to) {
  const bool is_filled_up = from.kind == TypeKind::vector;
  return fmt::format("OCTET_LENGTH({}) {} {}", value, is_filled_up ? ">" : "<>",
                     4 * to.length.value_or(1));
}

/// The byte order is said before the kind, and the server writes the lower byte first, always.
std::string kind_in_bytes(std::size_t kind) {
  return fmt::format("'{:02X}000000'", kind);
}

/// Geometries come and go as their bytes: 4 of the reference system, 1 of the order, 4 of the kind,
/// and what follows. A collection takes every kind, whatever it is called. Source:
/// https://mariadb.com/kb/en/geometry-types/, and Field_geom::store() in the server's field.cc
std::string no_geometry(const std::string& value, const Type& from, const Type& to) {
  static constexpr std::array kKinds{TypeKind::point,
                                     TypeKind::linestring,
                                     TypeKind::polygon,
                                     TypeKind::multipoint,
                                     TypeKind::multilinestring,
                                     TypeKind::multipolygon,
                                     TypeKind::geometrycollection};
  if (!schema::is_geometry(from.kind) && !is_written(from)) return value + " IS NOT NULL";
  const bool takes_all = to.kind == TypeKind::geometry || to.kind == TypeKind::geometrycollection;
  if (takes_all && schema::is_geometry(from.kind)) return {};
  std::vector<std::string> kinds;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (takes_all || kKinds[i] == to.kind) kinds.push_back(kind_in_bytes(i + 1));
  }
  constexpr int kShortest = 13;
  const std::string bytes = fmt::format("CAST({} AS BINARY)", value);
  return fmt::format("HEX(SUBSTRING({0}, 6, 4)) NOT IN ({1}) OR LENGTH({0}) < {2}", bytes,
                     text::join(kinds, ", "), kShortest);
}

std::string condition_for(const std::string& value, const Type& from, const Type& to,
                          const Dialect& dialect) {
  if (schema::is_geometry(to.kind)) return no_geometry(value, from, to);
  if (schema::is_geometry(from.kind) && !schema::is_text(to.kind) && !schema::is_binary(to.kind) &&
      to.kind != TypeKind::native) {
    return value + " IS NOT NULL";  // its bytes are no value of another type
  }
  if (to.kind == TypeKind::enum_) {
    // A number means the value of that place in the list.
    if (schema::is_numeric(from.kind)) {
      return fmt::format("{} NOT BETWEEN 1 AND {}", value, to.values.size());
    }
    if (!is_written(from) && !has_list(from) && !schema::is_temporal(from.kind)) return {};
    std::vector<std::string> list;
    for (const std::string& one : to.values) list.push_back(dialect.quote_string(one));
    return fmt::format("{} NOT IN ({})", as_members(value, from), text::join(list, ", "));
  }
  if (to.kind == TypeKind::set && (is_written(from) || has_list(from))) {
    const bool keeps_all =
        has_list(from) && std::all_of(from.values.begin(), from.values.end(), [&](const auto& one) {
          return std::find(to.values.begin(), to.values.end(), one) != to.values.end();
        });
    return keeps_all ? std::string() : no_set(value, from, to, dialect);
  }
  if (to.kind == TypeKind::json) return fmt::format("NOT JSON_VALID({})", value);
  if (to.kind == TypeKind::uuid) {
    return fmt::format("CAST({0} AS UUID) IS NULL AND {0} IS NOT NULL", as_text(value, from));
  }
  if (to.kind == TypeKind::inet4)
    return fmt::format("CAST({0} AS INET4) IS NULL AND {0} IS NOT NULL", as_text(value, from));
  if (to.kind == TypeKind::inet6)
    return fmt::format("CAST({0} AS INET6) IS NULL AND {0} IS NOT NULL", as_text(value, from));
  if (to.kind == TypeKind::vector) return no_vector(value, from, to);
  if (schema::is_temporal(to.kind)) return outside_time(value, from, to);
  if (schema::is_text(to.kind) || schema::is_binary(to.kind)) {
    // Bits become the digits of their number.
    const bool is_bits = from.kind == TypeKind::bit;
    return too_long(is_bits ? fmt::format("({} + 0)", value) : value, to);
  }
  const bool number_like = !schema::is_geometry(from.kind) && from.kind != TypeKind::native;
  if (schema::is_numeric(to.kind) && number_like) return outside_number(value, from, to);
  return {};
}

}  // namespace

std::string MariadbDialect::invalid_casts(const std::string& value, const Type& from,
                                          const Type& to) const {
  std::string condition = condition_for(value, from, to, *this);
  return condition.empty() ? condition : '(' + condition + ')';
}

}  // namespace dbmig::dialect::mariadb
