#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "import/communicator.hpp"
#include "import/csv_format.hpp"
#include "import/quote_states.hpp"
#include "import/shared_file.hpp"
#include "import/splitter.hpp"

namespace dbmig::import {

/// Reads the records of a file that several ranks can read, each rank its own blocks, cut at any
/// byte: a scan over the ranks determines in which state each block begins, and a record that
/// crosses a border goes to the next rank. No byte is read by two ranks.
class BlockReader {
 public:
  /// Whether files of `format` can be read this way.
  static bool suits(const CsvFormat& format);

  /// Reads the bytes of `file` from `first_byte` on, where `first_line` and a record begin. A rank
  /// reads `block` bytes at a time. The arguments must outlive the reader; all ranks of `ranks`
  /// create one.
  BlockReader(Communicator& ranks, const SharedFile& file, const CsvFormat& format,
              std::uint64_t first_byte, std::uint64_t first_line, std::size_t block);

  /// Reads the next complete records of this rank, possibly none, into `records`, and sets the line
  /// at which they begin: those of a lower rank come before those of a higher one, and those of a
  /// call before those of the next. Collective. False if no rank has more.
  ///
  /// Throws Error{io} on every rank if one cannot read, and for a record over 64 MiB.
  bool next(Bytes& records, std::uint64_t& first_line);

 private:
  struct Share;
  void read_block();
  Share share_of_block() const;
  void pass_on(bool goes_through, std::size_t last_end, Bytes& records);

  Communicator& ranks_;
  SharedFileReader file_;
  std::uint64_t size_;
  QuoteStates states_;
  Splitter splitter_;
  char line_byte_;
  std::size_t block_size_;

  // Equal on every rank.
  std::uint64_t round_begin_;
  QuoteState state_ = QuoteState::field_start;
  std::uint64_t line_;
  bool is_over_ = false;

  Bytes block_;
  bool has_read_ = true;
  Bytes carry_;  ///< on the root: the beginning of the first record of the next round
};

}  // namespace dbmig::import
