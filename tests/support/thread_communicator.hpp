#pragma once

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "import/communicator.hpp"

namespace dbmig::test {

/// The ranks of a job as threads of one process: what MPI does, where a debugger and the sanitizers
/// can see it.
class ThreadJob {
 public:
  explicit ThreadJob(int size) : size_(size), step_(size), inbox_(static_cast<std::size_t>(size)) {}

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
  class Rank final : public import::Communicator {
   public:
    Rank(ThreadJob& job, int rank) : job_(job), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return job_.size_; }

    void scatter(std::span<const std::span<const char>> parts, import::Bytes& mine) override {
      for (std::size_t i = 0; i < parts.size(); ++i) {
        job_.inbox_[i].assign(parts[i].begin(), parts[i].end());
      }
      job_.step_.arrive_and_wait();
      mine = job_.inbox_[static_cast<std::size_t>(rank_)];
      job_.step_.arrive_and_wait();
    }

    void gather(std::span<const char> mine, import::Bytes& all,
                std::vector<std::size_t>& ends) override {
      job_.inbox_[static_cast<std::size_t>(rank_)].assign(mine.begin(), mine.end());
      job_.step_.arrive_and_wait();
      if (is_root()) {
        all.clear();
        ends.clear();
        for (const import::Bytes& part : job_.inbox_) {
          all.insert(all.end(), part.begin(), part.end());
          ends.push_back(all.size());
        }
      }
      job_.step_.arrive_and_wait();
    }

    void broadcast(import::Bytes& value) override {
      if (is_root()) job_.inbox_[0] = value;
      job_.step_.arrive_and_wait();
      value = job_.inbox_[0];
      job_.step_.arrive_and_wait();
    }

    std::int64_t max(std::int64_t value) override {
      if (is_root()) job_.most_ = value;
      job_.step_.arrive_and_wait();
      for (int turn = 1; turn < job_.size_; ++turn) {
        if (turn == rank_) job_.most_ = std::max(job_.most_, value);
        job_.step_.arrive_and_wait();
      }
      const std::int64_t most = job_.most_;
      job_.step_.arrive_and_wait();
      return most;
    }

    void abort() noexcept override { std::terminate(); }

   private:
    ThreadJob& job_;
    int rank_;
  };

  int size_;
  std::barrier<> step_;
  std::vector<import::Bytes> inbox_;
  std::int64_t most_ = 0;
};

}  // namespace dbmig::test
