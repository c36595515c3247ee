#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "import/communicator.hpp"

namespace dbmig::import {

/// A chunk of a file, from reading to writing.
struct Chunk {
  Bytes part;  ///< a byte for the message's verb, then complete records
  std::uint64_t first_line = 1;
  std::uint64_t bytes_done = 0;  ///< bytes of the file, up to the end of the chunk
  std::uint64_t hash = 0;        ///< of the records, if the file is shared
  Bytes result;                  ///< the answer of a rank
  bool has_result = false;       ///< maintained by the window
  bool is_written = false;       ///< maintained by the window
};

/// The chunks of one file between the reading thread and the writing ones. They are read and
/// written in the order of the file, and processed in any order by any rank. Their number is fixed
/// and their buffers are reused, which bounds the memory of an import.
class ChunkWindow {
 public:
  /// `enough`: how many waiting results keep the writers busy for a while.
  explicit ChunkWindow(std::size_t chunks, std::size_t enough = 2)
      : chunks_(chunks), enough_(enough) {}

  // For the reading thread.

  /// The next chunk to fill, when one is free; null if the window was closed.
  Chunk* to_read();
  /// The chunk from to_read() is filled.
  void read_done();
  /// There are no more chunks.
  void end();

  // For the workers.

  /// The first chunk that nobody works on, or null.
  Chunk* take();
  /// The same for the root's own thread, which waits until the other ranks have enough to do; null
  /// if there will be none.
  Chunk* take_for_root();
  /// `chunk`, which was taken, has its result.
  void work_done(Chunk& chunk);
  /// Whether the other ranks have enough to do.
  void let_root_work(bool let);
  /// Whether the writers have enough to do, in the order of the file.
  bool has_enough_results();

  // For the writing threads.

  /// The next chunk in the order of the file, when its result is there; null after the last one and
  /// if the window was closed.
  Chunk* to_write();
  /// `chunk`, from to_write(), is written.
  void write_done(Chunk& chunk);

  /// Returns no more chunks from here on.
  void close();
  /// Whether every chunk is written, or the window is closed.
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
  // Chunks are numbered in the order of the file; these are the numbers that have passed each
  // stage.
  std::uint64_t read_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t writing_ = 0;  ///< handed to the writers
  std::uint64_t written_ = 0;
  bool ended_ = false;
  bool closed_ = false;
  bool root_works_ = true;
  std::uint64_t changes_ = 0;
  std::uint64_t changes_seen_ = 0;  ///< by wait_for_change()
};

}  // namespace dbmig::import
