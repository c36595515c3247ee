// The evidence of numbers. See evidence.hpp.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "import/number_text.hpp"
#include "transfer/evidence.hpp"
#include "transfer/evidence_kinds.hpp"

namespace dbmig::transfer {
namespace {

using ascii::is_digit;

std::string_view leading_digits(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return text.substr(0, n);
}

struct Numeral {
  bool is_negative = false;
  std::string_view whole;
  std::string_view fraction;
  bool has_exponent = false;
};

/// `-12.50e3`. A leading zero or plus means that it is a code, not a number.
std::optional<Numeral> numeral(std::string_view value) {
  Numeral result;
  result.is_negative = !value.empty() && value.front() == '-';
  if (result.is_negative) value.remove_prefix(1);
  result.whole = leading_digits(value);
  value.remove_prefix(result.whole.size());
  if (result.whole.size() > 1 && result.whole.front() == '0') return std::nullopt;
  if (!value.empty() && value.front() == '.') {
    result.fraction = leading_digits(value.substr(1));
    if (result.fraction.empty()) return std::nullopt;
    value.remove_prefix(result.fraction.size() + 1);
  }
  if (result.whole.empty() && result.fraction.empty()) return std::nullopt;
  if (value.empty()) return result;
  if (value.front() != 'e' && value.front() != 'E') return std::nullopt;
  value.remove_prefix(1);
  if (!value.empty() && (value.front() == '-' || value.front() == '+')) value.remove_prefix(1);
  const std::string_view exponent = leading_digits(value);
  if (exponent.empty() || exponent.size() != value.size()) return std::nullopt;
  result.has_exponent = true;
  return result;
}

bool is_finite(std::string_view value) {
  double parsed = 0;
  return std::from_chars(value.data(), value.data() + value.size(), parsed).ec == std::errc{};
}

bool is_exact_double(std::int64_t value) {
  constexpr std::int64_t kAlwaysExact = std::int64_t{1} << 53U;
  if (value >= -kAlwaysExact && value <= kAlwaysExact) return true;
  // Below 10^18 the double is in the range of integers, too.
  return static_cast<std::int64_t>(static_cast<double>(value)) == value;
}

/// Whether a double holds a whole number of any length exactly.
bool is_exact_double(std::string_view digits) {
  double value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return parsed.ec == std::errc{} && fmt::format("{:.0f}", value) == digits;
}

}  // namespace

void Evidence::note_number(std::int64_t value) {
  lowest_ = has_numbers_ ? std::min(lowest_, value) : value;
  highest_ = has_numbers_ ? std::max(highest_, value) : value;
  has_numbers_ = true;
}

/// The fast path of count_digits(): at most 18 digits and no exponent. False for other numerals,
/// which were not counted.
bool Evidence::count_plain_digits(std::string_view value) {
  constexpr std::size_t kMaxDigits = 18;
  constexpr std::int64_t kTen = 10;
  const bool is_negative = !value.empty() && value.front() == '-';
  const std::size_t begin = is_negative ? 1 : 0;
  if (value.size() > kMaxDigits) return false;
  std::int64_t number = 0;
  std::size_t at = begin;
  for (; at < value.size() && is_digit(value[at]); ++at) number = number * kTen + (value[at] - '0');
  const std::size_t whole = at - begin;
  if (whole == 0 || (whole > 1 && value[begin] == '0')) return false;
  std::size_t places = 0;
  if (at < value.size()) {
    if (value[at] != '.') return false;
    for (++at; at < value.size() && is_digit(value[at]); ++at) ++places;
    if (places == 0 || at < value.size()) return false;
    could_be_ &= ~kInteger;
    scale_ = std::max(scale_, static_cast<std::uint32_t>(places));
  } else {
    note_number(is_negative ? -number : number);
    if ((could_be_ & kDoubleWhole) != 0 && !is_exact_double(number)) could_be_ &= ~kDoubleWhole;
  }
  integer_digits_ = std::max(integer_digits_, static_cast<std::uint32_t>(whole));
  return true;
}

/// A number with an exponent.
void Evidence::note_power(std::string_view value) {
  could_be_ &= ~(kInteger | kDecimal);
  if (!is_finite(value)) could_be_ &= ~kReal;
  std::array<char, 512> scratch;
  const auto number = import::parse_decimal(value, scratch);
  if (!number || !number->fraction.empty()) {
    could_be_ &= ~kWholePowers;
    return;
  }
  power_digits_ = std::max(power_digits_, static_cast<std::uint32_t>(number->integer.size()));
}

void Evidence::count_digits(std::string_view value) {
  if (decimal_ == '.') {
    note_numeral(value);
    return;
  }
  // A point is no mark then, and neither is it one of thousands.
  std::string number(value);
  std::replace(number.begin(), number.end(), '.', ' ');
  std::replace(number.begin(), number.end(), decimal_, '.');
  note_numeral(number);
}

void Evidence::note_numeral(std::string_view value) {
  if (count_plain_digits(value)) return;
  const auto found = numeral(value);
  if (!found) {
    could_be_ &= ~(kInteger | kDecimal | kReal);
    return;
  }
  if (found->has_exponent) {
    note_power(value);
    return;
  }
  constexpr std::size_t kSurelyFinite = 300;  // number of digits of the largest double
  if (found->whole.size() > kSurelyFinite && !is_finite(value)) could_be_ &= ~(kDecimal | kReal);
  integer_digits_ = std::max(integer_digits_, static_cast<std::uint32_t>(found->whole.size()));
  scale_ = std::max(scale_, static_cast<std::uint32_t>(found->fraction.size()));
  if (!found->fraction.empty()) {
    could_be_ &= ~(kInteger | kInt64);
    return;
  }
  if ((could_be_ & kDoubleWhole) != 0 && !is_exact_double(found->whole)) {
    could_be_ &= ~kDoubleWhole;
  }
  std::int64_t whole = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), whole);
  if (parsed.ec != std::errc{} || parsed.ptr != value.data() + value.size()) {
    could_be_ &= ~kInt64;
    return;
  }
  note_number(whole);
}

/// Whether decimals hold all numbers exactly. Those with exponents are doubles, unless a whole
/// number next to them would lose digits as one.
bool Evidence::is_decimal() const {
  if ((could_be_ & kDecimal) != 0) return true;
  return (could_be_ & kReal) != 0 && (could_be_ & kDoubleWhole) == 0 &&
         (could_be_ & kWholePowers) != 0;
}

std::uint32_t Evidence::whole_digits() const {
  return std::max(integer_digits_, power_digits_);
}

std::string_view Evidence::key_text(std::string_view value) {
  constexpr std::string_view kMinusZero = "-0";
  const auto may_be_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  if (value.empty()) return value;
  const bool is_trimmed = !may_be_blank(value.front()) && !may_be_blank(value.back());
  if (is_trimmed && value != kMinusZero) return value;
  const std::string_view number = text::trim(value);
  if (number == kMinusZero) return number.substr(1);
  const auto found = numeral(number);
  return found && found->fraction.empty() && !found->has_exponent ? number : value;
}

}  // namespace dbmig::transfer
