#include "schema/literal.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/calendar.hpp"
#include "base/text.hpp"

namespace dbmig::schema {

std::string portable_default(std::string_view text) {
  std::string word = text::lower(text::trim(text));
  if (word.ends_with("()")) word.resize(word.size() - 2);
  for (const char* name : {"now", "current_timestamp", "localtimestamp", "localtime", "sysdate",
                           "getdate", "utcnow", "utc_timestamp"}) {
    if (word == name) return "CURRENT_TIMESTAMP";
  }
  if (word == "current_date" || word == "curdate" || word == "today") return "CURRENT_DATE";
  if (word == "current_time" || word == "curtime") return "CURRENT_TIME";
  return std::string(text);
}
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) -
                                  text.begin());
}

/// Takes the digits at the front of `text`, at most `most` of them; -1 when there are none.
int take_number(std::string_view& text, std::size_t most) {
  const std::size_t digits = std::min(count_digits(text), most);
  if (digits == 0) return -1;
  int value = 0;
  for (const char c : text.substr(0, digits)) value = value * 10 + (c - '0');
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

constexpr std::string_view kPunctuation = "-/.:,;_+*#!^";

bool day_exists(int year, int month, int day) {
  constexpr int kMost = 31;
  return day <= (month == 0 ? kMost : days_in_month(year, month));
}

/// The date at the front of `text`, which is shortened by it.
std::optional<std::string> take_date(std::string_view& text) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (count_digits(text) >= 8) {
    year = take_number(text, 4);
    month = take_number(text, 2);
    day = take_number(text, 2);
  } else {
    if (count_digits(text) != 4) return std::nullopt;
    year = take_number(text, 4);
    if (!take(text, kPunctuation)) return std::nullopt;
    month = take_number(text, 2);
    if (!take(text, kPunctuation)) return std::nullopt;
    day = take_number(text, 2);
  }
  if (month < 0 || day < 0 || !day_exists(year, month, day)) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

/// `.123` at the front of `text` with exactly `digits` digits; what would be cut must be zeros.
std::optional<std::string> take_fraction(std::string_view& text, int digits) {
  std::string fraction;
  if (take(text, ".")) {
    const std::size_t count = count_digits(text);
    fraction = std::string(text.substr(0, count));
    text.remove_prefix(count);
  }
  const auto wanted = static_cast<std::size_t>(digits);
  if (fraction.find_first_not_of('0', std::min(wanted, fraction.size())) != std::string::npos) {
    return std::nullopt;
  }
  fraction.resize(wanted, '0');
  return wanted == 0 ? std::string() : "." + fraction;
}

/// `HH:MM[:SS[.fraction]]`.
std::optional<std::string> take_clock(std::string_view& text, int digits, int hours,
                                      int max_hours) {
  int minutes = 0;
  int seconds = 0;
  if (take(text, ":")) {
    minutes = take_number(text, 2);
    if (take(text, ":")) seconds = take_number(text, 2);
  }
  const auto fraction = take_fraction(text, digits);
  if (hours < 0 || hours > max_hours || minutes < 0 || minutes > 59 || seconds < 0 ||
      seconds > 59 || !fraction) {
    return std::nullopt;
  }
  return fmt::format("{:02}:{:02}:{:02}{}", hours, minutes, seconds, *fraction);
}

template <int Family, std::size_t Size>
std::optional<std::string> canonical_address(std::string_view text) {
  std::array<unsigned char, Size> bytes{};
  std::array<char, INET6_ADDRSTRLEN> printed{};
  if (inet_pton(Family, std::string(text).c_str(), bytes.data()) != 1) return std::nullopt;
  inet_ntop(Family, bytes.data(), printed.data(), printed.size());
  return std::string(printed.data());
}

std::optional<ExactNumber> parse_hex(std::string_view digits) {
  if (digits.empty() || digits.size() > 16) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text::lower(digits)) {
    const bool is_letter = c >= 'a' && c <= 'f';
    if (!is_digit(c) && !is_letter) return std::nullopt;
    value = value * 16 + static_cast<std::uint64_t>(is_letter ? c - 'a' + 10 : c - '0');
  }
  return ExactNumber{false, fmt::format("{}", value), {}};
}

}  // namespace

std::optional<ExactNumber> parse_number(std::string_view text) {
  text = text::trim(text);
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    return parse_hex(text.substr(2));
  }
  ExactNumber number;
  number.negative = !text.empty() && text.front() == '-';
  take(text, "+-");
  std::string whole(text.substr(0, count_digits(text)));
  text.remove_prefix(whole.size());
  std::string fraction;
  if (take(text, ".")) {
    fraction = std::string(text.substr(0, count_digits(text)));
    text.remove_prefix(fraction.size());
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (take(text, "eE")) {
    const bool down = !text.empty() && text.front() == '-';
    take(text, "+-");
    // Three digits are more than a double has; without a limit `1e999999999` would fill memory.
    if (text.empty() || count_digits(text) > 3) return std::nullopt;
    for (int steps = take_number(text, 3); steps > 0; --steps) {
      std::string& from = down ? whole : fraction;
      std::string& to = down ? fraction : whole;
      const char digit = from.empty() ? '0' : (down ? from.back() : from.front());
      if (!from.empty()) from.erase(down ? from.size() - 1 : 0, 1);
      to.insert(down ? 0 : to.size(), 1, digit);
    }
  }
  if (!text.empty()) return std::nullopt;
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  number.whole = whole.empty() ? "0" : whole;
  number.fraction = fraction;
  if (number.whole == "0" && number.fraction.empty()) number.negative = false;
  return number;
}

std::string to_string(const ExactNumber& number) {
  return fmt::format("{}{}{}{}", number.negative ? "-" : "", number.whole,
                     number.fraction.empty() ? "" : ".", number.fraction);
}

std::optional<std::string> canonical_date(std::string_view text) {
  text = text::trim(text);
  auto date = take_date(text);
  return text.empty() ? date : std::nullopt;
}

std::optional<std::string> canonical_time(std::string_view text, int digits) {
  text = text::trim(text);
  const bool negative = take(text, "-");
  // Digits alone are HHMMSS, counted from the right: `10` is ten seconds.
  std::string packed;
  if (const std::size_t count = count_digits(text);
      count > 0 && count <= 7 && (count == text.size() || text[count] == '.')) {
    packed = std::string(6 - std::min<std::size_t>(count, 6), '0') + std::string(text);
    const std::size_t hour_digits = std::max<std::size_t>(count, 6) - 4;
    packed.insert(hour_digits + 2, 1, ':').insert(hour_digits, 1, ':');
    text = packed;
  }
  int hours = take_number(text, 3);
  if (take(text, " ")) {
    // `D HH:MM:SS`: days before the hours.
    const int rest = take_number(text, 2);
    if (rest < 0 || rest > 23) return std::nullopt;
    hours = hours * 24 + rest;
  }
  auto clock = take_clock(text, digits, hours, 838);
  if (!clock || !text.empty()) return std::nullopt;
  return negative ? "-" + *clock : clock;
}

std::optional<std::string> canonical_datetime(std::string_view text, int digits) {
  text = text::trim(text);
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) text = " 00:00:00";
  if (!take(text, " Tt")) return std::nullopt;
  const int hours = take_number(text, 2);
  const auto clock = take_clock(text, digits, hours, 23);
  if (!clock || !text.empty()) return std::nullopt;
  return *date + " " + *clock;
}

std::optional<std::string> canonical_uuid(std::string_view text) {
  text = text::trim(text);
  if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
    text = text.substr(1, text.size() - 2);
  }
  std::string digits;
  for (const char c : text::lower(text)) {
    const bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f');
    if (!is_hex && c != '-') return std::nullopt;
    if (is_hex) digits += c;
  }
  if (digits.size() != 32) return std::nullopt;
  for (const std::size_t at : {20U, 16U, 12U, 8U}) digits.insert(at, 1, '-');
  return digits;
}

std::optional<std::string> canonical_inet4(std::string_view text) {
  return canonical_address<AF_INET, sizeof(in_addr)>(text::trim(text));
}

std::optional<std::string> canonical_inet6(std::string_view text) {
  return canonical_address<AF_INET6, sizeof(in6_addr)>(text::trim(text));
}

}  // namespace dbmig::schema
