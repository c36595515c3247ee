#include "import/splitter.hpp"

#include <algorithm>

#include "import/find_byte.hpp"

namespace dbmig::import {
/// The number of bytes of the escape sequence at `at`. If lines end in CRLF, it is escaped as a
/// whole.
std::size_t Splitter::escape_length(std::string_view data, std::size_t at) const {
  const bool escapes_crlf = format_.line_end == LineEnd::any && at + 2 < data.size() &&
                            data[at + 1] == '\r' && data[at + 2] == '\n';
  return escapes_crlf ? 3 : 2;
}

/// The offset past the quote that closes the one at `opened`; nothing if the data ends first.
std::optional<std::size_t> Splitter::close_quote(std::string_view data, std::size_t opened,
                                                 Scan& cut) const {
  const std::size_t size = data.size();
  std::size_t at = opened + 1;
  while (at < size) {
    if (format_.has_escape() && data[at] == *format_.escape) {
      at += 2;
    } else if (data[at] != *format_.quote) {
      ++at;
    } else if (at + 1 < size && data[at + 1] == *format_.quote) {
      at += 2;
    } else if (at + 1 == size) {
      // The next byte decides whether this quote closes or is the first of a pair.
      cut = {.end = 0, .cut = true, .open = std::nullopt};
      return std::nullopt;
    } else {
      return at + 1;
    }
  }
  cut = {.end = 0, .cut = true, .open = Open{Open::What::quote, opened}};
  return std::nullopt;
}

/// Field by field: whether a quote opens depends on where the field begins.
Splitter::Scan Splitter::scan(std::string_view data, std::size_t start) const {
  const std::size_t size = data.size();
  Scan cut = {.end = 0, .cut = true, .open = std::nullopt};
  std::size_t at = start;
  while (at < size) {
    if (format_.trim) {
      std::size_t quote = at;
      while (quote < size && format_.is_blank(data[quote])) ++quote;
      if (quote == size) return cut;
      if (format_.quote && data[quote] == *format_.quote) at = quote;
    }
    if (format_.quote && data[at] == *format_.quote) {
      const auto closed = close_quote(data, at, cut);
      if (!closed) return cut;
      at = *closed;
    }
    // Up to the delimiter or the end of the record; quotes have no meaning here.
    std::size_t unescaped = at;  // from here on, no byte is escaped
    for (; at < size && data[at] != format_.delimiter; ++at) {
      if (format_.has_escape() && data[at] == *format_.escape) {
        if (at + 1 == size) cut.open = Open{Open::What::escape, at};
        at += escape_length(data, at) - 1;
        unescaped = at + 1;
      } else if (data[at] == line_byte_ &&
                 (!needs_cr_ || (at > unescaped && data[at - 1] == '\r'))) {
        return {.end = at + 1, .cut = false, .open = std::nullopt};
      }
    }
    ++at;
  }
  return cut;
}

/// The offset past the comment that begins at `start`: quotes and escapes have no meaning in it.
std::optional<std::size_t> Splitter::comment_end(std::string_view data, std::size_t start) const {
  const std::size_t end =
      needs_cr_ ? data.find("\r\n", start) : find_byte(data, line_byte_, start, data.size());
  if (end >= data.size()) return std::nullopt;
  return end + (needs_cr_ ? 2 : 1);
}

std::optional<std::size_t> Splitter::record_end(std::string_view data, std::size_t start) const {
  if (format_.is_comment(data.substr(std::min(start, data.size())))) {
    return comment_end(data, start);
  }
  // Most records are one line without a quote.
  const std::size_t newline = find_byte(data, line_byte_, start, data.size());
  if (newline == data.size()) {
    return std::nullopt;
  }
  const bool plain =
      (!format_.quote || find_byte(data, *format_.quote, start, newline) == newline) &&
      (!format_.escape || find_byte(data, *format_.escape, start, newline) == newline) &&
      (!needs_cr_ || (newline > start && data[newline - 1] == '\r'));
  if (plain) return newline + 1;
  const Scan scanned = scan(data, start);
  if (scanned.cut) return std::nullopt;
  return scanned.end;
}

std::size_t Splitter::last_boundary(std::string_view data) const {
  if (!format_.escape && format_.comment.empty()) return boundary_without_escape(data);
  std::size_t boundary = 0;
  while (const auto end = record_end(data, boundary)) boundary = *end;
  return boundary;
}

/// The offset past the last line end of text without quotes and escapes, 0 if there is none.
std::size_t Splitter::last_line_end(std::string_view stretch) const {
  const std::size_t at = needs_cr_ ? stretch.rfind("\r\n") : stretch.rfind(line_byte_);
  return at == kNone ? 0 : at + (needs_cr_ ? 2 : 1);
}

std::size_t Splitter::boundary_without_escape(std::string_view data) const {
  // Parts without a quote need no scan of single records: their last line end ends a record.
  std::size_t boundary = 0;
  while (boundary < data.size()) {
    const std::size_t quote =
        format_.quote ? find_byte(data, *format_.quote, boundary, data.size()) : data.size();
    boundary += last_line_end(data.substr(boundary, quote - boundary));
    if (quote == data.size()) return boundary;
    const Scan scanned = scan(data, boundary);
    if (scanned.cut) return boundary;
    boundary = scanned.end;
  }
  return boundary;
}

std::optional<Splitter::Open> Splitter::open_end(std::string_view record) const {
  return format_.is_comment(record) ? std::nullopt : scan(record, 0).open;
}

}  // namespace dbmig::import
