#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace dbmig::import {

/// `text` without spaces and tabs around it.
std::string_view trimmed(std::string_view text);

/// The digits of a decimal number: no leading zeros before the point, no trailing ones after it.
/// Zero has neither part, and no sign.
struct DecimalText {
  bool negative = false;
  std::string_view integer;
  std::string_view fraction;

  /// Significant digits.
  std::size_t digits() const;
};

/// Parses `[+-]digits[.digits][e[+-]digits]` with at least one digit before the exponent. The parts
/// refer to `text`, or to `scratch` if there is an exponent. Nothing if it is not a number, or if
/// its digits, written out, do not fit into `scratch`.
std::optional<DecimalText> parse_decimal(std::string_view text, std::array<char, 512>& scratch);

/// The double nearest to `[-]digits[.digits]` with up to 15 digits: as std::from_chars(), in a
/// third of its time. Nothing if the text is not so short or not of this form.
std::optional<double> short_real(std::string_view text);

/// Writes the number's digits to `out`, which must have room. Returns what was written.
std::string_view write_decimal(const DecimalText& number, char* out);

}  // namespace dbmig::import
