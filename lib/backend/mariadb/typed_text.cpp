#include "backend/mariadb/typed_text.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/calendar.hpp"

namespace dbmig::backend::mariadb {
namespace {

/// Digits that every DECIMAL(M) can be read from: M is at most 65.
constexpr std::size_t kMaxDecimalDigits = 65;

/// Reads exactly `count` digits from `at` on.
bool read_digits(std::string_view text, std::size_t at, std::size_t count, unsigned int& value) {
  unsigned int sum = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    const auto digit = static_cast<unsigned char>(text[i] - '0');
    if (digit > 9) return false;
    sum = sum * 10 + digit;
  }
  value = sum;
  return true;
}

bool is_in_calendar(const Moment& day) {
  const int days = days_in_month(static_cast<int>(day.year), static_cast<int>(day.month));
  return day.year > 0 && day.day >= 1 && static_cast<int>(day.day) <= days;
}

/// Reads `HH:MM:SS[.ffffff]` from `at` on, to the end of `text`.
bool read_time_of_day(std::string_view text, std::size_t at, Moment& moment) {
  constexpr std::size_t kLength = 8;
  constexpr std::size_t kMaxFraction = 6;
  const std::size_t size = text.size() - at;
  if (size < kLength || text[at + 2] != ':' || text[at + 5] != ':') return false;
  if (!read_digits(text, at, 2, moment.hour) || !read_digits(text, at + 3, 2, moment.minute) ||
      !read_digits(text, at + 6, 2, moment.second) || moment.hour > 23 || moment.minute > 59 ||
      moment.second > 59) {
    return false;
  }
  if (size == kLength) return true;
  const std::size_t digits = size - kLength - 1;
  unsigned int fraction = 0;
  if (text[at + kLength] != '.' || digits < 1 || digits > kMaxFraction ||
      !read_digits(text, at + kLength + 1, digits, fraction)) {
    return false;
  }
  for (std::size_t i = digits; i < kMaxFraction; ++i) fraction *= 10;
  moment.microsecond = fraction;
  return true;
}

}  // namespace

bool read_moment(std::string_view text, bool is_date, Moment& moment) {
  constexpr std::size_t kDateLength = 10;
  moment = {};
  if (text.size() < kDateLength || text[4] != '-' || text[7] != '-' ||
      !read_digits(text, 0, 4, moment.year) || !read_digits(text, 5, 2, moment.month) ||
      !read_digits(text, 8, 2, moment.day) || !is_in_calendar(moment)) {
    return false;
  }
  if (is_date) return text.size() == kDateLength;
  return text.size() > kDateLength && text[kDateLength] == ' ' &&
         read_time_of_day(text, kDateLength + 1, moment);
}

bool is_plain_decimal(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  std::size_t digits = 0;
  bool has_point = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      ++digits;
    } else if (c == '.' && !has_point && digits > 0) {
      has_point = true;
    } else {
      return false;
    }
  }
  return digits > 0 && digits <= kMaxDecimalDigits && text.back() != '.';
}

std::string moment_text(const Moment& moment, bool is_date, int fraction_digits) {
  std::string text = fmt::format("{:04}-{:02}-{:02}", moment.year, moment.month, moment.day);
  if (is_date) return text;
  text += fmt::format(" {:02}:{:02}:{:02}", moment.hour, moment.minute, moment.second);
  std::string fraction = fmt::format("{:06}", moment.microsecond);
  const std::size_t needed = fraction.find_last_not_of('0') + 1;
  fraction.resize(std::max(needed, static_cast<std::size_t>(fraction_digits)));
  return fraction.empty() ? text : text + "." + fraction;
}

}  // namespace dbmig::backend::mariadb
