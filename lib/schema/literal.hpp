#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbmig::schema {

// Literals as MariaDB reads them when a column has them as its default, brought into the one form
// in which it prints them. Nothing is returned for what it would reject or change.

/// SQL for a default that was written as text and meant as SQL, valid on both databases: `now`,
/// `now()` and their like are CURRENT_TIMESTAMP. Other texts as they are.
std::string portable_default(std::string_view text);

/// An exact number: `[-]whole[.fraction]`, without a superfluous sign or zero. Reads decimals,
/// exponents and `0x` integers.
struct ExactNumber {
  bool negative = false;
  std::string whole;     ///< at least one digit
  std::string fraction;  ///< no zeros at the end; may be empty
};
std::optional<ExactNumber> parse_number(std::string_view text);
std::string to_string(const ExactNumber& number);

/// `YYYY-MM-DD`, from any punctuation between the parts, one-digit months and days, or eight
/// digits. Zero dates are dates: MariaDB takes them unless its sql_mode says otherwise.
std::optional<std::string> canonical_date(std::string_view text);

/// `[-]HH:MM:SS[.fraction]` with exactly `digits` digits in the fraction. Digits that would be lost
/// must be zero.
std::optional<std::string> canonical_time(std::string_view text, int digits);

/// `YYYY-MM-DD HH:MM:SS[.fraction]`; the time may be left out, and a `T` may stand before it.
std::optional<std::string> canonical_datetime(std::string_view text, int digits);

/// Lower case with dashes, from 32 hexadecimal digits with or without dashes and braces.
std::optional<std::string> canonical_uuid(std::string_view text);

/// An address in the form that inet_ntop(3) prints.
std::optional<std::string> canonical_inet4(std::string_view text);
std::optional<std::string> canonical_inet6(std::string_view text);

}  // namespace dbmig::schema
