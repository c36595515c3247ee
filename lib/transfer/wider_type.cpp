#include "transfer/wider_type.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "transfer/convert_cell.hpp"
#include "transfer/evidence_kinds.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::transfer {
namespace {

using schema::Type;
using schema::TypeKind;

constexpr std::uint64_t kMaxVarchar = 1000;  ///< text is better for longer values

/// Whether values of a type are words, as in a varchar.
bool is_word_kind(TypeKind kind) {
  return kind == TypeKind::char_ || kind == TypeKind::varchar || kind == TypeKind::uuid ||
         kind == TypeKind::inet4 || kind == TypeKind::inet6 || kind == TypeKind::enum_ ||
         kind == TypeKind::set;
}

/// Whether `database` can hold numbers of the type only as text: SQLite has signed 64-bit integers
/// and 15 exact digits.
bool is_beyond(DialectKind database, const Type& type) {
  if (dialect::type_ranges(database).exact_decimals) return false;
  return type.kind == TypeKind::decimal || type.kind == TypeKind::bit ||
         (type.kind == TypeKind::bigint && type.is_unsigned);
}

/// The number of characters that any number, date or time of the type needs as text; 0 for other
/// types.
std::uint64_t room_as_text(const Type& type) {
  constexpr std::uint64_t kTemporal = 26;  // 2024-01-05 10:11:12.123456
  constexpr std::uint64_t kNumber = 24;    // -2.2250738585072014e-308
  if (type.kind == TypeKind::decimal) {
    return static_cast<std::uint64_t>(type.length.value_or(10)) + 2;
  }
  if (schema::is_temporal(type.kind) || type.kind == TypeKind::year) return kTemporal;
  return schema::is_numeric(type.kind) || type.kind == TypeKind::boolean ? kNumber : 0;
}

/// Wider types of numbers and times, the nearest first.
std::vector<Type> wider_of_kind(const Type& type, DialectKind database) {
  const TypeKind kind = type.kind;
  if (kind == TypeKind::datetime || kind == TypeKind::timestamp || kind == TypeKind::time) {
    return {type_of(kind, 3), type_of(kind, 6)};
  }
  if (kind == TypeKind::date) {
    return {type_of(TypeKind::datetime), type_of(TypeKind::datetime, 3),
            type_of(TypeKind::datetime, 6)};
  }
  const Type exact = type_of(TypeKind::decimal, kMaxDecimalDigits, kMaxDecimalPlaces);
  if (kind == TypeKind::decimal) return {exact};
  if (kind == TypeKind::year) return {type_of(TypeKind::smallint)};
  if (kind == TypeKind::float_) return {type_of(TypeKind::double_)};
  if (kind != TypeKind::boolean && !schema::is_integer(kind)) return {};
  std::vector<Type> types;
  if (kind != TypeKind::integer && kind != TypeKind::bigint) {
    types.push_back(type_of(TypeKind::integer));
  }
  if (kind != TypeKind::bigint) types.push_back(type_of(TypeKind::bigint));
  // SQLite can hold fractions in an integer column.
  if (dialect::type_ranges(database).exact_decimals) types.push_back(exact);
  return types;
}

/// Types that hold everything `type` does and more, the nearest first.
std::vector<Type> candidates_for(const Type& type, DialectKind database) {
  const TypeKind kind = type.kind;
  if (is_beyond(database, type)) return {type_of(TypeKind::text)};
  if (kind == TypeKind::json) return {type_of(TypeKind::longtext)};
  if (kind == TypeKind::longtext) return {type_of(TypeKind::longblob)};
  if (kind == TypeKind::mediumtext) {
    return {type_of(TypeKind::longtext), type_of(TypeKind::longblob)};
  }
  if (schema::is_text(kind) || is_word_kind(kind)) {
    return {type_of(TypeKind::text), type_of(TypeKind::longtext), type_of(TypeKind::longblob)};
  }
  if (schema::is_binary(kind) && kind != TypeKind::longblob) return {type_of(TypeKind::longblob)};
  std::vector<Type> types = wider_of_kind(type, database);
  // For values that are no numbers or dates at all: 0000-00-00, infinite numbers, words.
  if (room_as_text(type) != 0) types.push_back(type_of(TypeKind::text));
  return types;
}

/// Digits before and after the decimal point; "1.5e-07" has one and eight.
struct DecimalDigits {
  std::uint64_t whole = 0;
  std::uint64_t scale = 0;
};

DecimalDigits digits_of(std::string_view number) {
  const std::size_t exponent_at = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, exponent_at);
  std::string_view after = number.substr(std::min(exponent_at + 1, number.size()));
  if (after.starts_with('+')) after.remove_prefix(1);
  std::int64_t exponent = 0;
  std::from_chars(after.data(), after.data() + after.size(), exponent);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t places = point < mantissa.size() ? mantissa.size() - point - 1 : 0;
  const auto at_least = [](std::int64_t digits, std::int64_t least) {
    return static_cast<std::uint64_t>(std::max(digits, least));
  };
  return {at_least(static_cast<std::int64_t>(point) + exponent, 1),
          at_least(static_cast<std::int64_t>(places) - exponent, 0)};
}

/// The decimal with at least as many digits before the point as the column had; nothing if it would
/// be too long.
std::optional<Type> decimal_for(const Type& own, int whole_digits, int places) {
  const bool is_decimal = own.kind == TypeKind::decimal;
  const int had_scale = is_decimal ? own.scale.value_or(0) : 0;
  const int of_integer = own.kind == TypeKind::bigint ? 20 : 10;
  const int had_whole = is_decimal ? own.length.value_or(10) - had_scale : of_integer;
  const int scale = std::max(had_scale, places);
  const int whole = std::max(had_whole, whole_digits);
  if (scale > kMaxDecimalPlaces || whole + scale > kMaxDecimalDigits) return std::nullopt;
  return type_of(TypeKind::decimal, whole + scale, scale);
}

}  // namespace

WiderType::WiderType(const import::TargetColumn& column, DialectKind kind)
    : own_(column.type), is_text_of_sqlite_(is_beyond(kind, column.type)) {
  for (const Type& type : candidates_for(column.type, kind)) {
    import::TargetColumn wide = column;
    wide.type = type;
    candidates_.emplace_back(wide, kind, kValuesOfDatabase);
  }
}

void WiderType::add(const backend::Cell& value) {
  if (value.kind == backend::Cell::Kind::null) {
    needs_.has_null = true;
    return;
  }
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const std::uint32_t bit = 1U << i;
    backend::Cell out;
    if ((needs_.taken_by & bit) != 0 &&
        !convert_cell(value, candidates_[i], buffer_, out, reason_)) {
      needs_.taken_by &= ~bit;
    }
  }
  const std::string text = value_text(value);
  needs_.characters = std::max<std::uint64_t>(needs_.characters, text::utf8_length(text));
  const DecimalDigits digits = digits_of(text::trim(text));
  needs_.whole_digits = std::max(needs_.whole_digits, digits.whole);
  needs_.scale = std::max(needs_.scale, digits.scale);
}

void WiderType::add(const Needs& needs) {
  needs_.taken_by &= needs.taken_by;
  needs_.has_null = needs_.has_null || needs.has_null;
  needs_.characters = std::max(needs_.characters, needs.characters);
  needs_.whole_digits = std::max(needs_.whole_digits, needs.whole_digits);
  needs_.scale = std::max(needs_.scale, needs.scale);
}

std::optional<Type> WiderType::type() const {
  if (needs_.has_null) return std::nullopt;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if ((needs_.taken_by >> i & 1U) == 0) continue;
    const Type& type = candidates_[i].column().type;
    if (type.kind == TypeKind::decimal) {
      const auto decimal =
          decimal_for(own_, static_cast<int>(needs_.whole_digits), static_cast<int>(needs_.scale));
      if (decimal) return decimal;
      continue;
    }
    const std::uint64_t room = room_as_text(own_);
    const bool is_word = is_word_kind(own_.kind) || (room != 0 && !is_text_of_sqlite_);
    if (!is_word || !schema::is_text(type.kind)) return type;
    const std::uint64_t characters = std::max(needs_.characters, room);
    if (characters > kMaxVarchar) return type;
    constexpr std::uint64_t kStep = 50;
    return type_of(TypeKind::varchar, static_cast<int>((characters / kStep + 1) * kStep));
  }
  return std::nullopt;
}

}  // namespace dbmig::transfer
