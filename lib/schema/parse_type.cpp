#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "schema/type.hpp"
#include "schema/type_words.hpp"

namespace dbmig::schema {
namespace {

/// Gives the arguments of one type their meaning; every member throws what a person should read.
class Builder {
 public:
  Builder(std::string_view text, TypeKind kind, const TypeWords& parts)
      : text_(text), parts_(parts) {
    type_.kind = kind;
    type_.is_unsigned = parts.is_unsigned;
    type_.zerofill = parts.zerofill;
  }

  Type build() {
    check_modifiers();
    switch (type_.kind) {
      case TypeKind::enum_:
      case TypeKind::set:
        values();
        break;
      case TypeKind::decimal:
      case TypeKind::float_:
      case TypeKind::double_:
        digits();
        break;
      case TypeKind::text:
      case TypeKind::blob:
        smallest_that_holds();
        break;
      case TypeKind::tinyint:
      case TypeKind::smallint:
      case TypeKind::mediumint:
      case TypeKind::integer:
      case TypeKind::bigint:
        at_most(1, "a display width");
        if (const auto width = number(0)) type_.length = in_range(*width, 0, 255, "display width");
        break;
      case TypeKind::char_:
      case TypeKind::binary:
        at_most(1, "a length");
        type_.length = in_range(number(0).value_or(1), 0, kMaxInt, "length");
        break;
      case TypeKind::varchar:
      case TypeKind::varbinary:
      case TypeKind::vector:
        needs_length();
        break;
      case TypeKind::bit:
        at_most(1, "a number of bits");
        type_.length = in_range(number(0).value_or(1), 1, 64, "number of bits");
        break;
      case TypeKind::time:
      case TypeKind::datetime:
      case TypeKind::timestamp:
        fraction();
        break;
      case TypeKind::year:
        year();
        break;
      case TypeKind::boolean:
      case TypeKind::tinytext:
      case TypeKind::mediumtext:
      case TypeKind::longtext:
      case TypeKind::tinyblob:
      case TypeKind::mediumblob:
      case TypeKind::longblob:
      case TypeKind::date:
      case TypeKind::json:
      case TypeKind::uuid:
      case TypeKind::inet4:
      case TypeKind::inet6:
      case TypeKind::geometry:
      case TypeKind::point:
      case TypeKind::linestring:
      case TypeKind::polygon:
      case TypeKind::multipoint:
      case TypeKind::multilinestring:
      case TypeKind::multipolygon:
      case TypeKind::geometrycollection:
      case TypeKind::native:
        at_most(0, "");
        break;
    }
    return std::move(type_);
  }

 private:
  static constexpr std::int64_t kMaxInt = std::numeric_limits<int>::max();

  std::string_view name() const { return name_of(type_.kind); }

  Error wrong(std::string_view why, std::string hint) const {
    return Error(ErrorCode::invalid, fmt::format("{}, in type '{}'", why, text_))
        .hint(std::move(hint));
  }

  void check_modifiers() const {
    const TypeKind kind = type_.kind;
    const bool takes_sign = is_integer(kind) || kind == TypeKind::decimal ||
                            kind == TypeKind::float_ || kind == TypeKind::double_;
    if (type_.is_unsigned && !takes_sign) {
      throw wrong(fmt::format("{} cannot be unsigned", name()),
                  "only integers, decimal, float and double can");
    }
  }

  void at_most(std::size_t count, std::string_view meaning) const {
    for (const Token& argument : parts_.arguments) {
      if (argument.kind == Token::Kind::string) {
        throw wrong(fmt::format("{} takes no quoted values", name()),
                    "only enum and set list their values");
      }
    }
    if (parts_.arguments.size() <= count) return;
    if (count == 0) {
      throw wrong(fmt::format("{} takes no length", name()), fmt::format("write '{}'", name()));
    }
    throw wrong(fmt::format("{} takes only {}", name(), meaning),
                count == 1 ? "one number is allowed inside the parentheses"
                           : "two numbers are allowed inside the parentheses");
  }

  std::optional<std::int64_t> number(std::size_t index) const {
    if (index >= parts_.arguments.size()) return std::nullopt;
    const std::string& digits = parts_.arguments[index].text;
    // Ten digits hold every length of either database (4294967295) and cannot overflow.
    if (digits.size() > 10) throw wrong(fmt::format("{} is too large", digits), "use fewer digits");
    return std::stoll(digits);
  }

  int in_range(std::int64_t value, std::int64_t low, std::int64_t high,
               std::string_view what) const {
    if (value >= low && value <= high) return static_cast<int>(value);
    throw wrong(fmt::format("the {} {} is out of range", what, value),
                fmt::format("it can be {} to {}", low, high));
  }

  void needs_length() {
    at_most(1, "a length");
    const auto length = number(0);
    if (!length) {
      throw Error(ErrorCode::invalid, fmt::format("{} needs a length", name()))
          .hint(fmt::format("as in {}(64)", name()));
    }
    type_.length = in_range(*length, 0, kMaxInt, "length");
  }

  void fraction() {
    at_most(1, "the digits of its fraction");
    const int count = in_range(number(0).value_or(0), 0, 6, "fraction's length");
    if (count > 0) type_.length = count;
  }

  // YEAR(4) is YEAR; YEAR(2) is another type, which MariaDB still has.
  void year() {
    at_most(1, "a number of digits");
    const auto width = number(0);
    if (!width || *width == 4) return;
    if (*width != 2) throw wrong("a year has 4 or 2 digits", "write 'year'");
    type_.length = 2;
  }

  void digits() {
    at_most(2, "precision and scale");
    const auto precision = number(0);
    const auto scale = number(1);
    if (type_.kind == TypeKind::float_ && precision && !scale) {
      // FLOAT(p) names no digits but the size that has p bits.
      const int bits = in_range(*precision, 0, 53, "precision");
      if (bits > 24) type_.kind = TypeKind::double_;
      return;
    }
    if (precision) type_.length = in_range(*precision, 0, kMaxInt, "precision");
    if (scale) {
      if (*scale > *precision) {
        throw wrong(fmt::format("the scale {} is larger than the precision {}", *scale, *precision),
                    "the precision counts all digits, those after the point included");
      }
      type_.scale = static_cast<int>(*scale);
    }
    if (type_.kind == TypeKind::double_ && precision && !scale) type_.length.reset();
  }

  // TEXT(n) and BLOB(n) name the smallest type of their family that holds n characters or bytes;
  // a character of utf8mb4 takes up to four bytes.
  void smallest_that_holds() {
    at_most(1, "a length");
    const auto length = number(0);
    if (!length) return;
    const bool is_text = type_.kind == TypeKind::text;
    const std::int64_t bytes = is_text ? *length * 4 : *length;
    if (bytes <= 0xFF && bytes > 0) {
      type_.kind = is_text ? TypeKind::tinytext : TypeKind::tinyblob;
    } else if (bytes > 0xFFFFFF) {
      type_.kind = is_text ? TypeKind::longtext : TypeKind::longblob;
    } else if (bytes > 0xFFFF) {
      type_.kind = is_text ? TypeKind::mediumtext : TypeKind::mediumblob;
    }
  }

  void values() {
    for (const Token& argument : parts_.arguments) {
      if (argument.kind != Token::Kind::string) {
        throw wrong(fmt::format("the values of {} are quoted strings", name()),
                    fmt::format("write {}('a','b')", name()));
      }
      // MariaDB removes trailing blanks of the members when it creates the table.
      std::string value = argument.text;
      value.erase(value.find_last_not_of(' ') + 1);
      if (type_.kind == TypeKind::set && value.find(',') != std::string::npos) {
        throw wrong(fmt::format("the value '{}' of a set has a comma", value),
                    "commas separate the values of a set");
      }
      if (std::find(type_.values.begin(), type_.values.end(), value) != type_.values.end()) {
        throw wrong(fmt::format("the value '{}' is listed twice", value), "remove one of the two");
      }
      type_.values.push_back(std::move(value));
    }
    if (type_.values.empty()) {
      throw Error(ErrorCode::invalid, fmt::format("{} needs its values", name()))
          .hint(fmt::format("as in {}('a','b')", name()));
    }
    if (type_.kind == TypeKind::set && type_.values.size() > 64) {
      throw wrong(fmt::format("a set of {} values", type_.values.size()), "it can have 64 at most");
    }
  }

  std::string_view text_;
  const TypeWords& parts_;
  Type type_;
};

}  // namespace

Type parse_type(std::string_view text) {
  const std::string_view trimmed = text::trim(text);
  if (trimmed.empty()) {
    throw Error(ErrorCode::invalid, "a type is missing").hint("write one, as in varchar(64)");
  }
  const TypeWords parts = take_apart(trimmed);
  const auto kind = find_kind(text::join(parts.words, " "));
  if (parts.words.empty()) throw malformed_type(trimmed, "the type's name is missing");
  if (!kind) throw unknown_type(trimmed, parts.words);
  return Builder(trimmed, *kind, parts).build();
}

}  // namespace dbmig::schema
