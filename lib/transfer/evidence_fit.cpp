// Whether an existing column holds the values of a file. See evidence.hpp.
#include <algorithm>

#include "schema/literal.hpp"
#include "transfer/evidence.hpp"
#include "transfer/evidence_kinds.hpp"

namespace dbmig::transfer {
namespace {

using schema::Type;
using schema::TypeKind;

int bits_of(TypeKind kind) {
  if (kind == TypeKind::tinyint) return 8;
  if (kind == TypeKind::smallint) return 16;
  if (kind == TypeKind::mediumint) return 24;
  return kind == TypeKind::integer ? 32 : 64;
}

bool is_in_range(const Type& type, std::int64_t lowest, std::int64_t highest) {
  const int bits = bits_of(type.kind);
  if (type.is_unsigned && lowest < 0) return false;
  if (bits == 64) return true;
  const std::int64_t end = std::int64_t{1} << (type.is_unsigned ? bits : bits - 1);
  return highest < end && (type.is_unsigned || lowest >= -end);
}

int scale_of(const Type& type) {
  return type.scale.value_or(0);
}

/// Digits before the decimal point.
int whole_digits_of(const Type& type) {
  if (type.kind == TypeKind::decimal) return type.length.value_or(10) - scale_of(type);
  constexpr int kInteger32 = 10;
  return bits_of(type.kind) == 64 ? 20 : kInteger32;
}

std::uint64_t most_bytes_of(TypeKind kind) {
  if (kind == TypeKind::tinytext) return 255;
  if (kind == TypeKind::text) return 65535;
  return kind == TypeKind::mediumtext ? (1U << 24U) - 1 : UINT32_MAX;
}

/// The number of characters that a value of the type may have as text; 0: unlimited.
std::uint64_t characters_of(const Type& type) {
  if (type.kind == TypeKind::char_ || type.kind == TypeKind::varchar) {
    return static_cast<std::uint64_t>(type.length.value_or(1));
  }
  if (schema::is_integer(type.kind)) return 20;
  if (type.kind == TypeKind::decimal) {
    return static_cast<std::uint64_t>(type.length.value_or(10) + 2);
  }
  if (type.kind == TypeKind::enum_) {
    std::uint64_t longest = 1;
    for (const std::string& value : type.values) {
      longest = std::max<std::uint64_t>(longest, value.size());
    }
    return longest;
  }
  constexpr std::uint64_t kAny = 36;  // a UUID; dates, times and numbers are shorter
  const bool is_bounded = schema::is_temporal(type.kind) || schema::is_numeric(type.kind) ||
                          type.kind == TypeKind::uuid;
  return is_bounded ? kAny : 0;
}

bool holds_fraction(const Type& type, std::uint32_t digits) {
  return digits <= static_cast<std::uint32_t>(type.length.value_or(0));
}

}  // namespace

bool Evidence::fit(const Type& type) const {
  const auto is = [this](std::uint32_t kind) { return (could_be_ & kind) != 0; };
  const bool is_whole = is(kInteger) && is(kInt64);
  if (type.kind == TypeKind::char_ || type.kind == TypeKind::varchar) {
    return most_characters_ <= characters_of(type);
  }
  if (schema::is_text(type.kind)) return most_bytes_ <= most_bytes_of(type.kind);
  if (schema::is_integer(type.kind)) return is_whole && is_in_range(type, lowest_, highest_);
  if (type.kind == TypeKind::boolean) {
    return is(kBoolean) || (is_whole && lowest_ >= 0 && highest_ <= 1);
  }
  if (type.kind == TypeKind::decimal) {
    // Decimals take whole numbers with exponents.
    return (is(kDecimal) || (is(kReal) && is(kWholePowers))) &&
           static_cast<int>(whole_digits()) <= whole_digits_of(type) &&
           static_cast<int>(scale_) <= scale_of(type);
  }
  if (type.kind == TypeKind::double_) {
    constexpr std::uint32_t kDoubleDigits = 15;
    return is(kReal) &&
           (is(kDecimal) ? integer_digits_ + scale_ <= kDoubleDigits : is(kDoubleWhole));
  }
  if (type.kind == TypeKind::date) return this->type().kind == TypeKind::date;
  if (type.kind == TypeKind::datetime || type.kind == TypeKind::timestamp) {
    const TypeKind found = this->type().kind;
    return (found == TypeKind::date || found == TypeKind::datetime) &&
           holds_fraction(type, is(kDatetime) ? fraction_ : 0);
  }
  if (type.kind == TypeKind::time) return is(kTime) && holds_fraction(type, fraction_);
  if (type.kind == TypeKind::enum_) {
    return !has_many_words_ &&
           std::all_of(words_.begin(), words_.end(), [&](const std::string& word) {
             return std::find(type.values.begin(), type.values.end(), word) != type.values.end();
           });
  }
  if (type.kind == TypeKind::uuid) return is(kUuid);
  if (type.kind == TypeKind::json) return is(kJson);
  return true;  // only the import can check other types
}

Type Evidence::as_text(std::uint64_t own_characters) const {
  const int length = with_headroom(std::max(most_characters_, own_characters));
  if (length != 0) return type_of(TypeKind::varchar, length);
  constexpr std::uint64_t kText = 65535;
  return type_of(most_bytes_ + most_bytes_ / 4 <= kText ? TypeKind::text : TypeKind::longtext);
}

std::optional<Type> Evidence::wider_than(const Type& own) const {
  if (values_ == 0 || fit(own)) return std::nullopt;
  const Type found = type();
  const auto is_exact = [](TypeKind kind) {
    return schema::is_integer(kind) || kind == TypeKind::decimal;
  };
  if (schema::is_integer(own.kind) && schema::is_integer(found.kind) &&
      !(own.is_unsigned && own.kind == TypeKind::bigint)) {
    const bool is_small = is_in_range(type_of(TypeKind::integer), lowest_, highest_) &&
                          (own.kind != TypeKind::integer || !own.is_unsigned);
    return type_of(is_small ? TypeKind::integer : TypeKind::bigint);
  }
  if (is_exact(own.kind) && is_exact(found.kind)) {
    const int scale = std::max(scale_of(own), static_cast<int>(scale_));
    const int whole = std::max(whole_digits_of(own), static_cast<int>(whole_digits()));
    if (scale <= kMaxDecimalPlaces && whole + scale <= kMaxDecimalDigits) {
      return type_of(TypeKind::decimal, whole + scale, scale);
    }
  }
  const bool is_small = schema::is_integer(own.kind) && own.kind != TypeKind::bigint;
  if (is_small && found.kind == TypeKind::double_) return found;
  const bool has_time = found.kind == TypeKind::datetime || found.kind == TypeKind::time;
  if (has_time && (own.kind == found.kind || own.kind == TypeKind::timestamp ||
                   (own.kind == TypeKind::date && found.kind == TypeKind::datetime))) {
    Type type = found;
    if (own.kind != TypeKind::date) {
      type.kind = own.kind;
      if (own.length.value_or(0) > found.length.value_or(0)) type.length = own.length;
    }
    return type;
  }
  if (own.kind == TypeKind::enum_ && (could_be_ & kWord) != 0 && !has_many_words_) {
    Type type = own;
    for (const std::string& word : words_) {
      if (std::find(type.values.begin(), type.values.end(), word) == type.values.end()) {
        type.values.push_back(word);
      }
    }
    return type;
  }
  const std::uint64_t characters = characters_of(own);
  if (characters == 0) return type_of(TypeKind::longtext);
  return as_text(characters);
}

}  // namespace dbmig::transfer
