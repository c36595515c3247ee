#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbmig::import {

/// How the text of a CSV file is cut into fields: RFC 4180 unless the user says otherwise.
///
/// Rules, which the splitter and the parser share: a record ends at LF or CRLF outside quotes, or
/// at the end of the file (a CR before it belongs to the end). A field that begins with the quote
/// is quoted up to the next single quote, a doubled quote inside standing for one; a quote anywhere
/// else in a field is an ordinary character. With an escape character, it and the byte after it
/// stand for that byte, inside quotes and outside.
struct CsvFormat {
  char delimiter = ',';
  std::optional<char> quote = '"';
  std::optional<char> escape;

  friend bool operator==(const CsvFormat&, const CsvFormat&) = default;
};

/// A delimiter as written on the command line: one byte, or `\t`, `tab`. Throws Error{usage}.
char parse_delimiter(std::string_view text);

/// A quote or escape character: one byte, or `none`. `option` is the option's name, for the
/// message. Throws Error{usage}.
std::optional<char> parse_quote(std::string_view text, std::string_view option);

/// Throws Error{usage} when the characters of `format` contradict each other.
void check(const CsvFormat& format);

}  // namespace dbmig::import
