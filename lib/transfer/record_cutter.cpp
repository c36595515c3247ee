#include "transfer/record_cutter.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace dbmig::transfer {

using import::Field;

Error not_utf8(char byte) {
  return Error(ErrorCode::invalid,
               fmt::format("a byte that is not UTF-8: 0x{:02X}", static_cast<unsigned char>(byte)))
      .hint("name the file's encoding, for example --encoding latin1 or --encoding windows-1252");
}

RecordCutter::RecordCutter(const import::Options& options, std::string file,
                           const RecordShape& shape)
    : options_(options),
      file_(std::move(file)),
      shape_(shape),
      splitter_(shape.format),
      parser_(shape.format, options.nulls) {
  if (options_.is_json) json_.emplace(shape.names, options.ignore_unknown);
  if (!options_.is_json && import::IndexedRecords::suits(shape.format)) {
    indexed_.emplace(shape.format, options_.nulls);
  }
}

void RecordCutter::start(std::string_view text, std::uint64_t first_line) {
  text_ = text;
  first_line_ = first_line;
  at_ = 0;
  broken_ = text::find_invalid_utf8(text).value_or(text.npos);
  // Escapes write it without containing it.
  may_have_zeros_ =
      json_ || shape_.format.has_escape() || text.find('\0') != std::string_view::npos;
  if (indexed_) indexed_->start(text);
}

/// Cuts the next record that can be read into fields_; false at the end of the chunk.
bool RecordCutter::next() {
  while (at_ < text_.size()) {
    const std::size_t start = at_;
    const auto end = indexed_ ? indexed_->cut(at_, fields_) : std::nullopt;
    if (end && fields_.size() == shape_.names.size()) {
      at_ = *end;
    } else if (!cut_closely()) {
      continue;
    }
    if (!is_readable(start)) continue;
    if (!shape_.places.empty()) put_in_places();
    return true;
  }
  return false;
}

/// Parses the record at at_ and moves at_ past it; false for a comment, an empty line, and a record
/// that is rejected.
bool RecordCutter::cut_closely() {
  const std::size_t end = splitter_.record_end(text_, at_).value_or(text_.size());
  const std::string_view record = text_.substr(at_, end - at_);
  const std::size_t start = std::exchange(at_, end);
  if (shape_.format.is_comment(record)) return false;
  const std::string_view line = import::without_line_end(record, shape_.format);
  if (line.empty() && (json_ || shape_.names.size() > 1)) return false;
  const auto wrong = json_ ? json_->parse(line, fields_) : parser_.parse(record, fields_);
  const std::string reason = wrong ? wrong->reason : fit();
  if (reason.empty()) return true;
  return fail(Error(ErrorCode::invalid, reason)
                  .at(line_of(start))
                  .hint(json_ ? "nothing was written; correct the file"
                              : "nothing was written; correct the file, or set --delimiter and "
                                "--quote"));
}

/// Gives the record as many fields as there are names, if the options say how; otherwise the reason
/// why it has others.
std::string RecordCutter::fit() {
  const std::size_t expected = shape_.names.size();
  if (fields_.size() < expected && options_.fill_missing) {
    fields_.resize(expected, Field{.text = {}, .quoted = false, .null = true});
  }
  if (fields_.size() > expected && options_.ignore_unknown) fields_.resize(expected);
  if (fields_.size() == expected) return "";
  return fmt::format("the record has {}, and the header {}", text::count(fields_.size(), "field"),
                     expected);
}

/// Whether the record from `start` to at_ is text that databases take.
bool RecordCutter::is_readable(std::size_t start) {
  if (at_ > broken_) {
    const Error error = not_utf8(text_[broken_]).at(line_of(broken_));
    const auto next = text::find_invalid_utf8(text_.substr(at_));
    broken_ = next ? at_ + *next : text_.npos;
    return fail(error);
  }
  for (std::size_t i = 0; may_have_zeros_ && i < fields_.size(); ++i) {
    const std::size_t zero = fields_[i].text.find('\0');
    if (zero == std::string_view::npos) continue;
    return fail(
        Error(ErrorCode::invalid, fmt::format("field {} has a NUL byte at offset {}", i + 1, zero))
            .at(line_of(start))
            .hint("nothing was written; remove it: texts of databases do not contain it"));
  }
  return true;
}

void RecordCutter::put_in_places() {
  placed_.resize(fields_.size());
  for (std::size_t i = 0; i < fields_.size(); ++i) placed_[shape_.places[i]] = fields_[i];
  std::swap(placed_, fields_);
}

SourcePosition RecordCutter::line_of(std::size_t offset) const {
  const auto lines = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset),
                                shape_.format.line_byte());
  return {file_, static_cast<int>(first_line_ + static_cast<std::uint64_t>(lines)), 0};
}

/// False if the record is rejected, and others go on.
bool RecordCutter::fail(const Error& error) const {
  if (!options_.goes_on()) throw Error(error);
  return false;
}

}  // namespace dbmig::transfer
