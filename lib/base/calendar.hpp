#pragma once

namespace dbmig {

/// The days of a month of the Gregorian calendar, which both databases extend to all years; 0 when
/// there is no such month.
constexpr int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12) return 0;
  const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[month - 1] + (is_leap && month == 2 ? 1 : 0);
}

}  // namespace dbmig
