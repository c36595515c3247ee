// Converter's rules for numbers. See converter.hpp.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "base/text.hpp"
#include "import/converter.hpp"
#include "import/number_text.hpp"

namespace dbmig::import {
namespace {

using backend::Cell;

/// Decimal digits that a double always keeps, and that SQLite prints.
constexpr std::size_t kDoubleDigits = 15;

constexpr std::uint64_t kMaxSigned = std::numeric_limits<std::int64_t>::max();

/// From here on, numbers no longer round to the largest float: it plus half of its last binary
/// digit.
const double kFloatEnd = double{std::numeric_limits<float>::max()} + std::ldexp(1.0, 103);

/// Whether `number` is the shortest exact form of `value`, so that it can be read back unchanged.
bool is_shortest_form(const DecimalText& number, double value) {
  constexpr std::size_t kShortestDigits = 17;
  if (number.digits() > kShortestDigits) return false;
  std::array<char, 32> written;
  const auto [end, failure] = std::to_chars(written.data(), written.data() + written.size(), value);
  if (failure != std::errc{}) return false;
  std::array<char, 512> scratch;
  const auto read = parse_decimal({written.data(), end}, scratch);
  return read && read->negative == number.negative && read->integer == number.integer &&
         read->fraction == number.fraction;
}

std::optional<bool> boolean_word(std::string_view text) {
  if (text.size() == 1 && (text[0] == '1' || text[0] == '0')) return text[0] == '1';
  for (const std::string_view word : {"true", "t", "yes", "y", "on"}) {
    if (text::equals_ignoring_case(text, word)) return true;
  }
  for (const std::string_view word : {"false", "f", "no", "n", "off"}) {
    if (text::equals_ignoring_case(text, word)) return false;
  }
  return std::nullopt;
}

/// Whether a column of `type` is meant for texts, although SQLite may store numbers in it.
bool is_for_texts(const schema::Type& type) {
  return type.kind != schema::TypeKind::native && type.kind != schema::TypeKind::json;
}

/// The value of a text that is a plain 64-bit integer.
template <class Integer>
bool parse_whole(std::string_view text, Integer& value) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return false;
  }
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size();
}

/// The value of bits as SQL writes them (b'0101' and 0b0101), of a whole number, or, with
/// `is_flag`, of a boolean. `too_long` if it has more than 64 bits.
std::optional<std::uint64_t> bit_value(std::string_view text, bool is_flag, bool& too_long) {
  std::string_view bits;
  if (text.size() > 3 && (text[0] == 'b' || text[0] == 'B') && text[1] == '\'' &&
      text.back() == '\'') {
    bits = text.substr(2, text.size() - 3);
  } else if (text.size() > 2 && text[0] == '0' && (text[1] == 'b' || text[1] == 'B')) {
    bits = text.substr(2);
  }
  std::uint64_t value = 0;
  if (!bits.empty()) {
    const auto [end, failure] = std::from_chars(bits.data(), bits.data() + bits.size(), value, 2);
    if (end != bits.data() + bits.size()) return std::nullopt;
    too_long = failure == std::errc::result_out_of_range;
    return value;
  }
  if (const auto word = boolean_word(text); word && is_flag) return *word ? 1 : 0;
  if (parse_whole(text, value)) return value;
  // Other programs write `1.0`.
  std::array<char, 512> scratch;
  std::array<char, 24> digits;
  const auto number = parse_decimal(text, scratch);
  if (!number || number->negative || !number->fraction.empty() || number->integer.size() > 20 ||
      !parse_whole(write_decimal(*number, digits.data()), value)) {
    return std::nullopt;
  }
  return value;
}

/// The value of a decimal without a fraction that fits into 64 bits.
bool to_signed(const DecimalText& number, std::int64_t& value) {
  if (!number.fraction.empty() || number.integer.size() > 19) return false;
  std::array<char, 24> digits;
  return parse_whole(write_decimal(number, digits.data()), value);
}

}  // namespace

bool Converter::convert_integer(std::string_view text, Cell& cell, std::string& reason) const {
  const auto out_of_range = [&] {
    reason = fmt::format("is out of range for {} ({} to {})", schema::to_string(column_.type),
                         lowest_, highest_);
    return false;
  };
  std::array<char, 24> digits;
  std::array<char, 512> scratch;
  std::string_view whole = text;
  std::int64_t value = 0;
  std::uint64_t large = 0;
  bool is_signed = parse_whole(whole, value);
  if (!is_signed && !parse_whole(whole, large)) {
    // `5.0` and `1e3` are integers too: other programs write them so.
    const auto number = parse_decimal(text, scratch);
    if (!number) {
      reason = "is not an integer";
      return false;
    }
    if (!number->fraction.empty()) {
      reason = fmt::format("has a fraction, and the column is {}", schema::to_string(column_.type));
      return false;
    }
    if (number->integer.size() > 20) return out_of_range();
    whole = write_decimal(*number, digits.data());
    is_signed = parse_whole(whole, value);
    if (!is_signed && !parse_whole(whole, large)) return out_of_range();
  }
  if (is_signed) {
    if (value < lowest_ || (value > 0 && static_cast<std::uint64_t>(value) > highest_)) {
      return out_of_range();
    }
    large = static_cast<std::uint64_t>(value);
  } else if (large > highest_) {
    return out_of_range();
  }
  const bool as_unsigned = column_.type.is_unsigned && ranges_->max_unsigned > kMaxSigned;
  cell = as_unsigned ? Cell::of_unsigned(large) : Cell::of(static_cast<std::int64_t>(large));
  return true;
}

bool Converter::convert_boolean(std::string_view text, Cell& cell, std::string& reason) const {
  const auto value = boolean_word(text);
  if (!value) {
    // Other programs write `1.0` for true. MariaDB's boolean is TINYINT(1), which also holds other
    // numbers of one byte; SQLite's is a convention of 0 and 1.
    std::array<char, 512> scratch;
    const auto number = parse_decimal(text, scratch);
    std::int64_t whole = 0;
    if (number && to_signed(*number, whole) && whole >= ranges_->min_boolean &&
        whole <= ranges_->max_boolean) {
      cell = Cell::of(whole);
      return true;
    }
    reason = "is not a boolean (true, false, t, f, yes, no, y, n, on, off, 1, 0)";
    if (number && ranges_->max_boolean > 1) {
      reason = fmt::format("is not a boolean (true, false, or a whole number from {} to {})",
                           ranges_->min_boolean, ranges_->max_boolean);
    }
    return false;
  }
  cell = Cell::of(std::int64_t{*value ? 1 : 0});
  return true;
}

/// The value of the bytes of a BIT column, as many as the column has.
std::optional<std::uint64_t> Converter::bits_of_bytes(std::string_view text) const {
  const auto bits = static_cast<std::size_t>(column_.type.length.value_or(1));
  if (text.size() != (bits + 7) / 8) return std::nullopt;
  std::uint64_t value = 0;
  for (const char byte : text) value = value << 8U | static_cast<unsigned char>(byte);
  return value <= highest_ ? std::optional(value) : std::nullopt;
}

/// The value of a digit for each bit of the column.
std::optional<std::uint64_t> Converter::bits_of_digits(std::string_view text) const {
  const auto bits = static_cast<std::size_t>(column_.type.length.value_or(1));
  if (text.size() != bits || text.find_first_not_of("01") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char digit : text) value = value << 1U | static_cast<std::uint64_t>(digit - '0');
  return value <= highest_ ? std::optional(value) : std::nullopt;
}

bool Converter::convert_bit(std::string_view text, Cell& cell, std::string& reason) const {
  const auto store = [&](std::uint64_t value) {
    cell = ranges_->max_unsigned > kMaxSigned ? Cell::of_unsigned(value)
                                              : Cell::of(static_cast<std::int64_t>(value));
    return true;
  };
  const auto bits = static_cast<std::size_t>(column_.type.length.value_or(1));
  if (format_.bits == BitText::bytes) {
    if (const auto value = bits_of_bytes(text)) return store(*value);
    // The bytes of digits are larger than any value of so few bits: they can only be meant as such.
    constexpr std::size_t kBelowDigits = 5;
    if (bits > kBelowDigits) {
      reason = fmt::format("does not have the {} of a {}, as this format writes them",
                           text::count((bits + 7) / 8, "byte"), schema::to_string(column_.type));
      return false;
    }
  }
  text = trimmed(text);
  const auto as_digits = bits_of_digits(text);
  if (format_.bits == BitText::digits && as_digits) return store(*as_digits);
  bool too_long = false;
  const auto value = bit_value(text, highest_ == 1, too_long);
  if (!value) {
    reason = "is not a bit value (a number, or bits as in b'0101')";
    return false;
  }
  if (too_long || *value > highest_) {
    reason =
        fmt::format("is out of range for {} (0 to {})", schema::to_string(column_.type), highest_);
    return false;
  }
  if (as_digits && *as_digits != *value) {
    reason = fmt::format(
        "may be the number {} or the bits of {}; write bits as b'{}', numbers without leading "
        "zeros; if PostgreSQL wrote the file, use --format pg-csv",
        *value, *as_digits, text);
    return false;
  }
  return store(*value);
}

bool Converter::convert_year(std::string_view text, Cell& cell, std::string& reason) const {
  std::int64_t value = 0;
  std::array<char, 512> scratch;
  const auto number = parse_decimal(text, scratch);
  // Programs whose integers cannot be missing write a year as `2024.0`.
  const std::string_view digits =
      text.substr(0, std::min<std::size_t>(text.find('.'), text.size()));
  if (digits.size() != 4 || !parse_whole(digits, value) || !number || !number->fraction.empty()) {
    reason = "is not a year of four digits";
    return false;
  }
  if (value != 0 && (value < 1901 || value > 2155)) {
    reason = "is out of range for year (1901 to 2155)";
    return false;
  }
  cell = Cell::of(value);
  return true;
}

bool Converter::convert_decimal(std::string_view text, Cell& cell, std::string& reason) {
  std::array<char, 512> scratch;
  const auto number = parse_decimal(text, scratch);
  if (!number) {
    reason = "is not a decimal number";
    return false;
  }
  const schema::Type& type = column_.type;
  // Other types get here by their affinity: their length is not that of a number.
  const bool is_bounded = type.kind == schema::TypeKind::decimal &&
                          (type.length.has_value() || ranges_->exact_decimals);
  const auto precision = static_cast<std::size_t>(type.length.value_or(10));
  const auto scale = static_cast<std::size_t>(type.scale.value_or(0));
  if (type.is_unsigned && number->negative) {
    reason = fmt::format("is negative, and the column is {}", schema::to_string(type));
    return false;
  }
  if (is_bounded && number->fraction.size() > scale) {
    reason =
        fmt::format("has {} after the point, and {} stores {}",
                    text::count(number->fraction.size(), "digit"), schema::to_string(type), scale);
    return false;
  }
  if (is_bounded && number->integer.size() > precision - scale) {
    reason = fmt::format("has {} before the point, and {} holds {}",
                         text::count(number->integer.size(), "digit"), schema::to_string(type),
                         precision - scale);
    return false;
  }
  if (ranges_->exact_decimals) {
    cell = Cell::of_text(write_decimal(*number, scratch_.data()));
    return true;
  }
  // SQLite has no decimals: integers are exact up to 64 bits, others up to 15 digits, or if they
  // are the digits of a floating-point number itself.
  std::int64_t whole = 0;
  if (to_signed(*number, whole)) {
    cell = Cell::of(whole);
    return true;
  }
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  double value = 0;
  if (const auto read = short_real(digits)) {
    value = *read;
  } else {
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc{} || end != digits.data() + digits.size()) {
      reason = "is out of range";
      return false;
    }
  }
  if (number->digits() > kDoubleDigits && !is_shortest_form(*number, value)) {
    reason = fmt::format("has {} significant digits, and SQLite keeps {}", number->digits(),
                         kDoubleDigits);
    return false;
  }
  cell = Cell::of(value);
  return true;
}

bool Converter::convert_real(std::string_view text, Cell& cell, std::string& reason) const {
  const schema::Type& type = column_.type;
  std::string_view digits = text;
  if (digits.size() > 1 && digits.front() == '+' && digits[1] != '-') digits.remove_prefix(1);
  double value = 0;
  std::errc failure{};
  if (const auto read = short_real(digits)) {
    value = *read;
  } else {
    const char* const end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, value);
    failure = result.ec;
    const bool complete = result.ptr == end && !digits.empty();
    if (!complete || failure == std::errc::invalid_argument || !std::isfinite(value)) {
      reason = "is not a number";
      return false;
    }
  }
  const bool is_float = type.kind == schema::TypeKind::float_ && ranges_->short_floats;
  if (failure == std::errc::result_out_of_range || (is_float && std::fabs(value) >= kFloatEnd)) {
    reason = fmt::format("is out of range for {}", schema::to_string(type));
    return false;
  }
  if (is_float) {
    // The nearest float, which the server stores unchanged; the server would not round a number
    // beyond the largest one.
    const double nearest{static_cast<float>(value)};
    if (value != 0 && nearest == 0) {
      reason = fmt::format("is too small for {}, which would store 0", schema::to_string(type));
      return false;
    }
    value = nearest;
  }
  if (type.is_unsigned && value < 0) {
    reason = fmt::format("is negative, and the column is {}", schema::to_string(type));
    return false;
  }
  if (type.scale && type.length) {
    std::array<char, 512> scratch;
    const auto number = parse_decimal(text, scratch);
    if (number && number->fraction.size() > static_cast<std::size_t>(*type.scale)) {
      reason = fmt::format("has {} after the point, and {} stores {}",
                           text::count(number->fraction.size(), "digit"), schema::to_string(type),
                           *type.scale);
      return false;
    }
  }
  cell = Cell::of(value);
  return true;
}

/// A type that only SQLite knows and whose column turns text that looks like a number into one:
/// exactly, or the value is refused.
bool Converter::convert_native_number(std::string_view text, Cell& cell, std::string& reason) {
  std::array<char, 512> scratch;
  const auto number = parse_decimal(trimmed(text), scratch);
  if (!number) return convert_native_text(text, cell, reason);
  return keeps_number(text, reason) && convert_decimal(trimmed(text), cell, reason);
}

/// Whether SQLite, which stores `text` as a number, keeps what it says. Numbers may be written in
/// several ways; leading zeros belong to a text, such as a code, and a column of texts keeps all
/// characters or none.
bool Converter::keeps_number(std::string_view text, std::string& reason) const {
  std::array<char, 512> scratch;
  std::array<char, 512 + 2> written;
  const auto number = parse_decimal(trimmed(text), scratch);
  if (!number) return true;
  const std::string_view stored = write_decimal(*number, written.data());
  if (stored == text) return true;
  std::string_view digits = trimmed(text);
  if (!digits.empty() && digits.front() == '-') digits.remove_prefix(1);
  const bool is_padded =
      digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
  const bool is_code = is_padded || (!digits.empty() && digits.front() == '+');
  if (!is_code && !is_for_texts(column_.type)) return true;
  reason = fmt::format(
      "would be stored as the number {}: SQLite makes numbers of such texts in a column of this "
      "type; declare the column TEXT",
      stored);
  return false;
}

}  // namespace dbmig::import
