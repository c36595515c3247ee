#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbmig::import {

/// How the dates of a file are written, in the letters of strftime(3): %Y (four digits), %y (two:
/// 69 to 99 are 19xx, as POSIX has it), %m, %d and %e (one or two digits), %b, %B and %h (English
/// names), %a and %A (English, not checked), %H, %I with %p, %M, %S, %f (the digits of a fraction),
/// %F, %D, %T, %R, %%. A blank stands for one or more, every other character for itself.
class DateFormat {
 public:
  /// Throws Error{usage} for a letter that is not among them, and for a format that does not say
  /// the day, the month and the year.
  explicit DateFormat(std::string format);

  /// A date with or without a time, whose values were not looked at: there may be no such day.
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
  /// Nothing when the whole of `text` is not written like that.
  std::optional<Moment> parse(std::string_view text) const;

  const std::string& text() const { return format_; }

 private:
  std::string format_;    ///< as the user wrote it
  std::string expanded_;  ///< %F, %D, %T and %R as what they stand for
};

}  // namespace dbmig::import
