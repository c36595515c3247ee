#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace dbmig::import {

/// Without ASCII spaces and tabs around it.
std::string_view trimmed(std::string_view text);

/// A decimal number in its digits: no leading zeros before the point, no trailing ones behind it.
/// Zero has neither part, and no sign.
struct DecimalText {
  bool negative = false;
  std::string_view integer;
  std::string_view fraction;

  /// Significant digits.
  std::size_t digits() const;
};

/// Parses `[+-]digits[.digits][e[+-]digits]` with at least one digit before the exponent. The parts
/// point into `text`, or into `scratch` when there is an exponent. Nothing when it is not a number,
/// or one whose digits, written out, do not fit `scratch`.
std::optional<DecimalText> parse_decimal(std::string_view text, std::array<char, 512>& scratch);

/// The number in digits, at the start of `out`, which must have room. Returns what was written.
std::string_view write_decimal(const DecimalText& number, char* out);

}  // namespace dbmig::import
