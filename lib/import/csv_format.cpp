#include "import/csv_format.hpp"

#include <fmt/core.h>

#include "base/error.hpp"

namespace dbmig::import {
namespace {

bool ends_line(char c) {
  return c == '\n' || c == '\r';
}

}  // namespace

char parse_delimiter(std::string_view text) {
  if (text == "\\t" || text == "tab") return '\t';
  if (text.size() == 1 && !ends_line(text.front()) && text.front() != '\0') return text.front();
  throw Error(ErrorCode::usage, fmt::format("--delimiter '{}' is not one byte", text))
      .hint("give a single character such as ';' or '|', or \\t for a tab");
}

std::optional<char> parse_quote(std::string_view text, std::string_view option) {
  if (text.empty() || text == "none") return std::nullopt;
  if (text.size() == 1 && !ends_line(text.front()) && text.front() != '\0') return text.front();
  throw Error(ErrorCode::usage, fmt::format("{} '{}' is not one byte", option, text))
      .hint("give a single character, or 'none'");
}

void check(const CsvFormat& format) {
  if (format.quote == format.delimiter || format.escape == format.delimiter) {
    throw Error(ErrorCode::usage,
                fmt::format("'{}' cannot be the delimiter and the {} too", format.delimiter,
                            format.quote == format.delimiter ? "quote" : "escape"))
        .hint("choose another with --delimiter, --quote or --escape");
  }
}

}  // namespace dbmig::import
