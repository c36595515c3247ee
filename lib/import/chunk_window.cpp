#include "import/chunk_window.hpp"

namespace dbmig::import {

/// To be called with the mutex locked.
void ChunkWindow::changed() {
  ++changes_;
  condition_.notify_all();
}

Chunk* ChunkWindow::to_read() {
  std::unique_lock lock(mutex_);
  condition_.wait(lock, [this] { return closed_ || read_ - written_ < chunks_.size(); });
  return closed_ ? nullptr : &at(read_);
}

void ChunkWindow::read_done() {
  const std::lock_guard lock(mutex_);
  ++read_;
  changed();
}

void ChunkWindow::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed();
}

Chunk* ChunkWindow::take() {
  const std::lock_guard lock(mutex_);
  if (closed_ || taken_ == read_) return nullptr;
  return &at(taken_++);
}

Chunk* ChunkWindow::take_for_root() {
  std::unique_lock lock(mutex_);
  condition_.wait(lock, [this] {
    return closed_ || (taken_ != read_ && root_works_) || (ended_ && taken_ == read_);
  });
  if (closed_ || taken_ == read_) return nullptr;
  return &at(taken_++);
}

void ChunkWindow::work_done(Chunk& chunk) {
  const std::lock_guard lock(mutex_);
  chunk.has_result = true;
  changed();
}

void ChunkWindow::let_root_work(bool let) {
  const std::lock_guard lock(mutex_);
  if (root_works_ == let) return;
  root_works_ = let;
  changed();
}

bool ChunkWindow::has_enough_results() {
  const std::lock_guard lock(mutex_);
  std::uint64_t next = writing_;
  while (next != taken_ && at(next).has_result && next - writing_ < enough_) ++next;
  return next - writing_ >= enough_;
}

Chunk* ChunkWindow::to_write() {
  std::unique_lock lock(mutex_);
  condition_.wait(lock, [this] {
    return closed_ || (ended_ && writing_ == read_) ||
           (writing_ != taken_ && at(writing_).has_result);
  });
  return closed_ || (ended_ && writing_ == read_) ? nullptr : &at(writing_++);
}

void ChunkWindow::write_done(Chunk& chunk) {
  const std::lock_guard lock(mutex_);
  chunk.is_written = true;
  while (written_ != writing_ && at(written_).is_written) {
    at(written_).has_result = at(written_).is_written = false;
    ++written_;
  }
  changed();
}

void ChunkWindow::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed();
}

bool ChunkWindow::is_over() {
  const std::lock_guard lock(mutex_);
  return closed_ || all_written();
}

void ChunkWindow::wait_for_change(std::chrono::microseconds limit) {
  std::unique_lock lock(mutex_);
  condition_.wait_for(lock, limit, [this] { return changes_ != changes_seen_; });
  changes_seen_ = changes_;
}

}  // namespace dbmig::import
