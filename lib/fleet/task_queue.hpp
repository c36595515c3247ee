#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "import/communicator.hpp"

namespace dbmig::fleet {

using import::Bytes;

/// What tasks come next, and whether they may begin. Plain bookkeeping, for one thread.
class Schedule {
 public:
  struct Limits {
    std::size_t canary = 0;        ///< so many first; the others only when all of them succeeded
    std::size_t max_failures = 0;  ///< so many failures end it; 0: they never do
  };
  Schedule(std::size_t tasks, Limits limits) : tasks_(tasks), limits_(limits) {}

  /// The next task; nothing when none may begin now.
  std::optional<std::size_t> next();
  void finished(bool succeeded);
  /// No more tasks begin; those under way go on.
  void stop() { stopped_ = true; }
  /// Whether none will begin any more.
  bool is_over() const;
  /// "the canary failed", "3 failures"; empty while it goes on, and when everything has begun.
  std::string why_stopped() const;

 private:
  bool is_stopped() const;

  std::size_t tasks_;
  Limits limits_;
  std::size_t begun_ = 0;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  bool stopped_ = false;
};

/// What one rank does with a task. Must not throw: what goes wrong is part of the result.
using Work = std::function<Bytes(const Bytes& task)>;

/// The root's side of a queue.
struct Queue {
  std::vector<Bytes> tasks;
  Schedule::Limits limits;
  /// Whether the root works on tasks, too; it always does in a job of one rank.
  bool root_works = true;
  /// When it becomes true no more tasks begin.
  const std::atomic<bool>* stop = nullptr;
  /// Called once when `stop` has become true; may be empty.
  std::function<void()> on_stop = {};
  /// Waits a moment for something to happen; empty: import::Backoff.
  std::function<void()> idle = {};
  /// Called for every result, on the calling thread, in the order in which they come. Tells whether
  /// the task succeeded.
  std::function<bool(std::size_t task, const Bytes& result)> on_result;
  /// The same for a task whose rank went away.
  std::function<void(std::size_t task, const std::string& why)> on_lost;
};

/// Hands the tasks out, one at a time to each rank: a rank that is done gets the next, so a slow
/// task does not block the others. Returns why tasks were left out, empty when none were or `stop`
/// said so. All ranks of the job must be in serve_queue() meanwhile, and return from it afterwards,
/// also when this throws.
std::string run_queue(import::Communicator& ranks, const Queue& queue, const Work& work);

/// The other ranks' side: works until the root has no more.
void serve_queue(import::Communicator& ranks, const Work& work);

}  // namespace dbmig::fleet
