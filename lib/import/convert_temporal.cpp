// Converter's rules for dates and times. See converter.hpp.
#include <fmt/core.h>

#include "base/ascii.hpp"
#include "base/calendar.hpp"
#include "base/text.hpp"
#include "import/converter.hpp"
#include "import/number_text.hpp"

namespace dbmig::import {
namespace {

using ascii::is_digit;

using backend::Cell;

/// Digits after the second that are kept if the type does not say how many: SQLite stores text, so
/// as many as any clock writes.
constexpr std::size_t kMaxFraction = 9;

/// Reads exactly `count` digits from the beginning of `text`.
bool take(std::string_view& text, int count, int& value) {
  if (text.size() < static_cast<std::size_t>(count)) return false;
  value = 0;
  for (int i = 0; i < count; ++i) {
    if (!is_digit(text[static_cast<std::size_t>(i)])) return false;
    value = value * 10 + (text[static_cast<std::size_t>(i)] - '0');
  }
  text.remove_prefix(static_cast<std::size_t>(count));
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

using Moment = DateFormat::Moment;

bool take_date(std::string_view& text, Moment& date) {
  return take(text, 4, date.year) && take(text, '-') && take(text, 2, date.month) &&
         take(text, '-') && take(text, 2, date.day);
}

/// One or two digits: spreadsheets write `9:05`.
bool take_hour(std::string_view& text, int& hour) {
  return take(text, text.size() > 1 && text[1] == ':' ? 1 : 2, hour);
}

/// `:MM[:SS[.fraction]]`
bool take_after_hour(std::string_view& text, Moment& time) {
  if (!take(text, ':') || !take(text, 2, time.minute)) return false;
  if (!take(text, ':')) return true;
  if (!take(text, 2, time.second)) return false;
  if (!text.empty() && (text.front() == '.' || text.front() == ',')) {
    text.remove_prefix(1);
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n])) ++n;
    if (n == 0) return false;
    time.fraction = text.substr(0, n);
    text.remove_prefix(n);
  }
  return true;
}

bool is_day(const Moment& date, std::string& reason) {
  if (date.year == 0) {
    reason = "is out of range (the years 0001 to 9999)";
    return false;
  }
  if (date.month < 1 || date.month > 12) {
    reason = fmt::format("is not a date: there is no month {}", date.month);
    return false;
  }
  const int days = days_in_month(date.year, date.month);
  if (date.day < 1 || date.day > days) {
    reason =
        fmt::format("is not a date: month {:04}-{:02} has {} days", date.year, date.month, days);
    return false;
  }
  return true;
}

bool is_time(const Moment& time, std::string& reason) {
  if (time.minute < 60 && time.second < 60) return true;
  reason = time.minute >= 60 ? "is not a time: minutes go from 0 to 59"
                             : "is not a time: seconds go from 0 to 59";
  return false;
}

/// The number of two digits at `at`, or one that is more than any part of a date or time.
unsigned int two_digits(std::string_view text, std::size_t at) {
  constexpr unsigned int kNoNumber = 100'000;
  const auto tens = static_cast<unsigned char>(text[at] - '0');
  const auto ones = static_cast<unsigned char>(text[at + 1] - '0');
  return tens <= 9 && ones <= 9 ? tens * 10U + ones : kNoNumber;
}

constexpr std::size_t kDayLength = 10;

/// Whether `text` begins with a day of the calendar, in the form in which days are stored. Most
/// dates do, and need neither be taken apart nor be written again.
bool begins_with_stored_day(std::string_view text) {
  if (text.size() < kDayLength || text[4] != '-' || text[7] != '-') return false;
  const unsigned int year = two_digits(text, 0) * 100 + two_digits(text, 2);
  const unsigned int month = two_digits(text, 5);
  const unsigned int day = two_digits(text, 8);
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
  return day <= 28 ||
         static_cast<int>(day) <= days_in_month(static_cast<int>(year), static_cast<int>(month));
}

/// Whether `text` is `YYYY-MM-DD HH:MM:SS`, a day and a time that exist.
bool is_stored_second(std::string_view text) {
  return text.size() == kDayLength + 9 && begins_with_stored_day(text) && text[10] == ' ' &&
         text[13] == ':' && text[16] == ':' && two_digits(text, 11) < 24 &&
         two_digits(text, 14) < 60 && two_digits(text, 17) < 60;
}

/// Writes two digits and returns the position after them.
char* put2(char* at, int value) {
  *at++ = static_cast<char>('0' + value / 10);
  *at++ = static_cast<char>('0' + value % 10);
  return at;
}

char* put_date(char* at, const Moment& date) {
  at = put2(at, date.year / 100);
  at = put2(at, date.year % 100);
  *at++ = '-';
  at = put2(at, date.month);
  *at++ = '-';
  return put2(at, date.day);
}

char* put_after_hour(char* at, const Moment& time, std::size_t digits) {
  *at++ = ':';
  at = put2(at, time.minute);
  *at++ = ':';
  at = put2(at, time.second);
  if (digits == 0) return at;
  *at++ = '.';
  for (std::size_t i = 0; i < digits; ++i) {
    *at++ = i < time.fraction.size() ? time.fraction[i] : '0';
  }
  return at;
}

/// The digits of the fraction that are stored, or nothing, with a reason, if there are more than
/// the column keeps.
std::optional<std::size_t> kept_fraction(std::string_view& fraction, const schema::Type& type,
                                         bool any_fraction, std::string& reason) {
  const bool is_open = any_fraction && !type.length;
  const std::size_t kept =
      is_open ? std::min(fraction.size(), kMaxFraction)
              : static_cast<std::size_t>(std::min(std::max(type.length.value_or(0), 0), 9));
  std::string_view significant = fraction;
  while (!significant.empty() && significant.back() == '0') significant.remove_suffix(1);
  if (significant.size() > kept) {
    reason = fmt::format("has {} after the second, and {} stores {}",
                         text::count(significant.size(), "digit"), schema::to_string(type), kept);
    return std::nullopt;
  }
  if (is_open) return fraction.size() > kept ? significant.size() : fraction.size();
  return kept;
}

/// Other programs write dates as midnight, some with a fraction or in UTC: the date loses nothing.
bool is_midnight(std::string_view text) {
  Moment time;
  if ((!take(text, ' ') && !take(text, 'T') && !take(text, 't')) || !take_hour(text, time.hour) ||
      !take_after_hour(text, time)) {
    return false;
  }
  const bool is_utc = text.empty() || text == "Z" || text == "z" || text == "+00:00";
  return is_utc && time.hour == 0 && time.minute == 0 && time.second == 0 &&
         time.fraction.find_first_not_of('0') == std::string_view::npos;
}

/// The reason why text after a date and time is refused. Time zones are frequent, so they have a
/// message of their own.
std::string leftover_reason(std::string_view rest, std::string_view otherwise) {
  if (rest.front() == 'Z' || rest.front() == 'z' || rest.front() == '+' || rest.front() == '-') {
    return "has a time zone, which the column cannot store; write the time without it";
  }
  return std::string(otherwise);
}

}  // namespace

/// By the first format that fits: one in which the text is a day that exists. If there is none, by
/// the first in which it can be read, for the message.
std::optional<DateFormat::Moment> Converter::by_format(std::string_view text) const {
  std::optional<DateFormat::Moment> first;
  std::string reason;
  for (const DateFormat& format : date_formats_) {
    auto moment = format.parse(text);
    if (moment && is_known_day(*moment, reason) && is_time(*moment, reason) && moment->hour < 24) {
      return moment;
    }
    if (!first) first = moment;
  }
  return first;
}

/// Whether the day exists, or is one that MariaDB has beside them.
bool Converter::is_known_day(const Moment& moment, std::string& reason) const {
  constexpr int kMonths = 12;
  constexpr int kDays = 31;
  const bool is_zero = moment.year == 0 && moment.month == 0 && moment.day == 0;
  const bool has_zero = moment.year != 0 && moment.month <= kMonths && moment.day <= kDays &&
                        (moment.month == 0 || moment.day == 0);
  // A TIMESTAMP is a moment: it can be zero as a whole, but not in parts.
  const bool may_have = has_zero && column_.type.kind != schema::TypeKind::timestamp;
  if ((is_zero || may_have) && format_.zero_dates == ZeroDates::taken) return true;
  if ((is_zero || may_have) && format_.zero_dates == ZeroDates::refused_by_server) {
    reason =
        "has zeros for a date, which the server refuses: the sql_mode of the session has "
        "NO_ZERO_DATE or NO_ZERO_IN_DATE";
    return false;
  }
  return is_day(moment, reason);
}

std::string Converter::expected_formats() const {
  std::string all;
  for (const DateFormat& format : date_formats_) {
    all += fmt::format("{}'{}'", all.empty() ? "" : " or ", format.text());
  }
  return all;
}

/// Reads a day in the user's formats or in ISO 8601, which may be followed by midnight.
bool Converter::read_date(std::string_view text, DateFormat::Moment& moment,
                          std::string& reason) const {
  if (!date_formats_.empty()) {
    const auto found = by_format(text);
    if (!found) {
      reason = fmt::format("is not a date written as {}", expected_formats());
      return false;
    }
    moment = *found;
    if (moment.hour != 0 || moment.minute != 0 || moment.second != 0 ||
        moment.fraction.find_first_not_of('0') != std::string_view::npos) {
      reason = "has a time of day, which the column cannot store";
      return false;
    }
    return is_known_day(moment, reason);
  }
  std::string_view rest = text;
  if (!take_date(rest, moment) || (!rest.empty() && !is_midnight(rest))) {
    reason = "is not a date (YYYY-MM-DD)";
    if (!format_.of_database) reason += "; --date-format says how dates are written";
    return false;
  }
  return is_known_day(moment, reason);
}

bool Converter::read_datetime(std::string_view text, DateFormat::Moment& moment,
                              std::string& reason) const {
  if (!date_formats_.empty()) {
    const auto found = by_format(text);
    if (!found) {
      reason = fmt::format("is not a date and time written as {}", expected_formats());
      return false;
    }
    moment = *found;
  } else {
    const std::string_view expected = format_.of_database
                                          ? "is not a date and time (YYYY-MM-DD HH:MM:SS)"
                                          : "is not a date and time (YYYY-MM-DD HH:MM:SS); "
                                            "--date-format says how they are written";
    std::string_view rest = text;
    const bool has_date = take_date(rest, moment);
    if (!has_date ||
        (!rest.empty() && ((!take(rest, ' ') && !take(rest, 'T') && !take(rest, 't')) ||
                           !take_hour(rest, moment.hour) || !take_after_hour(rest, moment)))) {
      reason = expected;
      return false;
    }
    if (!rest.empty()) {
      reason = leftover_reason(rest, expected);
      return false;
    }
  }
  if (!is_known_day(moment, reason) || !is_time(moment, reason)) return false;
  if (moment.hour > 23) {
    reason = "is not a time: hours go from 0 to 23";
    return false;
  }
  return true;
}

bool Converter::convert_date(std::string_view text, Cell& cell, std::string& reason) {
  if (date_formats_.empty() && text.size() == kDayLength && begins_with_stored_day(text)) {
    cell = Cell::of_text(text);
    return true;
  }
  Moment date;
  if (!read_date(text, date, reason)) return false;
  const char* end = put_date(scratch_.data(), date);
  cell = Cell::of_text({scratch_.data(), static_cast<std::size_t>(end - scratch_.data())});
  return true;
}

bool Converter::convert_time(std::string_view text, Cell& cell, std::string& reason) {
  // https://mariadb.com/kb/en/time/
  constexpr int kMaxHours = 838;
  constexpr std::string_view kExpected = "is not a time (HH:MM:SS)";
  std::string_view rest = text;
  const bool negative = take(rest, '-');
  const std::size_t colon = rest.find(':');
  Moment time;
  if (colon == 0 || colon > 3 || !take(rest, static_cast<int>(colon), time.hour) ||
      !take_after_hour(rest, time)) {
    reason = kExpected;
    return false;
  }
  if (!rest.empty()) {
    reason = leftover_reason(rest, kExpected);
    return false;
  }
  if (!is_time(time, reason)) return false;
  const auto digits = kept_fraction(time.fraction, column_.type, ranges_->any_fraction, reason);
  if (!digits) return false;
  const bool is_last = time.hour == kMaxHours && time.minute == 59 && time.second == 59;
  const bool has_fraction = time.fraction.find_first_not_of('0') != std::string_view::npos;
  if (time.hour > kMaxHours || (is_last && has_fraction && !column_.type.length.value_or(0))) {
    reason = "is out of range for time (-838:59:59 to 838:59:59)";
    return false;
  }
  char* at = scratch_.data();
  if (negative) *at++ = '-';
  if (time.hour >= 100) *at++ = static_cast<char>('0' + time.hour / 100);
  at = put2(at, time.hour % 100);
  at = put_after_hour(at, time, *digits);
  cell = Cell::of_text({scratch_.data(), static_cast<std::size_t>(at - scratch_.data())});
  return true;
}

bool Converter::convert_datetime(std::string_view text, Cell& cell, std::string& reason) {
  const bool is_stamp = column_.type.kind == schema::TypeKind::timestamp;
  const bool is_bounded = is_stamp && ranges_->bounded_timestamps;
  const bool has_fraction = column_.type.length.value_or(0) > 0;
  if (date_formats_.empty() && !has_fraction && !is_bounded && is_stored_second(text)) {
    cell = Cell::of_text(text);
    return true;
  }
  Moment moment;
  if (!read_datetime(text, moment, reason)) return false;
  // MariaDB stores a timestamp as seconds since 1970 UTC; the exact limits depend on the session's
  // time zone and the version, so the server checks them.
  const bool is_zero = moment.year == 0;
  if (is_bounded && !is_zero && (moment.year < 1969 || moment.year > 2106)) {
    reason =
        "is out of range for timestamp (1970-01-01 to 2038-01-19, from MariaDB 11.5 on to "
        "2106-02-07)";
    return false;
  }
  const auto digits = kept_fraction(moment.fraction, column_.type, ranges_->any_fraction, reason);
  if (!digits) return false;
  char* at = put_date(scratch_.data(), moment);
  *at++ = ' ';
  at = put2(at, moment.hour);
  at = put_after_hour(at, moment, *digits);
  cell = Cell::of_text({scratch_.data(), static_cast<std::size_t>(at - scratch_.data())});
  return true;
}

}  // namespace dbmig::import
