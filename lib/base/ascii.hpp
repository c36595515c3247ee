#pragma once

namespace dbmig::ascii {

// Like <cctype>, but never by the locale.

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace dbmig::ascii
