#include "import/record_parser.hpp"

#include <cstring>

namespace dbmig::import {
namespace {

constexpr std::size_t kFailed = std::string_view::npos;

/// The position of `c` from `at` on, or the end.
std::size_t find(std::string_view text, char c, std::size_t at) {
  const void* hit = at < text.size() ? std::memchr(text.data() + at, c, text.size() - at) : nullptr;
  return hit == nullptr ? text.size()
                        : static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
}

}  // namespace

std::string_view without_line_end(std::string_view record) {
  if (!record.empty() && record.back() == '\n') record.remove_suffix(1);
  if (!record.empty() && record.back() == '\r') record.remove_suffix(1);
  return record;
}

std::size_t RecordParser::parse_quoted(std::string_view record, std::size_t at, Field& field) {
  const char quote = *format_.quote;
  const bool has_escape = format_.escape && *format_.escape != quote;
  const std::size_t begin = ++at;
  if (!has_escape) {
    const std::size_t close = find(record, quote, at);
    if (close == record.size()) return kFailed;
    if (close + 1 == record.size() || record[close + 1] != quote) {
      field.text = record.substr(begin, close - begin);
      return close + 1;
    }
  }
  const std::size_t kept = unescaped_.size();
  while (at < record.size()) {
    const char c = record[at];
    if (has_escape && c == *format_.escape && at + 1 < record.size()) {
      unescaped_.push_back(record[at + 1]);
      at += 2;
    } else if (c != quote) {
      unescaped_.push_back(c);
      ++at;
    } else if (at + 1 < record.size() && record[at + 1] == quote) {
      unescaped_.push_back(quote);
      at += 2;
    } else {
      field.text = std::string_view(unescaped_).substr(kept);
      return at + 1;
    }
  }
  return kFailed;
}

std::size_t RecordParser::parse_plain(std::string_view record, std::size_t at, Field& field) {
  const std::size_t begin = at;
  if (!format_.escape || format_.escape == format_.quote) {
    at = find(record, format_.delimiter, at);
    field.text = record.substr(begin, at - begin);
    return at;
  }
  const std::size_t kept = unescaped_.size();
  bool changed = false;
  for (; at < record.size() && record[at] != format_.delimiter; ++at) {
    if (record[at] == *format_.escape && at + 1 < record.size()) {
      ++at;
      changed = true;
    }
    unescaped_.push_back(record[at]);
  }
  field.text = record.substr(begin, at - begin);
  // `\N` is how some programs write NULL: such a field is left as it is for the comparison with
  // --null.
  if (changed && field.text != "\\N") field.text = std::string_view(unescaped_).substr(kept);
  return at;
}

std::optional<RecordError> RecordParser::parse(std::string_view record,
                                               std::vector<Field>& fields) {
  fields.clear();
  record = without_line_end(record);
  unescaped_.clear();
  unescaped_.reserve(record.size());  // Views into it stay valid.
  std::size_t at = 0;
  while (true) {
    Field& field = fields.emplace_back();
    if (at < record.size() && format_.quote && record[at] == *format_.quote) {
      field.quoted = true;
      const std::size_t opened = at;
      at = parse_quoted(record, at, field);
      if (at == kFailed) {
        return RecordError{opened, fields.size() - 1, "the quote opened here is never closed"};
      }
      if (at < record.size() && record[at] != format_.delimiter) {
        return RecordError{at, fields.size() - 1,
                           "there is text after the closing quote; a quote inside a quoted field "
                           "must be doubled"};
      }
    } else {
      at = parse_plain(record, at, field);
    }
    if (at >= record.size()) return std::nullopt;
    ++at;
  }
}

}  // namespace dbmig::import
