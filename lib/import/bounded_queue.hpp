#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace dbmig::import {

/// Hands things from one thread to another, at most `capacity` of them on the way: what bounds the
/// memory of an import. One writer, one reader.
template <class Item>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room; `on_wait` is called a few times a second meanwhile and may throw. False when
  /// the queue was closed: nobody will take the item.
  template <class OnWait>
  bool push(Item item, OnWait&& on_wait) {
    std::unique_lock lock(mutex_);
    while (items_.size() >= capacity_ && !closed_) wait(lock, on_wait);
    if (closed_) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }

  /// The next item; nothing when the queue is closed and empty.
  template <class OnWait>
  std::optional<Item> pop(OnWait&& on_wait) {
    std::unique_lock lock(mutex_);
    while (items_.empty() && !closed_) wait(lock, on_wait);
    if (items_.empty()) return std::nullopt;
    Item item = std::move(items_.front());
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

  /// No more items: from the writer, "that was all"; from the reader, "send no more".
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  template <class OnWait>
  void wait(std::unique_lock<std::mutex>& lock, OnWait& on_wait) {
    constexpr auto kTick = std::chrono::milliseconds(100);
    if (changed_.wait_for(lock, kTick) == std::cv_status::timeout) {
      lock.unlock();
      on_wait();
      lock.lock();
    }
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  bool closed_ = false;
};

/// Buffers that were used and can be used again: fresh megabytes cost page faults.
template <class Buffer>
class BufferPool {
 public:
  Buffer take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return {};
    Buffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }
  void give_back(Buffer buffer) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(buffer));
  }

 private:
  std::mutex mutex_;
  std::deque<Buffer> free_;
};

}  // namespace dbmig::import
