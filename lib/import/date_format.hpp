#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbmig::import {

/// The format of a file's dates, with the letters of strftime(3): %Y (four digits), %y (two: 69 to
/// 99 are 19xx, as in POSIX), %m, %d and %e (one or two digits), %b, %B and %h (English names), %a
/// and %A (English, not checked), %H, %I with %p, %M, %S, %f (the digits of a fraction), %F, %D,
/// %T, %R, %%. A blank matches one or more blanks, every other character itself.
class DateFormat {
 public:
  /// Throws Error{usage} for an unknown letter, and for a format without day, month or year.
  explicit DateFormat(std::string format);

  /// A date with or without a time; the values are not checked: there may be no such day.
  struct Moment {
    int year = 0;
    int month = 0;
    int day = 0;
    bool has_time = false;
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::string_view fraction;  ///< digits, of the text
  };
  /// Nothing if `text` as a whole does not have this format.
  std::optional<Moment> parse(std::string_view text) const;

  const std::string& text() const { return format_; }

 private:
  std::string format_;    ///< as given by the user
  std::string expanded_;  ///< with %F, %D, %T and %R replaced by what they mean
};

}  // namespace dbmig::import
