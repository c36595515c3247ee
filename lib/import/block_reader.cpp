#include "import/block_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "import/find_byte.hpp"
#include "import/indexed_records.hpp"

namespace dbmig::import {
namespace {

/// A longer record is an error: a quote that is never closed turns all that follows into one
/// record.
constexpr std::size_t kMaxCarried = std::size_t{64} << 20U;

/// Bytes that are still to be passed on.
struct Moving {
  std::uint64_t bytes = 0;
  static void combine(const Moving& left, Moving& right) { right.bytes += left.bytes; }
};

void put_in_front(const Bytes& bytes, Bytes& of) {
  of.insert(of.begin(), bytes.begin(), bytes.end());
}

}  // namespace

/// What the ranks need to know about each other's blocks.
struct BlockReader::Share {
  StateMap states;
  std::uint64_t lines = 0;
  bool has_failed = false;
  static void combine(const Share& left, Share& right) {
    StateMap::combine(left.states, right.states);
    right.lines += left.lines;
    right.has_failed = right.has_failed || left.has_failed;
  }
};

bool BlockReader::suits(const CsvFormat& format) {
  return IndexedRecords::suits(format);
}

BlockReader::BlockReader(Communicator& ranks, const SharedFile& file, const CsvFormat& format,
                         std::uint64_t first_byte, std::uint64_t first_line, std::size_t block)
    : ranks_(ranks),
      file_(ranks, file),
      size_(file.size),
      states_(format),
      splitter_(format),
      line_byte_(format.line_byte()),
      block_size_(std::max<std::size_t>(block, 1)),
      round_begin_(first_byte),
      line_(first_line) {}

/// Reads this rank's block of the round; empty after the end of the file.
void BlockReader::read_block() {
  const std::uint64_t begin =
      round_begin_ + static_cast<std::uint64_t>(ranks_.rank()) * block_size_;
  const std::uint64_t end = std::min<std::uint64_t>(begin + block_size_, size_);
  block_.resize(begin < end ? end - begin : 0);
  has_read_ = block_.empty() || (file_.sees_file() && file_.read_at(begin, block_));
  if (!has_read_ || carry_.size() > kMaxCarried) block_.clear();
}

BlockReader::Share BlockReader::share_of_block() const {
  const std::string_view text(block_.data(), block_.size());
  Share share;
  share.states = states_.map_of(text);
  share.lines = count_byte(text, line_byte_);
  share.has_failed = !has_read_ || carry_.size() > kMaxCarried;
  return share;
}

/// Passes what follows the last record of the block to the next rank, which puts it in front of its
/// own block; the last rank passes it to the root, for the next round. If no record ends in a
/// block, the whole block is passed on, together with what comes from the rank before. `records`
/// receives what belongs in front of the block.
void BlockReader::pass_on(bool goes_through, std::size_t last_end, Bytes& records) {
  const int next = (ranks_.rank() + 1) % ranks_.size();
  const int before = (ranks_.rank() + ranks_.size() - 1) % ranks_.size();
  Bytes sending;
  if (goes_through) sending = std::exchange(carry_, {});
  sending.insert(sending.end(),
                 block_.begin() + static_cast<std::ptrdiff_t>(goes_through ? 0 : last_end),
                 block_.end());
  if (!goes_through) records = std::exchange(carry_, {});
  Bytes received;
  do {
    ranks_.sendrecv(sending, next, received, before);
    sending.clear();
    if (ranks_.is_root()) {
      put_in_front(received, carry_);
    } else if (goes_through) {
      std::swap(sending, received);
    } else {
      put_in_front(received, records);
    }
  } while (allreduce(ranks_, Moving{sending.size()}).bytes != 0);
}

bool BlockReader::next(Bytes& records, std::uint64_t& first_line) {
  records.clear();
  if (is_over_) return false;
  if (round_begin_ >= size_) {
    is_over_ = true;
    // The last record need not have a line end.
    records = std::exchange(carry_, {});
    first_line = line_ - count_byte({records.data(), records.size()}, line_byte_);
    return true;
  }
  read_block();
  const Share own = share_of_block();
  const Share before = exscan(ranks_, own);
  const Share all = allreduce(ranks_, own);
  if (all.has_failed) {
    is_over_ = true;
    throw Error(ErrorCode::io, "a rank cannot read its part of the file");
  }
  const std::string_view block(block_.data(), block_.size());
  const auto first_end = states_.first_record_end(block, before.states.after(state_));
  std::size_t last_end = 0;
  if (first_end) last_end = *first_end + splitter_.last_boundary(block.substr(*first_end));
  pass_on(!first_end, last_end, records);
  first_line = line_ + before.lines - count_byte({records.data(), records.size()}, line_byte_);
  records.insert(records.end(), block_.begin(),
                 block_.begin() + static_cast<std::ptrdiff_t>(last_end));
  state_ = all.states.after(state_);
  line_ += all.lines;
  round_begin_ += static_cast<std::uint64_t>(ranks_.size()) * block_size_;
  return true;
}

}  // namespace dbmig::import
