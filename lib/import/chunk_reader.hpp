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

/// Cuts an input into chunks of whole records, in bounded memory.
class ChunkReader {
 public:
  struct Limits {
    std::size_t chunk = std::size_t{1} << 20;    ///< bytes a chunk is meant to have
    std::size_t record = std::size_t{64} << 20;  ///< a longer record is an error
    std::uint64_t records = 0;                   ///< a chunk has at most; 0: any number
  };

  /// Reads the first bytes: a byte order mark is skipped. Throws Error{invalid} for what is not
  /// text in UTF-8, see binary_kind(). `input` must outlive the reader.
  ChunkReader(Input& input, const CsvFormat& format, const Limits& limits);

  /// The first bytes of what is not given out, as far as they were read.
  std::string_view head() const { return carry_; }
  /// Whether head() is all that is left of the input.
  bool is_whole() const { return ended_; }
  /// Reads on by other rules. Only as long as nothing but whole lines was given out.
  void set_format(const CsvFormat& format);
  /// Gives out so many lines, whatever they hold. Throws Error{invalid} when there are fewer.
  void skip_lines(std::uint64_t count);
  /// The line at which the next record starts, from 1.
  std::uint64_t line() const { return line_; }
  /// The next record alone, its line end included; nothing at the end, before which PostgreSQL's
  /// mark may stand. For the header. It is not
  /// given out: take() does that.
  std::optional<std::string> peek();
  void take();

  /// Goes on behind the first `bytes_done` bytes of the input, where `line` starts, as if all
  /// before had been given out. Throws Error{io} when the input ends before.
  void skip_to(std::uint64_t bytes_done, std::uint64_t line);

  /// The next chunk into `bytes` after its first `prefix` bytes, which are the caller's. At least
  /// one record; more than the limit only when a record is longer than that. False at the end.
  ///
  /// Throws Error{invalid} for a quote that is never closed, an escape character at the end of the
  /// file and a record over the limit, where it stands; the records before it have then been given
  /// out.
  bool next(Bytes& bytes, std::size_t prefix);

  /// From another thread: ends a next() that waits for input.
  void cancel() noexcept { input_.cancel(); }

  /// The line at which the last record or chunk given out starts, from 1.
  std::uint64_t first_line() const { return first_line_; }
  /// Bytes of the input given out.
  std::uint64_t bytes_done() const { return bytes_done_; }

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
  std::string carry_;  ///< read, not given out
  bool ended_ = false;
  std::uint64_t line_ = 1;
  std::uint64_t first_line_ = 1;
  std::uint64_t bytes_done_ = 0;
};

}  // namespace dbmig::import
