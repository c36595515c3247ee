#include "import/indexed_records.hpp"

#include <algorithm>

namespace dbmig::import {
namespace {

/// Bytes that are indexed at a time. A longer record is cut without the index.
constexpr std::size_t kIndexedBytes = std::size_t{1} << 15U;

}  // namespace

bool IndexedRecords::suits(const CsvFormat& format) {
  const auto ends_line = [](std::optional<char> c) { return c == '\n' || c == '\r'; };
  return !ends_line(format.delimiter) && !ends_line(format.quote) && !format.has_escape() &&
         !format.trim && format.comment.empty() && format.escapes != Escapes::pg_text &&
         format.line_end != LineEnd::crlf;
}

IndexedRecords::IndexedRecords(const CsvFormat& format, const NullMarks& nulls, IndexWay way)
    : bytes_{.delimiter = format.delimiter,
             .line_end = format.line_byte(),
             .quote = format.quote,
             .carriage_return = format.line_end == LineEnd::any},
      nulls_(nulls),
      only_empty_is_null_(nulls.texts.size() == 1 && nulls.texts.front().empty() && !nulls.quoted),
      way_(way),
      positions_(kIndexedBytes + kIndexSlack) {}

void IndexedRecords::start(std::string_view chunk) {
  chunk_ = chunk;
  index_from(0);
}

void IndexedRecords::index_from(std::size_t at) {
  const std::string_view part = chunk_.substr(at, kIndexedBytes);
  count_ = find_structure(way_, part, bytes_, static_cast<std::uint32_t>(at), positions_.data());
  entry_ = 0;
  begin_ = at;
  end_ = at + part.size();
}

bool IndexedRecords::is_null(std::string_view text, bool quoted) const {
  if (only_empty_is_null_) return text.empty() && !quoted;
  if (quoted && !nulls_.quoted) return false;
  return std::any_of(nulls_.texts.begin(), nulls_.texts.end(),
                     [text](const std::string& null) { return text == null; });
}

std::optional<std::size_t> IndexedRecords::cut(std::size_t at, std::vector<Field>& fields) {
  while (entry_ < count_ && positions_[entry_] < at) ++entry_;
  Outcome outcome = try_cut(at, fields);
  if (outcome == Outcome::index_ended && at != begin_ && end_ != chunk_.size()) {
    index_from(at);
    outcome = try_cut(at, fields);
  }
  return outcome == Outcome::cut ? std::optional(next_) : std::nullopt;
}

/// Reads the field whose opening quote is at `entry`, and moves on to the byte that ends it; false
/// if it is not plain text in quotes, or the index ends before.
bool IndexedRecords::take_quoted(std::size_t& entry, Field& field, bool& index_ended) const {
  const std::size_t opened = positions_[entry];
  do {
    ++entry;
  } while (entry < count_ && chunk_[positions_[entry]] != *bytes_.quote);
  // The byte after a closing quote shows whether it is one.
  if (entry + 1 >= count_) {
    index_ended = true;
    return false;
  }
  const std::size_t closed = positions_[entry];
  ++entry;
  if (positions_[entry] != closed + 1 || chunk_[closed + 1] == *bytes_.quote) return false;
  field.text = chunk_.substr(opened + 1, closed - opened - 1);
  field.quoted = true;
  return true;
}

IndexedRecords::Outcome IndexedRecords::try_cut(std::size_t at, std::vector<Field>& fields) {
  fields.clear();
  std::size_t begin = at;
  for (std::size_t entry = entry_;; ++entry) {
    if (entry >= count_) return Outcome::index_ended;
    Field& field = fields.emplace_back();
    char c = chunk_[positions_[entry]];
    if (c == bytes_.quote) {
      if (positions_[entry] != begin) return Outcome::rare;
      bool index_ended = false;
      if (!take_quoted(entry, field, index_ended)) {
        return index_ended ? Outcome::index_ended : Outcome::rare;
      }
      c = chunk_[positions_[entry]];
    } else {
      field.text = chunk_.substr(begin, positions_[entry] - begin);
    }
    field.null = is_null(field.text, field.quoted);
    const std::size_t position = positions_[entry];
    if (c == bytes_.delimiter) {
      begin = position + 1;
      continue;
    }
    std::size_t taken = 1;
    if (c != bytes_.line_end) {
      // A CR that is not part of a line end is an error.
      if (position + 1 >= chunk_.size() || chunk_[position + 1] != bytes_.line_end) {
        return Outcome::rare;
      }
      taken = 2;
    }
    entry_ = std::min(entry + taken, count_);
    next_ = position + taken;
    return Outcome::cut;
  }
}

}  // namespace dbmig::import
