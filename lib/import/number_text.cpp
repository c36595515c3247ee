#include "import/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>

#include "base/ascii.hpp"

namespace dbmig::import {
namespace {

using ascii::is_digit;

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

std::string_view take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

DecimalText strip(bool negative, std::string_view integer, std::string_view fraction) {
  while (!integer.empty() && integer.front() == '0') integer.remove_prefix(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  return {negative && !(integer.empty() && fraction.empty()), integer, fraction};
}

/// The digits with the point moved `exponent` places to the right.
std::optional<DecimalText> shifted(const DecimalText& number, long exponent,
                                   std::array<char, 512>& scratch) {
  const std::size_t digits = number.integer.size() + number.fraction.size();
  if (digits == 0) return DecimalText{};
  const long limit = static_cast<long>(scratch.size());
  if (exponent > limit || exponent < -limit) return std::nullopt;
  const long point = static_cast<long>(number.integer.size()) + exponent;
  const long before = std::max(point, 0L);
  const long lead = std::max(-point, 0L);
  const long total = lead + std::max(static_cast<long>(digits), before);
  if (total > limit) return std::nullopt;
  std::fill_n(scratch.data(), total, '0');
  char* at = scratch.data() + lead;
  at = std::copy(number.integer.begin(), number.integer.end(), at);
  std::copy(number.fraction.begin(), number.fraction.end(), at);
  const std::string_view all(scratch.data(), static_cast<std::size_t>(total));
  const auto cut = static_cast<std::size_t>(before);
  return strip(number.negative, all.substr(0, cut), all.substr(cut));
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t DecimalText::digits() const {
  if (!integer.empty() && !fraction.empty()) return integer.size() + fraction.size();
  if (!integer.empty()) {
    const std::size_t last = integer.find_last_not_of('0');
    return last + 1;
  }
  const std::size_t first = fraction.find_first_not_of('0');
  return first == std::string_view::npos ? 0 : fraction.size() - first;
}

std::optional<DecimalText> parse_decimal(std::string_view text, std::array<char, 512>& scratch) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const std::string_view integer = take_digits(text);
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (integer.empty() && fraction.empty()) return std::nullopt;
  const DecimalText number = strip(negative, integer, fraction);
  if (text.empty()) return number;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  if (text.size() > 1 && text.front() == '+' && is_digit(text[1])) text.remove_prefix(1);
  long exponent = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return shifted(number, exponent, scratch);
}

std::optional<double> short_real(std::string_view text) {
  // Numbers up to 2^53 and powers of ten up to 10^22 are doubles, and one division rounds once.
  constexpr std::size_t kMostDigits = 15;
  constexpr std::array<double, kMostDigits + 1> kPowers = {
      1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative) text.remove_prefix(1);
  std::uint64_t number = 0;
  std::size_t point = text.size();
  if (text.empty() || text.size() > kMostDigits + 1) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      number = number * 10 + static_cast<std::uint64_t>(text[i] - '0');
    } else if (text[i] == '.' && point == text.size()) {
      point = i;
    } else {
      return std::nullopt;
    }
  }
  const bool has_point = point != text.size();
  const std::size_t digits = text.size() - (has_point ? 1 : 0);
  if (digits == 0 || digits > kMostDigits) return std::nullopt;
  const double value = static_cast<double>(number) / kPowers[has_point ? digits - point : 0];
  return is_negative ? -value : value;
}

std::string_view write_decimal(const DecimalText& number, char* out) {
  char* at = out;
  if (number.negative) *at++ = '-';
  if (number.integer.empty()) *at++ = '0';
  at = std::copy(number.integer.begin(), number.integer.end(), at);
  if (!number.fraction.empty()) {
    *at++ = '.';
    at = std::copy(number.fraction.begin(), number.fraction.end(), at);
  }
  return {out, static_cast<std::size_t>(at - out)};
}

}  // namespace dbmig::import
