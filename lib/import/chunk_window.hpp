#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "import/communicator.hpp"

namespace dbmig::import {

/// A chunk of a file on its way through the import.
struct Chunk {
  Bytes part;  ///< a byte for the message's verb, then whole records
  std::uint64_t first_line = 1;
  std::uint64_t bytes_done = 0;  ///< of the file, up to the chunk's end
  std::uint64_t hash = 0;        ///< of the records, where the file is shared
  Bytes result;                  ///< from a rank
  bool has_result = false;       ///< kept by the window
  bool is_written = false;       ///< kept by the window
};

/// The chunks of one file between the thread that reads and those that write. They are read
/// and given to those who write in the order of the file, worked on in any order by anyone, and
/// there is a fixed number of them, whose buffers are used again: what bounds the memory of an
/// import.
class ChunkWindow {
 public:
  /// `enough` results that wait for those who write keep them busy for a while.
  explicit ChunkWindow(std::size_t chunks, std::size_t enough = 2)
      : chunks_(chunks), enough_(enough) {}

  // For the thread that reads.

  /// The next chunk to fill, once one is free; null when the window was closed.
  Chunk* to_read();
  /// The chunk that to_read() gave is filled.
  void read_done();
  /// There are no more chunks.
  void end();

  // For the workers.

  /// The first chunk that is not being worked on, or null.
  Chunk* take();
  /// The same for the root's own thread, which waits for it until the other ranks have enough to
  /// do; null when there will be none.
  Chunk* take_for_root();
  /// `chunk`, which was taken, has its result.
  void work_done(Chunk& chunk);
  /// Whether the other ranks have enough to do.
  void let_root_work(bool let);
  /// Whether the writers have enough to do, in the order of the file.
  bool has_enough_results();

  // For the threads that write.

  /// The next chunk in the order of the file, once it has its result; null after the last one and
  /// when the window was closed.
  Chunk* to_write();
  /// `chunk`, which to_write() gave, is written.
  void write_done(Chunk& chunk);

  /// No more chunks are given out.
  void close();
  /// Whether every chunk is written, or the window closed.
  bool is_over();
  /// Waits until the window has changed since the last call, at most for `limit`.
  void wait_for_change(std::chrono::microseconds limit);

 private:
  Chunk& at(std::uint64_t number) { return chunks_[number % chunks_.size()]; }
  bool all_written() const { return ended_ && written_ == read_; }
  void changed();

  std::mutex mutex_;
  std::condition_variable condition_;
  std::vector<Chunk> chunks_;
  const std::size_t enough_;
  // Chunks are numbered in the order of the file; these say how many are past each stage.
  std::uint64_t read_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t writing_ = 0;  ///< given to the writers
  std::uint64_t written_ = 0;
  bool ended_ = false;
  bool closed_ = false;
  bool root_works_ = true;
  std::uint64_t changes_ = 0;
  std::uint64_t changes_seen_ = 0;  ///< by wait_for_change()
};

}  // namespace dbmig::import
