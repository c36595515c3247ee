#include "import/record_parser.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "import/find_byte.hpp"
#include "import/shown.hpp"

namespace dbmig::import {
namespace {

constexpr const char* kStrayCr =
    "there is a carriage return (CR) outside quotes; use --line-end cr if lines end in it, "
    "--line-end lf if it belongs to the value";

/// The meaning of a letter or digit after the escape character.
std::optional<char> meaning(Escapes escapes, char c) {
  struct Meaning {
    char letter;
    char byte;
    bool mysql;
    bool batch;
    bool pg_text;
  };
  static constexpr Meaning kMeanings[] = {
      {'0', '\0', true, true, false},  {'b', '\b', true, false, true},
      {'f', '\f', false, false, true}, {'n', '\n', true, true, true},
      {'r', '\r', true, false, true},  {'t', '\t', true, true, true},
      {'v', '\v', false, false, true}, {'Z', '\x1A', true, false, false},
  };
  for (const Meaning& one : kMeanings) {
    if (one.letter != c) continue;
    if ((escapes == Escapes::mysql && one.mysql) ||
        (escapes == Escapes::mysql_batch && one.batch) ||
        (escapes == Escapes::pg_text && one.pg_text)) {
      return one.byte;
    }
  }
  return std::nullopt;
}

/// The value of a digit in base 8 or 16, or nothing.
std::optional<unsigned> digit(char c, unsigned base) {
  unsigned value = base;
  if (c >= '0' && c <= '9') value = static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') value = static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') value = static_cast<unsigned>(c - 'A') + 10;
  return value < base ? std::optional(value) : std::nullopt;
}

std::string no_meaning(std::string_view sequence, Escapes escapes) {
  std::string reason = fmt::format("the escape sequence {} has no meaning", shown(sequence));
  if (escapes != Escapes::plain) return reason + " in this format";
  return reason +
         "; in --format mysql, mysql-batch and pg-text \\n"
         ", \\t and others have one, with --null '\\N' a field \\N is NULL";
}

}  // namespace

bool RecordParser::is_null(std::string_view raw, bool quoted) const {
  // LOAD DATA reads "\N" as NULL as well.
  if (quoted && format_.escapes == Escapes::mysql && format_.has_escape() && raw.size() == 2 &&
      raw[0] == *format_.escape && raw[1] == 'N') {
    return true;
  }
  if (quoted && !nulls_.quoted) return false;
  return std::any_of(nulls_.texts.begin(), nulls_.texts.end(),
                     [raw](const std::string& text) { return raw == text; });
}

std::size_t RecordParser::end_of_plain(std::string_view record, std::size_t at,
                                       bool& has_escapes) const {
  std::size_t end = find_byte(record, format_.delimiter, at, record.size());
  if (!format_.has_escape() || find_byte(record, *format_.escape, at, end) == end) return end;
  has_escapes = true;
  for (end = at; end < record.size() && record[end] != format_.delimiter; ++end) {
    if (record[end] == *format_.escape) ++end;
  }
  return std::min(end, record.size());
}

/// The closing quote of the field whose text begins at `at`.
std::size_t RecordParser::end_of_quoted(std::string_view record, std::size_t at,
                                        bool& changes) const {
  const char quote = *format_.quote;
  if (!format_.has_escape()) {
    while (true) {
      const std::size_t close = find_byte(record, quote, at, record.size());
      if (close == record.size()) return kNone;
      if (close + 1 == record.size() || record[close + 1] != quote) return close;
      changes = true;
      at = close + 2;
    }
  }
  for (; at < record.size(); ++at) {
    if (record[at] == *format_.escape) {
      changes = true;
      ++at;
    } else if (record[at] == quote) {
      if (at + 1 == record.size() || record[at + 1] != quote) return at;
      changes = true;
      ++at;
    }
  }
  return kNone;
}

/// Appends the meaning of the escape sequence at `at`. Returns the offset past it, kNone if it has
/// no meaning.
std::size_t RecordParser::unescape_one(std::string_view record, std::size_t at) {
  if (at + 1 >= record.size()) return kNone;
  const char c = record[at + 1];
  if (c == format_.delimiter || c == format_.quote || c == format_.escape) {
    unescaped_.push_back(c);
    return at + 2;
  }
  if (const auto byte = meaning(format_.escapes, c)) {
    unescaped_.push_back(*byte);
    return at + 2;
  }
  if (format_.escapes == Escapes::pg_text && (c == 'x' || digit(c, 8))) {
    const unsigned base = c == 'x' ? 16 : 8;
    const std::size_t begin = c == 'x' ? at + 2 : at + 1;
    const std::size_t most = std::min(record.size(), begin + (c == 'x' ? 2 : 3));
    unsigned value = 0;
    std::size_t end = begin;
    for (; end < most && digit(record[end], base); ++end) {
      value = value * base + *digit(record[end], base);
    }
    if (end == begin) return kNone;
    unescaped_.push_back(static_cast<char>(static_cast<unsigned char>(value & 0xFFU)));
    return end;
  }
  if (ascii::is_alphanumeric(c)) return kNone;
  unescaped_.push_back(c);
  return at + 2;
}

/// The text of the field in [at, end), which has escapes or doubled quotes.
std::optional<RecordError> RecordParser::unescape(std::string_view record, std::size_t at,
                                                  std::size_t end, Field& field) {
  const std::size_t kept = unescaped_.size();
  const std::string_view inside = record.substr(0, end);
  while (at < end) {
    if (format_.has_escape() && inside[at] == *format_.escape) {
      const std::size_t next = unescape_one(inside, at);
      if (next == kNone) {
        return RecordError{at, 0, no_meaning(inside.substr(at, 2), format_.escapes)};
      }
      at = next;
    } else {
      if (refuse_cr_ && !field.quoted && inside[at] == '\r') return RecordError{at, 0, kStrayCr};
      unescaped_.push_back(inside[at]);
      at += field.quoted && inside[at] == *format_.quote ? 2 : 1;
    }
  }
  field.text = std::string_view(unescaped_).substr(kept);
  return std::nullopt;
}

/// The first byte from `at` on that --trim does not remove.
std::size_t RecordParser::skip_blanks(std::string_view record, std::size_t at) const {
  while (at < record.size() && format_.is_blank(record[at])) ++at;
  return at;
}

/// The end of the field in [begin, end) without trailing blanks; an escaped blank stays.
std::size_t RecordParser::end_of_text(std::string_view record, std::size_t begin,
                                      std::size_t end) const {
  while (end > begin && format_.is_blank(record[end - 1])) {
    std::size_t escapes = 0;
    while (format_.has_escape() && end - 1 - escapes > begin &&
           record[end - 2 - escapes] == *format_.escape) {
      ++escapes;
    }
    if (escapes % 2 == 1) break;
    --end;
  }
  return end;
}

std::optional<RecordError> RecordParser::parse_field(std::string_view record, std::size_t& at,
                                                     Field& field) {
  if (format_.trim) at = skip_blanks(record, at);
  const std::size_t opened = at;
  field.quoted = at < record.size() && format_.quote && record[at] == *format_.quote;
  const std::size_t begin = field.quoted ? at + 1 : at;
  bool changes = false;
  std::size_t end =
      field.quoted ? end_of_quoted(record, begin, changes) : end_of_plain(record, begin, changes);
  if (end == kNone) return RecordError{opened, 0, "the quote opened here is never closed"};
  at = field.quoted ? end + 1 : end;
  if (format_.trim) {
    if (field.quoted) at = skip_blanks(record, at);
    if (!field.quoted) end = end_of_text(record, begin, end);
  }
  if (field.quoted && at < record.size() && record[at] != format_.delimiter) {
    return RecordError{at, 0,
                       "there is text after the closing quote; a quote inside a quoted field must "
                       "be doubled"};
  }
  field.text = record.substr(begin, end - begin);
  field.null = is_null(field.text, field.quoted);
  if (field.null) return std::nullopt;
  if (changes) return unescape(record, begin, end, field);
  if (refuse_cr_ && !field.quoted) {
    const std::size_t cr = find_byte(record, '\r', begin, end);
    if (cr != end) return RecordError{cr, 0, kStrayCr};
  }
  return std::nullopt;
}

std::optional<RecordError> RecordParser::parse(std::string_view record,
                                               std::vector<Field>& fields) {
  fields.clear();
  record = without_line_end(record, format_);
  if (is_end_of_data(record, format_)) {
    return RecordError{0, 0, "this marks the end of PostgreSQL's data, but more follows"};
  }
  refuse_cr_ = format_.line_end == LineEnd::any &&
               find_byte(record, '\r', 0, record.size()) != record.size();
  unescaped_.clear();
  unescaped_.reserve(record.size());  // views into it must stay valid
  std::size_t at = 0;
  while (true) {
    if (auto error = parse_field(record, at, fields.emplace_back())) {
      error->field = fields.size() - 1;
      return error;
    }
    if (at >= record.size()) return std::nullopt;
    ++at;
  }
}

}  // namespace dbmig::import
