// A reader in a thread of its own, so that converting rows and sending them overlap.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/source_readers.hpp"

namespace dbmig::transfer {
namespace {

/// Batches on their way from the reading to the writing thread.
class BatchQueue {
 public:
  using Item = std::pair<std::size_t, RowBatch>;

  /// Waits for room. False if no more batches are wanted.
  bool push(Item item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return items_.size() < kMaxItems || is_abandoned_; });
    if (is_abandoned_) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }
  /// Waits for the next batch; nothing after close(), when all were taken.
  std::optional<Item> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !items_.empty() || is_closed_; });
    if (items_.empty()) return std::nullopt;
    Item item = std::move(items_.front());
    items_.pop_front();
    changed_.notify_all();
    return item;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }
  void abandon() {
    const std::lock_guard lock(mutex_);
    is_abandoned_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr std::size_t kMaxItems = 4;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  bool is_closed_ = false;
  bool is_abandoned_ = false;
};

/// Thrown to end the thread's work when the other side wants no more.
struct Abandoned {};

class ThreadReader final : public SourceReaders {
 public:
  ThreadReader(backend::Connection& source, const std::atomic<bool>& stop)
      : source_(source), stop_(stop) {}

  std::size_t size() const override { return 1; }

  void copy(const ReadJob& job, const TakeBatch& take) override {
    BatchQueue queue;
    std::exception_ptr failure;
    std::thread thread([&] {
      try {
        RowConverter converter(job.columns, job.target, job.as_is);
        for (std::size_t part = 0; part < job.parts.size(); ++part) {
          read_part(source_, job, converter, job.parts[part], stop_, [&](RowBatch&& batch) {
            if (!queue.push({part, std::move(batch)})) throw Abandoned{};
          });
        }
      } catch (const Abandoned&) {
        // The caller throws its own failure.
      } catch (...) {
        failure = std::current_exception();
      }
      queue.close();
    });
    try {
      while (const auto item = queue.pop()) take(item->first, item->second);
    } catch (...) {
      queue.abandon();
      thread.join();
      throw;
    }
    thread.join();
    if (failure) std::rethrow_exception(failure);
  }

  std::vector<PartCheck> check(const ReadJob& job) override {
    std::vector<PartCheck> checks(job.parts.size());
    std::atomic<std::size_t> next = 0;
    const auto check_parts = [&](backend::Connection& source) {
      for (std::size_t part = next++; part < job.parts.size(); part = next++) {
        checks[part] = check_part(source, job, job.parts[part], stop_);
      }
    };
    const std::unique_ptr<backend::Connection> other = job.parts.size() > 1 ? connect() : nullptr;
    std::exception_ptr failure;
    std::thread thread;
    if (other) {
      thread = std::thread([&] {
        try {
          check_parts(*other);
        } catch (...) {
          failure = std::current_exception();
          next = job.parts.size();
        }
      });
    }
    try {
      check_parts(source_);
    } catch (...) {
      next = job.parts.size();
      if (other) thread.join();
      throw;
    }
    if (other) thread.join();
    if (failure) std::rethrow_exception(failure);
    return checks;
  }

 private:
  /// For the second thread of a check. It may see the source a moment later, which does no harm:
  /// what is copied is checked again. Nothing if there is no other way to open the database.
  std::unique_ptr<backend::Connection> connect() {
    if (source_.url().in_memory()) return nullptr;
    try {
      auto other = backend::connect(source_.url());
      other->set_time_zone(backend::kUtc);
      other->begin_snapshot();
      return other;
    } catch (const Error&) {
      return nullptr;
    }
  }

  backend::Connection& source_;
  const std::atomic<bool>& stop_;
};

}  // namespace

std::unique_ptr<SourceReaders> thread_reader(backend::Connection& source,
                                             const std::atomic<bool>& stop) {
  return std::make_unique<ThreadReader>(source, stop);
}

}  // namespace dbmig::transfer
