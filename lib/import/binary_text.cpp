#include "import/binary_text.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/hex.hpp"
#include "import/shown.hpp"

namespace dbmig::import {
namespace {

/// The value of a base64 digit, -1 for none. RFC 4648, sections 4 and 5.
int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

/// `text` without the marks of hexadecimal notations: 0x (SQL, C), \x (PostgreSQL), x'…' (SQL,
/// SQLite's shell).
std::string_view without_marks(std::string_view text) {
  const std::string_view first = text.substr(0, 2);
  if (first == "0x" || first == "0X" || first == "\\x") return text.substr(2);
  if ((first == "x'" || first == "X'") && text.size() > 2 && text.back() == '\'') {
    return text.substr(2, text.size() - 3);
  }
  return text;
}

}  // namespace

bool looks_like_hex(std::string_view text) {
  const std::string_view digits = without_marks(text);
  return digits.size() != text.size() && !digits.empty() && digits.size() % 2 == 0 &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return hex_digit(c) >= 0; });
}

bool decode_hex(std::string_view text, std::string& bytes, std::string& reason) {
  const std::string_view digits = without_marks(text);
  bytes.clear();
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = hex_digit(digits[i]);
    if (digit < 0) {
      reason = fmt::format("is not hexadecimal: {}; --binary raw stores fields as they are",
                           shown(digits.substr(i, 1)));
      return false;
    }
    if (i % 2 == 0) {
      bytes.push_back(static_cast<char>(digit << 4));
    } else {
      bytes.back() = static_cast<char>(bytes.back() | digit);
    }
  }
  if (digits.size() % 2 == 0) return true;
  reason = fmt::format("has an odd number of hexadecimal digits ({})", digits.size());
  return false;
}

bool decode_base64(std::string_view text, std::string& bytes, std::string& reason) {
  bytes.clear();
  bytes.reserve(text.size() / 4 * 3);
  unsigned bits = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    const int digit = base64_digit(c);
    if (c == '=' && padding < 2) {
      ++padding;
      continue;
    }
    if (digit < 0 || padding != 0) {
      reason = fmt::format("is not base64: {}", shown(std::string_view(&c, 1)));
      return false;
    }
    bits = (bits << 6U | static_cast<unsigned>(digit)) & 0xFFFFFFU;
    ++digits;
    // The first digit of four completes no byte, each of the others completes one.
    if (digits % 4 == 2) bytes.push_back(static_cast<char>((bits >> 4U) & 0xFFU));
    if (digits % 4 == 3) bytes.push_back(static_cast<char>((bits >> 2U) & 0xFFU));
    if (digits % 4 == 0) bytes.push_back(static_cast<char>(bits & 0xFFU));
  }
  if ((digits + padding) % 4 != 0) {
    reason = "is not base64: its length is wrong; was it truncated?";
    return false;
  }
  const unsigned left = digits % 4 == 2 ? 4U : digits % 4 == 3 ? 2U : 0U;
  if ((bits & ((1U << left) - 1)) != 0) {
    reason = "is not base64: its last digit has bits that belong to no byte";
    return false;
  }
  return true;
}

}  // namespace dbmig::import
