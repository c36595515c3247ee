#pragma once

#include <string>
#include <string_view>

namespace dbmig::backend::mariadb {

/// A moment of the calendar.
struct Moment {
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  unsigned microsecond = 0;
};

/// Reads `YYYY-MM-DD` for a date, `YYYY-MM-DD HH:MM:SS` with up to six digits of a fraction for a
/// datetime. False for anything else, and for days that the calendar does not have.
bool read_moment(std::string_view text, bool is_date, Moment& moment);

/// The same text again, with as many digits of the fraction as it needs, and at least
/// `fraction_digits`.
std::string moment_text(const Moment& moment, bool is_date, int fraction_digits);

/// Whether `text` is digits with at most one point and a sign, short enough for any DECIMAL.
bool is_plain_decimal(std::string_view text);

}  // namespace dbmig::backend::mariadb
