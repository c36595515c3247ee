#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "import/communicator.hpp"
#include "import/message_communicator.hpp"

namespace dbmig::test {

/// The ranks of a job as threads of one process: what MPI does, where a debugger and the sanitizers
/// can see it. A message is copied when it is received and not before, and many a test() finds
/// nothing yet that could find it, as over a real network.
class ThreadJob {
 public:
  explicit ThreadJob(int size) : size_(size), boxes_(static_cast<std::size_t>(size * size)) {}

  /// Runs `body` on every rank and waits for all of them.
  void run(const std::function<void(import::Communicator&)>& body) {
    std::vector<std::thread> threads;
    for (int rank = 0; rank < size_; ++rank) {
      threads.emplace_back([this, rank, &body] {
        Rank communicator(*this, rank);
        body(communicator);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

 private:
  struct Message {
    std::span<const char> bytes;  ///< the sender's
    std::atomic<bool> received{false};
  };

  /// What one rank has sent to another.
  struct Box {
    std::mutex mutex;
    std::deque<std::shared_ptr<Message>> messages;
  };

  /// Finds nothing when it is asked for the first time, and every third time after that.
  class SlowRequest : public import::Request {
   public:
    bool test() final {
      if (!done_ && asked_++ % 3 != 0) done_ = look();
      return done_;
    }

   private:
    virtual bool look() = 0;
    unsigned asked_ = 0;
    bool done_ = false;
  };

  class Send final : public SlowRequest {
   public:
    Send(Box& box, std::span<const char> bytes) : message_(std::make_shared<Message>()) {
      message_->bytes = bytes;
      const std::lock_guard lock(box.mutex);
      box.messages.push_back(message_);
    }

   private:
    bool look() override { return message_->received.load(std::memory_order_acquire); }
    std::shared_ptr<Message> message_;
  };

  class Receive final : public SlowRequest {
   public:
    Receive(Box& box, import::Bytes& into) : box_(box), into_(into) {}

   private:
    bool look() override {
      std::shared_ptr<Message> message;
      {
        const std::lock_guard lock(box_.mutex);
        if (box_.messages.empty()) return false;
        message = std::move(box_.messages.front());
        box_.messages.pop_front();
      }
      into_.assign(message->bytes.begin(), message->bytes.end());
      message->received.store(true, std::memory_order_release);
      return true;
    }
    Box& box_;
    import::Bytes& into_;
  };

  class Rank final : public import::MessageCommunicator {
   public:
    Rank(ThreadJob& job, int rank) : job_(job), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return job_.size_; }
    std::unique_ptr<import::Request> isend(std::span<const char> message, int to) override {
      return std::make_unique<Send>(job_.box(rank_, to), message);
    }
    std::unique_ptr<import::Request> irecv(import::Bytes& message, int from) override {
      return std::make_unique<Receive>(job_.box(from, rank_), message);
    }
    void abort() noexcept override { std::terminate(); }

   private:
    ThreadJob& job_;
    int rank_;
  };

  Box& box(int from, int to) { return boxes_[static_cast<std::size_t>(from * size_ + to)]; }

  int size_;
  std::vector<Box> boxes_;
};

}  // namespace dbmig::test
