#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "schema/literal.hpp"
#include "schema/validate.hpp"

namespace dbmig::schema {
namespace {

using Literal = std::optional<Default>;

Default text_literal(std::string text) {
  return {Default::Kind::string, std::move(text), {}};
}
Default number_literal(std::string text) {
  return {Default::Kind::number, std::move(text), {}};
}
Default boolean_literal(bool value) {
  return {Default::Kind::boolean, value ? "true" : "false", {}};
}

std::optional<ExactNumber> number_in(const Default& d) {
  if (d.kind == Default::Kind::boolean)
    return ExactNumber{false, d.literal == "true" ? "1" : "0", {}};
  return parse_number(d.literal);
}

/// `digits` as a number of at most 20 digits, or nothing.
bool within(const ExactNumber& number, std::uint64_t negative_limit, std::uint64_t positive_limit) {
  if (number.whole.size() > 20 || !number.fraction.empty()) return false;
  const std::string limit = fmt::format("{}", number.negative ? negative_limit : positive_limit);
  return number.whole.size() < limit.size() ||
         (number.whole.size() == limit.size() && number.whole <= limit);
}

Literal to_integer(const Default& d, const Type& type) {
  static constexpr std::pair<TypeKind, int> kBits[] = {{TypeKind::tinyint, 8},
                                                       {TypeKind::smallint, 16},
                                                       {TypeKind::mediumint, 24},
                                                       {TypeKind::integer, 32},
                                                       {TypeKind::bigint, 64}};
  const auto number = number_in(d);
  if (!number) return std::nullopt;
  for (const auto& [kind, bits] : kBits) {
    if (kind != type.kind) continue;
    const std::uint64_t half = std::uint64_t{1} << static_cast<unsigned>(bits - 1);
    const std::uint64_t low = type.is_unsigned ? 0 : half;
    const std::uint64_t high = type.is_unsigned ? half + (half - 1) : half - 1;
    if (within(*number, low, high)) return number_literal(to_string(*number));
  }
  return std::nullopt;
}

// `2` on a boolean is legal in MariaDB, whose BOOLEAN is a TINYINT(1), and stays a number.
Literal to_boolean(const Default& d) {
  const std::string word = text::lower(d.literal);
  if (word == "true" || word == "false") return boolean_literal(word == "true");
  const auto number = number_in(d);
  if (!number || !within(*number, 128, 127)) return std::nullopt;
  const std::string value = to_string(*number);
  if (value == "0" || value == "1") return boolean_literal(value == "1");
  return number_literal(value);
}

Literal to_bit(const Default& d, const Type& type) {
  const auto number = number_in(d);
  const auto bits = static_cast<unsigned>(std::clamp(type.length.value_or(1), 1, 64));
  const std::uint64_t high = std::numeric_limits<std::uint64_t>::max() >> (64U - bits);
  if (!number || !within(*number, 0, high)) return std::nullopt;
  return number_literal(to_string(*number));
}

Literal to_year(const Default& d) {
  const auto number = number_in(d);
  if (!number || !within(*number, 0, 2155)) return std::nullopt;
  const int year = std::stoi(number->whole);
  if (year == 0 || year > 1900) return number_literal(to_string(*number));
  // Two digits are years from 1970 to 2069.
  if (year > 99) return std::nullopt;
  return number_literal(fmt::format("{}", year + (year < 70 ? 2000 : 1900)));
}

Literal to_decimal(const Default& d, const Type& type) {
  const auto number = number_in(d);
  if (!number || (number->negative && type.is_unsigned)) return std::nullopt;
  const int scale = type.scale.value_or(0);
  const int whole = type.length.value_or(10) - scale;
  const std::size_t digits = number->whole == "0" ? 0 : number->whole.size();
  if (static_cast<int>(digits) > whole || static_cast<int>(number->fraction.size()) > scale) {
    return std::nullopt;
  }
  return number_literal(to_string(*number));
}

Literal to_float(const Default& d, const Type& type) {
  const auto number = number_in(d);
  if (!number || (number->negative && type.is_unsigned)) return std::nullopt;
  const std::string exact = to_string(*number);
  const double value = text::to_double(exact);
  const double limit = type.kind == TypeKind::float_ ? std::numeric_limits<float>::max()
                                                     : std::numeric_limits<double>::max();
  if (std::abs(value) > limit) return std::nullopt;
  // An exponent is kept: 1e38 is what a person wrote and what MariaDB prints.
  const std::string written = text::lower(text::trim(d.literal));
  const bool has_exponent = written.find('e') != std::string::npos && written.rfind("0x", 0) != 0 &&
                            d.kind != Default::Kind::boolean;
  return number_literal(has_exponent ? text::replace_all(written, "+", "") : exact);
}

Literal to_text(const Default& d, const Type& type) {
  const bool counted = type.kind == TypeKind::char_ || type.kind == TypeKind::varchar;
  if (counted && text::utf8_length(d.literal) > static_cast<std::size_t>(type.length.value_or(1))) {
    return std::nullopt;
  }
  if (type.kind == TypeKind::tinytext && d.literal.size() > 0xFF) return std::nullopt;
  return text_literal(d.literal);
}

Literal to_binary(const Default& d, const Type& type) {
  const bool counted = type.kind == TypeKind::binary || type.kind == TypeKind::varbinary;
  if (counted && d.literal.size() > static_cast<std::size_t>(type.length.value_or(1))) {
    return std::nullopt;
  }
  if (type.kind == TypeKind::vector &&
      d.literal.size() != 4 * static_cast<std::size_t>(type.length.value_or(1))) {
    return std::nullopt;
  }
  if (type.kind == TypeKind::tinyblob && d.literal.size() > 0xFF) return std::nullopt;
  return text_literal(d.literal);
}

Literal from_optional(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return text_literal(*text);
}

/// TIMESTAMP holds 1970-01-01 to 2038-01-19 in UTC, from MariaDB 11.5 on to 2106-02-07; a day more
/// on either side, for time zones. An older server refuses the rest by itself.
bool in_timestamp_range(const std::string& datetime) {
  const std::string day = datetime.substr(0, 10);
  return day == "0000-00-00" || (day >= "1969-12-31" && day <= "2106-02-08");
}

Literal to_temporal(const Default& d, const Type& type) {
  if (d.kind == Default::Kind::boolean) return std::nullopt;
  const int digits = type.length.value_or(0);
  const bool zero = d.kind == Default::Kind::number && d.literal == "0";
  if (type.kind == TypeKind::time) return from_optional(canonical_time(d.literal, digits));
  const std::string text = zero ? "0000-00-00" : d.literal;
  if (type.kind == TypeKind::date) return from_optional(canonical_date(text));
  const auto datetime = canonical_datetime(text, digits);
  if (!datetime) return std::nullopt;
  if (type.kind == TypeKind::timestamp && !in_timestamp_range(*datetime)) return std::nullopt;
  return text_literal(*datetime);
}

/// The member of `values` that `text` means: MariaDB's usual collations ignore case.
std::optional<std::string> find_value(const std::vector<std::string>& values,
                                      const std::string& text) {
  if (std::find(values.begin(), values.end(), text) != values.end()) return text;
  for (const std::string& value : values) {
    if (text::equals_ignoring_case(value, text)) return value;
  }
  return std::nullopt;
}

/// MariaDB prints the members in the order of the type, each once.
Literal to_set(const Default& d, const Type& type) {
  if (d.literal.empty()) return text_literal("");
  std::set<std::string> chosen;
  for (const std::string& part : text::split(d.literal, ',')) {
    const auto value = find_value(type.values, part);
    if (!value) return std::nullopt;
    chosen.insert(*value);
  }
  std::vector<std::string> in_order;
  for (const std::string& value : type.values) {
    if (chosen.count(value) != 0) in_order.push_back(value);
  }
  return text_literal(text::join(in_order, ","));
}

}  // namespace

std::optional<Default> coerce(const Default& d, const Type& type) {
  if (d.kind == Default::Kind::sql || type.kind == TypeKind::native) return d;
  if (is_integer(type.kind)) return to_integer(d, type);
  if (is_text(type.kind)) return to_text(d, type);
  if (is_binary(type.kind)) return to_binary(d, type);
  if (is_temporal(type.kind)) return to_temporal(d, type);
  // A geometry has no literal.
  if (is_geometry(type.kind)) return std::nullopt;
  if (type.kind == TypeKind::boolean) return to_boolean(d);
  if (type.kind == TypeKind::bit) return to_bit(d, type);
  if (type.kind == TypeKind::year) return to_year(d);
  if (type.kind == TypeKind::decimal) return to_decimal(d, type);
  if (type.kind == TypeKind::float_ || type.kind == TypeKind::double_) return to_float(d, type);
  if (type.kind == TypeKind::enum_) return from_optional(find_value(type.values, d.literal));
  if (type.kind == TypeKind::set) return to_set(d, type);
  if (type.kind == TypeKind::uuid) return from_optional(canonical_uuid(d.literal));
  if (type.kind == TypeKind::inet4) return from_optional(canonical_inet4(d.literal));
  if (type.kind == TypeKind::inet6) return from_optional(canonical_inet6(d.literal));
  return text_literal(d.literal);  // json
}

}  // namespace dbmig::schema
