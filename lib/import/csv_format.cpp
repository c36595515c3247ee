#include "import/csv_format.hpp"

#include <fmt/core.h>

#include "base/ascii.hpp"
#include "base/error.hpp"

namespace dbmig::import {
namespace {

bool ends_line(char c) {
  return c == '\n' || c == '\r';
}

/// Whether the last byte of `text` follows an escape character that is not itself escaped.
bool last_is_escaped(std::string_view text, const CsvFormat& format) {
  if (!format.has_escape() || text.empty()) return false;
  text.remove_suffix(1);
  std::size_t escapes = 0;
  while (escapes < text.size() && text[text.size() - 1 - escapes] == *format.escape) ++escapes;
  return escapes % 2 == 1;
}

/// How `format` writes `c` after an escape character: usually unchanged.
char escaped(char c, Escapes escapes) {
  if (escapes == Escapes::plain) return c;
  if (c == '\n') return 'n';
  if (c == '\t') return 't';
  if (c == '\0') return '0';
  return c == '\r' && escapes != Escapes::mysql_batch ? 'r' : c;
}

}  // namespace

std::string_view CsvFormat::line_end_text() const {
  if (line_end == LineEnd::cr) return "\r";
  return line_end == LineEnd::crlf ? "\r\n" : "\n";
}

std::string_view without_line_end(std::string_view record, const CsvFormat& format) {
  const auto ends_in = [&](std::string_view end) {
    return record.size() >= end.size() && record.substr(record.size() - end.size()) == end &&
           !last_is_escaped(record.substr(0, record.size() - end.size() + 1), format);
  };
  const auto without = [&](std::size_t count) { return record.substr(0, record.size() - count); };
  switch (format.line_end) {
    case LineEnd::any:
      if (record.size() >= 2 && record.substr(record.size() - 2) == "\r\n") {
        return ends_in("\r\n") ? without(2) : record;
      }
      return ends_in("\n") || ends_in("\r") ? without(1) : record;
    case LineEnd::lf:
      return ends_in("\n") ? without(1) : record;
    case LineEnd::crlf:
      return ends_in("\r\n") ? without(2) : record;
    case LineEnd::cr:
      return ends_in("\r") ? without(1) : record;
  }
  return record;
}

bool is_end_of_data(std::string_view record, const CsvFormat& format) {
  return format.escapes == Escapes::pg_text && record.size() == 2 && record[0] == format.escape &&
         record[1] == '.';
}

std::string write_field(std::string_view text, const CsvFormat& format) {
  std::string out;
  if (format.quote) out.push_back(*format.quote);
  for (const char c : text) {
    const bool cuts = c == format.delimiter || ends_line(c);
    if (format.has_escape() && (c == *format.escape || c == format.quote)) {
      out.push_back(*format.escape);
      out.push_back(c);
    } else if (format.quote) {
      if (c == *format.quote) out.push_back(c);
      out.push_back(c);
    } else if (format.has_escape() && (cuts || c == '\0')) {
      out.push_back(*format.escape);
      out.push_back(c == format.delimiter ? c : escaped(c, format.escapes));
    } else {
      out.push_back(!cuts ? c : format.delimiter == ' ' ? '_' : ' ');
    }
  }
  if (format.quote) out.push_back(*format.quote);
  return out;
}

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
  if (!format.has_escape() || format.escapes == Escapes::plain) return;
  const auto refuse = [](char c, const char* what) {
    if (!ascii::is_alphanumeric(c)) return;
    throw Error(ErrorCode::usage,
                fmt::format("'{}' cannot be the {}: escapes such as \\n give letters and digits a "
                            "meaning",
                            c, what))
        .hint("choose a punctuation mark");
  };
  refuse(format.delimiter, "delimiter");
  if (format.quote) refuse(*format.quote, "quote");
  refuse(*format.escape, "escape character");
}

}  // namespace dbmig::import
