#include "import/chunk_reader.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "import/file_kind.hpp"
#include "import/find_byte.hpp"

namespace dbmig::import {
namespace {

constexpr std::size_t kHeaderBlock = std::size_t{64} << 10;
constexpr std::size_t kSkipBlock = std::size_t{1} << 20;

}  // namespace

ChunkReader::ChunkReader(Input& input, const CsvFormat& format, const Limits& limits)
    : input_(input), format_(format), splitter_(format), limits_(limits) {
  limits_.chunk = std::max<std::size_t>(limits_.chunk, 1);
  carry_.resize(kHeaderBlock);
  const std::size_t n = input_.read(carry_);
  ended_ = n < carry_.size();
  carry_.resize(n);
  check_kind();
}

std::size_t ChunkReader::count_lines(std::string_view text) const {
  return count_byte(text, format_.line_byte());
}

void ChunkReader::check_kind() {
  if (std::string_view(carry_).substr(0, 3) == "\xEF\xBB\xBF") {
    carry_.erase(0, 3);
    bytes_done_ = 3;
  }
  if (const auto kind = binary_kind(carry_)) {
    throw Error(ErrorCode::invalid, fmt::format("{} is {}", input_.name(), kind->what))
        .hint(kind->hint);
  }
}

void ChunkReader::set_format(const CsvFormat& format) {
  format_ = format;
  splitter_ = Splitter(format);
}

/// Appends as much as carry_ already holds, at least a block. False at the end of the input.
bool ChunkReader::read_more() {
  if (ended_) return false;
  const std::size_t had = carry_.size();
  const std::size_t more = std::max(had, kHeaderBlock);
  carry_.resize(had + more);
  const std::size_t n = input_.read(std::span(carry_).subspan(had));
  ended_ = n < more;
  carry_.resize(had + n);
  return n != 0;
}

void ChunkReader::skip_lines(std::uint64_t count) {
  for (std::uint64_t skipped = 0; skipped < count; ++skipped) {
    std::size_t end = carry_.find(format_.line_byte());
    while (end == std::string::npos && carry_.size() <= limits_.record && read_more()) {
      end = carry_.find(format_.line_byte());
    }
    if (end == std::string::npos) {
      throw Error(ErrorCode::invalid,
                  fmt::format("{} has fewer than the {} lines that --skip-lines skips",
                              input_.name(), count))
          .hint("check that it is the right file, and that its lines end as --line-end says");
    }
    give_out(std::string_view(carry_).substr(0, end + 1));
    carry_.erase(0, end + 1);
  }
}

/// The length of the mark that ends PostgreSQL's data, if it is the last record of `data`.
std::size_t ChunkReader::end_mark(std::string_view data) const {
  if (format_.escapes != Escapes::pg_text) return 0;
  const std::string_view text = without_line_end(data, format_);
  if (text.size() < 2 || !is_end_of_data(text.substr(text.size() - 2), format_)) return 0;
  const std::size_t start = text.size() - 2;
  // It must be alone on its line, and an escaped line end does not end a line.
  if (start != 0 && splitter_.last_boundary(data.substr(0, start)) != start) return 0;
  return data.size() - start;
}

void ChunkReader::give_out(std::string_view text) {
  first_line_ = line_;
  line_ += count_lines(text);
  bytes_done_ += text.size();
}

/// The data ended, or became too long, inside `record`, which begins at line_.
void ChunkReader::fail(std::string_view record) const {
  const auto at = [&](std::size_t offset) {
    const std::string_view before = record.substr(0, offset);
    const std::size_t newline = before.rfind(format_.line_byte());
    const std::size_t column = newline == std::string_view::npos ? offset : offset - newline - 1;
    return SourcePosition{input_.name(), static_cast<int>(line_ + count_lines(before)),
                          static_cast<int>(column + 1)};
  };
  const auto open = splitter_.open_end(record);
  if (open && open->what == Splitter::Open::What::escape && ended_) {
    throw Error(ErrorCode::invalid, "the file ends with an escape character")
        .at(at(open->offset))
        .hint("check that the file is complete; if it has no escapes, use --escape none");
  }
  if (open && open->what == Splitter::Open::What::quote) {
    throw Error(ErrorCode::invalid, ended_ ? "the quote opened here is never closed"
                                           : fmt::format("the quote opened here is not closed "
                                                         "within {} MiB",
                                                         limits_.record >> 20U))
        .at(at(open->offset))
        .hint(
            "close it, double it if it belongs to the text, or use --quote none if this file "
            "does not quote");
  }
  throw Error(ErrorCode::invalid, fmt::format("the record that starts here is longer than {} MiB",
                                              limits_.record >> 20U))
      .at(at(0))
      .hint("is it a text file whose lines end in LF or CRLF?");
}

void ChunkReader::take() {
  if (const auto record = peek()) {
    carry_.erase(0, record->size());
    give_out(*record);
  }
}

std::optional<std::string> ChunkReader::peek() {
  while (true) {
    std::optional<std::size_t> end = splitter_.record_end(carry_, 0);
    if (ended_ && end_mark(carry_) == carry_.size()) return std::nullopt;
    if (!end && ended_) {
      if (splitter_.open_end(carry_)) fail(carry_);
      end = carry_.size();
    }
    if (end) return carry_.substr(0, *end);
    if (carry_.size() > limits_.record) fail(carry_);
    read_more();
  }
}

std::string_view ChunkReader::pending(const Bytes& bytes, std::size_t prefix) const {
  return std::string_view(bytes.data(), bytes.size()).substr(prefix);
}

/// Reads more after the first `had` bytes of `bytes`, until there are `target` bytes or the input
/// ends. Bytes of an earlier chunk are overwritten without being cleared before.
bool ChunkReader::fill(Bytes& bytes, std::size_t had, std::size_t target) {
  if (ended_ || target <= had) {
    bytes.resize(had);
    return false;
  }
  bytes.resize(target);
  const std::size_t n = input_.read(std::span(bytes).subspan(had));
  ended_ = had + n < bytes.size();
  bytes.resize(had + n);
  return true;
}

void ChunkReader::skip_to(std::uint64_t bytes_done, std::uint64_t line) {
  std::uint64_t left = bytes_done - std::min(bytes_done, bytes_done_);
  const auto of_carry = static_cast<std::size_t>(std::min<std::uint64_t>(left, carry_.size()));
  carry_.erase(0, of_carry);
  left -= of_carry;
  std::string block;
  while (left > 0) {
    block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, kSkipBlock)));
    if (input_.read(block) < block.size()) {
      throw Error(ErrorCode::io,
                  fmt::format("{} ends before byte {}, up to which it has been loaded",
                              input_.name(), bytes_done));
    }
    left -= block.size();
  }
  bytes_done_ = bytes_done;
  line_ = first_line_ = line;
}

/// The end of the last record that still fits the limit of records per chunk; `records` are
/// complete.
std::size_t ChunkReader::cut_records(std::string_view records) const {
  if (limits_.records == 0) return records.size();
  std::size_t end = 0;
  for (std::uint64_t i = 0; i < limits_.records && end < records.size(); ++i) {
    end = splitter_.record_end(records, end).value_or(records.size());
  }
  return end;
}

bool ChunkReader::next(Bytes& bytes, std::size_t prefix) {
  const std::size_t had = prefix + carry_.size();
  if (bytes.size() < had) bytes.resize(had);
  std::copy(carry_.begin(), carry_.end(), bytes.begin() + static_cast<std::ptrdiff_t>(prefix));
  carry_.clear();
  // A carry larger than a chunk is cut without reading more.
  fill(bytes, had, std::max(prefix + limits_.chunk, had));
  while (true) {
    const std::string_view data = pending(bytes, prefix);
    const std::size_t mark = end_mark(data);
    if (ended_ && mark != 0) {
      bytes_done_ += mark;
      bytes.resize(bytes.size() - mark);
      continue;
    }
    if (data.empty()) return false;
    // A chunk does not exceed the limit if possible, even after a large carry.
    std::size_t boundary = splitter_.last_boundary(data.substr(0, limits_.chunk));
    if (boundary == 0 && data.size() > limits_.chunk) {
      boundary = splitter_.record_end(data, 0).value_or(0);
    }
    if (boundary == 0 && ended_) {
      if (splitter_.open_end(data)) fail(data);
      boundary = data.size();
    }
    // A possible end mark waits until more is known.
    if (boundary == data.size() && !ended_) boundary -= mark;
    if (boundary != 0) {
      boundary = cut_records(data.substr(0, boundary));
      give_out(data.substr(0, boundary));
      carry_.assign(data.substr(boundary));
      bytes.resize(prefix + boundary);
      return true;
    }
    if (data.size() > limits_.record) fail(data);
    fill(bytes, bytes.size(), prefix + 2 * data.size());
  }
}

}  // namespace dbmig::import
