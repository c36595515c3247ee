#include "import/date_format.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::import {
namespace {

constexpr std::string_view kLetters = "YymdebBhaAHIMSfp%";
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};

/// Reads a text from its beginning.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool number(std::size_t least, std::size_t most, int& value) {
    std::size_t n = 0;
    value = 0;
    while (n < most && n < rest_.size() && ascii::is_digit(rest_[n])) {
      value = value * 10 + (rest_[n++] - '0');
    }
    rest_.remove_prefix(n);
    return n >= least;
  }

  bool digits(std::string_view& found) {
    std::size_t n = 0;
    while (n < rest_.size() && ascii::is_digit(rest_[n])) ++n;
    found = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return n != 0;
  }

  /// The index of one of `names`, written in full or with its first three letters.
  template <std::size_t N>
  std::optional<int> name(const std::array<std::string_view, N>& names) {
    constexpr std::size_t kShort = 3;
    for (std::size_t i = 0; i < N; ++i) {
      for (const std::size_t length : {names[i].size(), kShort}) {
        if (rest_.size() < length) continue;
        const std::string_view start = names[i].substr(0, length);
        if (!text::equals_ignoring_case(rest_.substr(0, length), start)) continue;
        rest_.remove_prefix(length);
        if (length == kShort && !rest_.empty() && rest_.front() == '.') rest_.remove_prefix(1);
        return static_cast<int>(i);
      }
    }
    return std::nullopt;
  }

  bool half_of_day(bool& afternoon) {
    const std::string_view two = rest_.substr(0, 2);
    afternoon = text::equals_ignoring_case(two, "pm");
    if (!afternoon && !text::equals_ignoring_case(two, "am")) return false;
    rest_.remove_prefix(2);
    return true;
  }

  bool literal(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool blanks() {
    std::size_t n = 0;
    while (n < rest_.size() && (rest_[n] == ' ' || rest_[n] == '\t')) ++n;
    rest_.remove_prefix(n);
    return n != 0;
  }

 private:
  std::string_view rest_;
};

std::string expand(const std::string& format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out.push_back(format[i]);
      continue;
    }
    const char letter = format[++i];
    if (letter == 'F') {
      out += "%Y-%m-%d";
    } else if (letter == 'D') {
      out += "%m/%d/%y";
    } else if (letter == 'T') {
      out += "%H:%M:%S";
    } else if (letter == 'R') {
      out += "%H:%M";
    } else {
      out += {'%', letter};
    }
  }
  return out;
}

[[noreturn]] void fail(const std::string& format, const std::string& why) {
  throw Error(ErrorCode::usage, fmt::format("--date-format '{}' {}", format, why))
      .hint("for example '%d/%m/%Y', '%d.%m.%y', '%m/%d/%Y %I:%M %p', '%d %b %Y'");
}

/// What a format says beside the moment itself.
struct HalfOfDay {
  bool given = false;
  bool afternoon = false;
};

bool read_letter(char letter, Reader& reader, DateFormat::Moment& moment, HalfOfDay& half) {
  switch (letter) {
    case 'Y':
      return reader.number(4, 4, moment.year);
    case 'y':
      if (!reader.number(2, 2, moment.year)) return false;
      moment.year += moment.year < 69 ? 2000 : 1900;
      return true;
    case 'm':
      return reader.number(1, 2, moment.month);
    case 'd':
    case 'e':
      reader.blanks();  // %e is padded with a blank
      return reader.number(1, 2, moment.day);
    case 'b':
    case 'B':
    case 'h': {
      const auto month = reader.name(kMonths);
      moment.month = month.value_or(0) + 1;
      return month.has_value();
    }
    case 'a':
    case 'A':
      return reader.name(kDays).has_value();
    case 'H':
    case 'I':
      return reader.number(1, 2, moment.hour);
    case 'M':
      return reader.number(2, 2, moment.minute);
    case 'S':
      return reader.number(2, 2, moment.second);
    case 'f':
      return reader.digits(moment.fraction);
    case 'p':
      half.given = true;
      return reader.half_of_day(half.afternoon);
    default:
      return reader.literal('%');
  }
}

}  // namespace

DateFormat::DateFormat(std::string format)
    : format_(std::move(format)), expanded_(expand(format_)) {
  std::string letters;
  for (std::size_t i = 0; i < expanded_.size(); ++i) {
    if (expanded_[i] != '%') continue;
    const char letter = ++i < expanded_.size() ? expanded_[i] : '\0';
    if (letter == '\0') fail(format_, "ends in %");
    if (kLetters.find(letter) == std::string_view::npos) {
      fail(format_, fmt::format("has %{}, which is not known", letter));
    }
    letters.push_back(letter);
  }
  const auto says = [&](const char* any) {
    return letters.find_first_of(any) != std::string::npos;
  };
  if (!says("Yy")) fail(format_, "has no year (%Y or %y)");
  if (!says("mbBh")) fail(format_, "has no month (%m or %b)");
  if (!says("de")) fail(format_, "has no day (%d)");
  if (says("I") != says("p"))
    fail(format_, "needs %I and %p together (%H is the hour from 0 to 23)");
}

std::optional<DateFormat::Moment> DateFormat::parse(std::string_view text) const {
  Reader reader(text);
  Moment moment;
  HalfOfDay half;
  for (std::size_t i = 0; i < expanded_.size(); ++i) {
    const char c = expanded_[i];
    if (c == ' ') {
      if (!reader.blanks()) return std::nullopt;
    } else if (c != '%') {
      if (!reader.literal(c)) return std::nullopt;
    } else {
      const char letter = expanded_[++i];
      if (!read_letter(letter, reader, moment, half)) return std::nullopt;
      moment.has_time =
          moment.has_time || std::string_view("HIMSfp").find(letter) != std::string_view::npos;
    }
  }
  if (!reader.at_end()) return std::nullopt;
  if (half.given) {
    if (moment.hour < 1 || moment.hour > 12) return std::nullopt;
    moment.hour = moment.hour % 12 + (half.afternoon ? 12 : 0);
  }
  return moment;
}

}  // namespace dbmig::import
