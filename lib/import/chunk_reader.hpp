#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "import/communicator.hpp"
#include "import/csv_format.hpp"
#include "import/input.hpp"
#include "import/splitter.hpp"

namespace dbmig::import {

/// Cuts an input into chunks of complete records, in bounded memory.
class ChunkReader {
 public:
  struct Limits {
    std::size_t chunk = std::size_t{1} << 20;    ///< intended size of a chunk in bytes
    std::size_t record = std::size_t{64} << 20;  ///< a longer record is an error
    std::uint64_t records = 0;                   ///< limit of a chunk; 0: unlimited
  };

  /// Reads the first bytes, skipping a byte order mark. Throws Error{invalid} if they are not text
  /// in UTF-8, see binary_kind(). `input` must outlive the reader.
  ChunkReader(Input& input, const CsvFormat& format, const Limits& limits);

  /// The first bytes that were read and not returned yet.
  std::string_view head() const { return carry_; }
  /// Whether head() is all that is left of the input.
  bool is_whole() const { return ended_; }
  /// Continues with another format. Allowed only while nothing but whole lines was returned.
  void set_format(const CsvFormat& format);
  /// Skips this many lines, whatever they contain. Throws Error{invalid} if there are fewer.
  void skip_lines(std::uint64_t count);
  /// The line at which the next record begins, from 1.
  std::uint64_t line() const { return line_; }
  /// The next record alone, with its line end; nothing at the end of the data, which may be
  /// PostgreSQL's end mark. For the header. The record is not consumed: take() does that.
  std::optional<std::string> peek();
  void take();

  /// Continues after the first `bytes_done` bytes of the input, where `line` begins, as if
  /// everything before had been returned. Throws Error{io} if the input is shorter.
  void skip_to(std::uint64_t bytes_done, std::uint64_t line);

  /// Reads the next chunk into `bytes` after its first `prefix` bytes, which belong to the caller.
  /// At least one record; more than the limit only if a record is longer than that. False at the
  /// end.
  ///
  /// Throws Error{invalid}, with its position, for a quote that is never closed, an escape
  /// character at the end of the file and a record over the limit; the records before it have been
  /// returned then.
  bool next(Bytes& bytes, std::size_t prefix);

  /// From another thread: interrupts a next() that waits for input.
  void cancel() noexcept { input_.cancel(); }

  /// The line at which the last returned record or chunk begins, from 1.
  std::uint64_t first_line() const { return first_line_; }
  /// Number of bytes of the input returned so far.
  std::uint64_t bytes_done() const { return bytes_done_; }
  /// How much of the file, as it is stored, has been read.
  std::uint64_t stored_bytes() const { return input_.stored_bytes(); }

 private:
  std::size_t count_lines(std::string_view text) const;
  std::size_t cut_records(std::string_view records) const;
  std::size_t end_mark(std::string_view data) const;
  std::string_view pending(const Bytes& bytes, std::size_t prefix) const;
  void check_kind();
  bool read_more();
  bool fill(Bytes& bytes, std::size_t had, std::size_t target);
  [[noreturn]] void fail(std::string_view record) const;
  void give_out(std::string_view text);

  Input& input_;
  CsvFormat format_;
  Splitter splitter_;
  Limits limits_;
  std::string carry_;  ///< read, but not returned yet
  bool ended_ = false;
  std::uint64_t line_ = 1;
  std::uint64_t first_line_ = 1;
  std::uint64_t bytes_done_ = 0;
};

}  // namespace dbmig::import
