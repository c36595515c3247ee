#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "base/text.hpp"
#include "schema/affinity.hpp"
#include "schema/type.hpp"

namespace dbmig::schema {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

/// How wide the texts are that a type's values turn into, or that it holds.
struct Width {
  std::int64_t characters = 0;
  std::int64_t bytes = 0;
};

/// What exact numbers a type has: all integers of up to `whole` digits, or of `bits` bits when
/// `bits` is set, with `scale` digits after the point.
struct Exact {
  int bits = 0;   ///< integers: value bits, without the sign
  int whole = 0;  ///< decimal digits before the point (integers: of the largest value)
  int scale = 0;
  bool is_signed = true;
};

Exact binary_integer(int bits, bool is_unsigned) {
  // Digits of 2^bits - 1: an integer of `bits` bits fits a decimal that has as many.
  const int value_bits = is_unsigned ? bits : bits - 1;
  const int digits = static_cast<int>(static_cast<double>(value_bits) * 0.30103) + 1;
  return {value_bits, digits, 0, !is_unsigned};
}

std::optional<Exact> exact_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::tinyint:
      return binary_integer(8, type.is_unsigned);
    case TypeKind::smallint:
      return binary_integer(16, type.is_unsigned);
    case TypeKind::mediumint:
      return binary_integer(24, type.is_unsigned);
    case TypeKind::integer:
      return binary_integer(32, type.is_unsigned);
    case TypeKind::bigint:
      return binary_integer(64, type.is_unsigned);
    case TypeKind::boolean:
      return Exact{1, 1, 0, false};
    case TypeKind::bit:
      return binary_integer(type.length.value_or(1), true);
    case TypeKind::decimal: {
      // A bare DECIMAL is DECIMAL(10,0).
      const int scale = type.scale.value_or(0);
      return Exact{0, type.length.value_or(10) - scale, scale, !type.is_unsigned};
    }
    case TypeKind::float_:
    case TypeKind::double_:
    case TypeKind::year:
    case TypeKind::char_:
    case TypeKind::varchar:
    case TypeKind::tinytext:
    case TypeKind::text:
    case TypeKind::mediumtext:
    case TypeKind::longtext:
    case TypeKind::binary:
    case TypeKind::varbinary:
    case TypeKind::tinyblob:
    case TypeKind::blob:
    case TypeKind::mediumblob:
    case TypeKind::longblob:
    case TypeKind::vector:
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::datetime:
    case TypeKind::timestamp:
    case TypeKind::json:
    case TypeKind::uuid:
    case TypeKind::inet4:
    case TypeKind::inet6:
    case TypeKind::enum_:
    case TypeKind::set:
    case TypeKind::geometry:
    case TypeKind::point:
    case TypeKind::linestring:
    case TypeKind::polygon:
    case TypeKind::multipoint:
    case TypeKind::multilinestring:
    case TypeKind::multipolygon:
    case TypeKind::geometrycollection:
    case TypeKind::native:
      return std::nullopt;
  }
  return std::nullopt;
}

bool exact_fits(const Exact& from, const Exact& to) {
  if (from.is_signed && !to.is_signed) return false;
  if (from.scale > to.scale) return false;
  // Two binary integers compare exactly; with a decimal in play, by digits.
  if (from.bits != 0 && to.bits != 0) return from.bits <= to.bits;
  if (to.bits != 0) return from.whole < to.whole;  // 10^(n-1) - 1 always fits n digits of binary
  return from.whole <= to.whole;
}

bool is_float(TypeKind kind) {
  return kind == TypeKind::float_ || kind == TypeKind::double_;
}

/// Whether every number of `from` survives in the floating type `to`.
bool fits_float(const Type& from, const Type& to) {
  if (to.is_unsigned && !from.is_unsigned && from.kind != TypeKind::boolean &&
      from.kind != TypeKind::bit) {
    return false;
  }
  if (is_float(from.kind)) {
    const bool wider = from.kind == TypeKind::float_ || to.kind == TypeKind::double_;
    const bool digits = !to.scale || (from.scale && *from.scale <= *to.scale &&
                                      *from.length - *from.scale <= *to.length - *to.scale);
    return wider && digits;
  }
  const auto exact = exact_of(from);
  if (!exact) return false;
  if (to.scale) {
    return exact->whole <= *to.length - *to.scale && exact->scale <= *to.scale;
  }
  // IEEE 754: 24 and 53 bits hold integers exactly, 6 and 15 decimal digits come back unchanged.
  const bool single = to.kind == TypeKind::float_;
  if (exact->bits != 0) return exact->bits <= (single ? 24 : 53);
  return exact->whole + exact->scale <= (single ? 6 : 15);
}

/// The fixed number of bytes that a type without its own length holds.
std::optional<std::int64_t> byte_limit(TypeKind kind) {
  if (kind == TypeKind::tinytext || kind == TypeKind::tinyblob) return 0xFF;
  if (kind == TypeKind::text || kind == TypeKind::blob) return 0xFFFF;
  if (kind == TypeKind::mediumtext || kind == TypeKind::mediumblob) return 0xFFFFFF;
  if (kind == TypeKind::longtext || kind == TypeKind::longblob || kind == TypeKind::json) {
    return kUnlimited;
  }
  return std::nullopt;
}

Width ascii(std::int64_t characters) {
  return {characters, characters};
}

std::int64_t longest_value(const Type& type, bool all_together) {
  std::int64_t longest = 0;
  std::int64_t sum = 0;
  for (const std::string& value : type.values) {
    const auto length = static_cast<std::int64_t>(text::utf8_length(value));
    longest = std::max(longest, length);
    sum += length + 1;
  }
  return all_together ? std::max<std::int64_t>(sum - 1, 0) : longest;
}

/// The widest text that a value of `type` has; nothing when its values are not text-like.
std::optional<Width> width_as_text(const Type& type) {
  const std::int64_t fraction = type.length ? *type.length + 1 : 0;
  if (const auto exact = exact_of(type)) {
    const std::int64_t point = exact->scale > 0 ? 1 : 0;
    const std::int64_t zero = exact->whole == 0 ? 1 : 0;
    return ascii(exact->whole + exact->scale + point + zero + (exact->is_signed ? 1 : 0));
  }
  if (const auto bytes = byte_limit(type.kind)) return Width{*bytes, *bytes};
  const std::int64_t length = type.length.value_or(1);
  const bool is_enum = type.kind == TypeKind::enum_;
  if (is_enum || type.kind == TypeKind::set) {
    const std::int64_t longest = longest_value(type, !is_enum);
    return Width{longest, longest * 4};
  }
  static constexpr std::array<std::pair<TypeKind, std::int64_t>, 7> kFixed = {
      {{TypeKind::date, 10},
       {TypeKind::year, 4},
       {TypeKind::uuid, 36},
       {TypeKind::inet4, 15},
       {TypeKind::inet6, 39},
       {TypeKind::float_, 24},
       {TypeKind::double_, 24}}};
  for (const auto& [kind, width] : kFixed) {
    if (kind == type.kind) return ascii(width);
  }
  if (type.kind == TypeKind::time) return ascii(10 + fraction);
  if (type.kind == TypeKind::datetime || type.kind == TypeKind::timestamp) {
    return ascii(19 + fraction);
  }
  if (type.kind == TypeKind::char_ || type.kind == TypeKind::varchar) {
    return Width{length, length * 4};
  }
  if (is_binary(type.kind)) return ascii(length);
  return std::nullopt;
}

bool fits_text(const Type& from, const Type& to) {
  // CHAR drops trailing blanks when it is read.
  if (to.kind == TypeKind::char_ && is_text(from.kind) && from.kind != TypeKind::char_)
    return false;
  if (is_binary(from.kind) || from.kind == TypeKind::bit) return false;
  const auto width = width_as_text(from);
  if (!width) return false;
  if (const auto bytes = byte_limit(to.kind)) return width->bytes <= *bytes;
  return width->characters <= to.length.value_or(1);
}

bool fits_binary(const Type& from, const Type& to) {
  if (!is_text(from.kind) && !is_binary(from.kind)) return false;
  // BINARY pads with zero bytes, so that the length of a value is lost.
  if (to.kind == TypeKind::binary && from.kind != TypeKind::binary) return false;
  const auto width = width_as_text(from);
  if (!width) return false;
  return width->bytes <= byte_limit(to.kind).value_or(to.length.value_or(1));
}

bool fits_temporal(const Type& from, const Type& to) {
  if (!is_temporal(from.kind)) return false;
  if (from.length.value_or(0) > to.length.value_or(0)) return false;
  if (from.kind == to.kind) return true;
  // TIMESTAMP ends in 2038 and begins in 1970, so that nothing else fits into it.
  return to.kind == TypeKind::datetime &&
         (from.kind == TypeKind::date || from.kind == TypeKind::timestamp);
}

bool fits_values(const Type& from, const Type& to) {
  if (from.kind == TypeKind::set && to.kind == TypeKind::enum_) return false;
  if (from.kind != TypeKind::enum_ && from.kind != TypeKind::set) return false;
  return std::all_of(from.values.begin(), from.values.end(), [&](const std::string& value) {
    return std::find(to.values.begin(), to.values.end(), value) != to.values.end();
  });
}

constexpr int kBytesOfNumber = 4;

/// A vector is the bytes of its numbers, and only one of as many numbers takes it.
bool fits_vector(const Type& from, const Type& to) {
  if (to.kind == TypeKind::vector) {
    return from.kind == TypeKind::vector && from.length == to.length;
  }
  Type bytes = from;
  bytes.kind = TypeKind::varbinary;
  bytes.length = kBytesOfNumber * from.length.value_or(1);
  return is_binary(to.kind) && fits_binary(bytes, to);
}

bool fits(const Type& from, const Type& to) {
  if (from.kind == TypeKind::native || to.kind == TypeKind::native) {
    return from.kind == to.kind && text::equals_ignoring_case(from.native, to.native);
  }
  if (from.kind == TypeKind::vector || to.kind == TypeKind::vector) return fits_vector(from, to);
  if (is_text(to.kind)) return fits_text(from, to);
  if (is_binary(to.kind)) return fits_binary(from, to);
  if (is_temporal(to.kind)) return fits_temporal(from, to);
  if (is_float(to.kind)) return fits_float(from, to);
  if (to.kind == TypeKind::enum_ || to.kind == TypeKind::set) return fits_values(from, to);
  if (is_geometry(to.kind)) {
    return from.kind == to.kind || (to.kind == TypeKind::geometry && is_geometry(from.kind));
  }
  if (to.kind == TypeKind::inet6)
    return from.kind == TypeKind::inet6 || from.kind == TypeKind::inet4;
  if (to.kind == TypeKind::year) {
    return from.kind == TypeKind::year && (to.length != 2 || from.length == 2);
  }
  if (from.kind == to.kind && !exact_of(to)) return true;
  if (from.kind == TypeKind::year && exact_of(to))
    return exact_fits(binary_integer(12, true), *exact_of(to));
  const auto source = exact_of(from);
  const auto target = exact_of(to);
  return source && target && exact_fits(*source, *target);
}

/// How SQLite stores the values of a type.
Affinity stored_as(const Type& type, bool strict) {
  // ANY is a type of STRICT tables alone, and leaves values as they are. In others it is a name
  // without a meaning, which makes numbers of texts.
  const bool is_any = strict && text::equals_ignoring_case(type.native, "any");
  if (type.kind == TypeKind::native) return is_any ? Affinity::blob : affinity(type.native);
  if (type.kind == TypeKind::decimal || is_temporal(type.kind)) return Affinity::numeric;
  if (is_float(type.kind)) return Affinity::real;
  if (is_numeric(type.kind)) return Affinity::integer;
  return is_binary(type.kind) || is_geometry(type.kind) ? Affinity::blob : Affinity::text;
}

bool fits_on_sqlite(const Type& from, const Type& to, Strictness strict) {
  const Affinity before = stored_as(from, strict.before);
  const Affinity after = stored_as(to, strict.after);
  if (before == after || after == Affinity::blob) return true;
  const auto is_exact = [](Affinity one) {
    return one == Affinity::integer || one == Affinity::numeric;
  };
  return is_exact(before) && (is_exact(after) || after == Affinity::text);
}

/// MariaDB's BOOLEAN is TINYINT(1), and prints itself so.
Type without_alias(Type type) {
  if (type.kind == TypeKind::tinyint && type.length == 1 && !type.is_unsigned) {
    type.kind = TypeKind::boolean;
  }
  return type;
}

}  // namespace

bool is_narrowing(const Type& from, const Type& to) {
  if (from == to) return false;
  return !fits(without_alias(from), without_alias(to));
}

bool is_narrowing_on_sqlite(const Type& from, const Type& to, Strictness strict) {
  const bool is_native = from.kind == TypeKind::native || to.kind == TypeKind::native;
  if (!is_native) return is_narrowing(from, to);
  const bool is_same = from == to && strict.before == strict.after;
  return !is_same && !fits_on_sqlite(from, to, strict);
}

}  // namespace dbmig::schema
