#include "fuzz/reference.hpp"

#include <algorithm>
#include <cctype>

namespace dbmig::fuzz {
namespace {

using import::CsvFormat;
using import::Escapes;
using import::LineEnd;
using import::NullMarks;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The text that stands for itself once escapes are resolved; nothing for one without a meaning.
std::optional<std::string> resolve(const std::string& raw, const CsvFormat& format, bool quoted) {
  std::string text;
  for (std::size_t i = 0; i < raw.size();) {
    const char c = raw[i];
    if (format.has_escape() && c == *format.escape) {
      if (i + 1 == raw.size()) return std::nullopt;
      const char next = raw[i + 1];
      i += 2;
      const bool is_special = next == format.delimiter || (format.quote && next == *format.quote) ||
                              next == *format.escape;
      std::string letters;
      std::string bytes;
      if (format.escapes == Escapes::mysql)
        letters = "0bnrtZ", bytes = std::string("\0\b\n\r\t\x1A", 6);
      if (format.escapes == Escapes::mysql_batch) letters = "0nt", bytes = std::string("\0\n\t", 3);
      if (format.escapes == Escapes::pg_text) letters = "bfnrtv", bytes = "\b\f\n\r\t\v";
      if (is_special) {
        text += next;
      } else if (const std::size_t at = letters.find(next); at != std::string::npos) {
        text += bytes[at];
      } else if (format.escapes == Escapes::pg_text && next == 'x') {
        std::string digits;
        while (digits.size() < 2 && i < raw.size() &&
               std::isxdigit(static_cast<unsigned char>(raw[i])) != 0) {
          digits += raw[i++];
        }
        if (digits.empty()) return std::nullopt;
        text += static_cast<char>(std::stoi(digits, nullptr, 16));
      } else if (format.escapes == Escapes::pg_text && next >= '0' && next <= '7') {
        std::string digits(1, next);
        while (digits.size() < 3 && i < raw.size() && raw[i] >= '0' && raw[i] <= '7') {
          digits += raw[i++];
        }
        text += static_cast<char>(std::stoi(digits, nullptr, 8) & 0xFF);
      } else if (is_word(next)) {
        return std::nullopt;
      } else {
        text += next;
      }
    } else if (quoted && format.quote && c == *format.quote) {
      text += c;  // the first of a pair
      i += 2;
    } else {
      text += c;
      ++i;
    }
  }
  return text;
}

/// Reads one record after the other.
class Reader {
 public:
  Reader(std::string_view data, const CsvFormat& format, const NullMarks& nulls)
      : data_(data), format_(format), nulls_(nulls) {}

  ReferenceRecord next() {
    record_ = {};
    record_.begin = at_;
    if (!format_.comment.empty() && data_.substr(at_).starts_with(format_.comment)) {
      record_.is_comment = true;
      while (at_ < data_.size()) {
        if (ends_line_here(at_, at_)) {
          record_.is_closed = true;
          ++at_;
          break;
        }
        ++at_;
      }
      record_.end = at_;
      return record_;
    }
    fields_.clear();
    is_bad_ = false;
    while (read_field()) {
    }
    record_.end = at_;
    const std::string_view whole = data_.substr(record_.begin, text_end_ - record_.begin);
    if (format_.escapes == Escapes::pg_text && format_.has_escape() &&
        whole == std::string{*format_.escape, '.'}) {
      is_bad_ = true;
    }
    if (!is_bad_) record_.fields = fields_;
    return record_;
  }
  bool is_at_end() const { return at_ >= data_.size(); }

 private:
  /// Whether the byte at `i` ends a line; bytes from `plain` on are not escaped.
  bool ends_line_here(std::size_t i, std::size_t plain) const {
    switch (format_.line_end) {
      case LineEnd::any:
      case LineEnd::lf:
        return data_[i] == '\n';
      case LineEnd::cr:
        return data_[i] == '\r';
      case LineEnd::crlf:
        if (record_.is_comment)
          return data_[i] == '\n' && i > record_.begin && data_[i - 1] == '\r';
        return data_[i] == '\n' && i > plain && data_[i - 1] == '\r';
    }
    return false;
  }
  bool is_escape(std::size_t i) const {
    return format_.has_escape() && data_[i] == *format_.escape;
  }
  bool is_quote(std::size_t i) const { return format_.quote && data_[i] == *format_.quote; }

  /// The bytes of the line end that stand in front of the one at which the line ended.
  std::size_t line_end_before(std::size_t i, std::size_t plain) const {
    const bool takes_cr = format_.line_end == LineEnd::any || format_.line_end == LineEnd::crlf;
    return takes_cr && i > plain && data_[i - 1] == '\r' ? 1 : 0;
  }

  /// False when it was the last of the record.
  bool read_field() {
    std::size_t start = at_;
    if (format_.trim) {
      while (start < data_.size() && format_.is_blank(data_[start])) ++start;
    }
    ReferenceField field;
    std::string raw;
    std::size_t after = start;
    if (start < data_.size() && is_quote(start)) {
      field.quoted = true;
      std::size_t i = start + 1;
      bool is_closed = false;
      while (i < data_.size()) {
        if (is_escape(i)) {
          raw += data_.substr(i, 2);
          i += 2;
        } else if (is_quote(i) && i + 1 < data_.size() && is_quote(i + 1)) {
          raw += data_.substr(i, 2);
          i += 2;
        } else if (is_quote(i)) {
          is_closed = true;
          ++i;
          break;
        } else {
          raw += data_[i++];
        }
      }
      if (!is_closed) {
        record_.is_open = true;
        is_bad_ = true;
        at_ = text_end_ = data_.size();
        return false;
      }
      after = i;
    }
    // Up to the delimiter or the line end.
    std::size_t i = field.quoted ? after : at_;
    std::size_t plain = i;  // from here on nothing is escaped
    bool is_last = true;
    std::size_t end = data_.size();
    std::size_t next = data_.size();
    for (; i < data_.size(); ++i) {
      if (data_[i] == format_.delimiter) {
        is_last = false;
        end = i;
        next = i + 1;
        break;
      }
      if (is_escape(i)) {
        if (i + 1 == data_.size()) record_.is_open = true;
        const bool is_crlf = format_.line_end == LineEnd::any && i + 2 < data_.size() &&
                             data_[i + 1] == '\r' && data_[i + 2] == '\n';
        i += is_crlf ? 2 : 1;
        plain = i + 1;
      } else if (ends_line_here(i, plain)) {
        record_.is_closed = true;
        end = i - line_end_before(i, plain);
        next = i + 1;
        break;
      }
    }
    if (is_last && !record_.is_closed) {
      // The data ends; a CR at its end is half a line end where both end lines.
      if (format_.line_end == LineEnd::any && end > plain && data_[end - 1] == '\r') --end;
      next = data_.size();
    }
    at_ = next;
    text_end_ = end;
    finish(field, raw, start, after, end);
    return !is_last;
  }

  void finish(ReferenceField field, std::string raw, std::size_t start, std::size_t after,
              std::size_t end) {
    if (field.quoted) {
      for (std::size_t i = after; i < end; ++i) {
        if (!format_.trim || !format_.is_blank(data_[i])) is_bad_ = true;
      }
    } else {
      raw = end > start ? std::string(data_.substr(start, end - start)) : std::string();
      if (format_.trim) {
        // An escaped blank belongs to the text.
        std::size_t kept = 0;
        for (std::size_t i = 0; i < raw.size(); ++i) {
          if (format_.has_escape() && raw[i] == *format_.escape) {
            ++i;
            kept = std::min(i + 1, raw.size());
          } else if (!format_.is_blank(raw[i])) {
            kept = i + 1;
          }
        }
        raw.resize(kept);
      }
    }
    const bool is_mysql_null = field.quoted && format_.escapes == Escapes::mysql &&
                               format_.has_escape() && raw == std::string{*format_.escape, 'N'};
    const bool may_be_null = !field.quoted || nulls_.quoted;
    if (is_mysql_null || (may_be_null && std::find(nulls_.texts.begin(), nulls_.texts.end(), raw) !=
                                             nulls_.texts.end())) {
      field.null = true;
      field.text = raw;
    } else {
      bool has_stray_cr = false;
      if (format_.line_end == LineEnd::any && !field.quoted) {
        for (std::size_t i = 0; i < raw.size(); ++i) {
          if (format_.has_escape() && raw[i] == *format_.escape) {
            ++i;
          } else if (raw[i] == '\r') {
            has_stray_cr = true;
          }
        }
      }
      const auto text = resolve(raw, format_, field.quoted);
      if (!text || has_stray_cr) is_bad_ = true;
      field.text = text.value_or("");
    }
    fields_.push_back(std::move(field));
  }

  std::string_view data_;
  CsvFormat format_;
  NullMarks nulls_;
  std::size_t at_ = 0;
  std::size_t text_end_ = 0;
  ReferenceRecord record_;
  std::vector<ReferenceField> fields_;
  bool is_bad_ = false;
};

}  // namespace

std::vector<ReferenceRecord> read_reference(std::string_view data, const CsvFormat& format,
                                            const NullMarks& nulls) {
  std::vector<ReferenceRecord> records;
  Reader reader(data, format, nulls);
  while (!reader.is_at_end()) records.push_back(reader.next());
  return records;
}

}  // namespace dbmig::fuzz
