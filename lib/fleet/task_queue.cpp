#include "fleet/task_queue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <future>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::fleet {
namespace {

// The first byte of what the root sends.
constexpr char kTask = 1;
constexpr char kEnd = 0;

/// Somebody who works on one task at a time, as the root sees it.
class Worker {
 public:
  virtual ~Worker() = default;
  virtual void begin(const Bytes& task) = 0;
  /// Whether the result is there. Throws when the worker went away.
  virtual bool test() = 0;
  virtual Bytes take() = 0;
  virtual void end() {}
};

class RemoteWorker final : public Worker {
 public:
  RemoteWorker(import::Communicator& ranks, int rank) : ranks_(ranks), rank_(rank) {}
  void begin(const Bytes& task) override {
    message_.assign(1, kTask);
    message_.insert(message_.end(), task.begin(), task.end());
    sent_ = ranks_.isend(message_, rank_);
    received_ = ranks_.irecv(result_, rank_);
  }
  bool test() override {
    sent_->test();
    return received_->test() && sent_->test();
  }
  Bytes take() override { return std::move(result_); }
  void end() override {
    message_.assign(1, kEnd);
    sent_ = ranks_.isend(message_, rank_);
    import::wait(*sent_);
  }

 private:
  import::Communicator& ranks_;
  int rank_;
  Bytes message_;
  Bytes result_;
  std::unique_ptr<import::Request> sent_;
  std::unique_ptr<import::Request> received_;
};

/// The root itself: a thread of it beside others who work, else the calling one.
class LocalWorker final : public Worker {
 public:
  LocalWorker(const Work& work, bool is_alone)
      : work_(work), policy_(is_alone ? std::launch::deferred : std::launch::async) {}
  void begin(const Bytes& task) override {
    result_ = std::async(policy_, [this, task] { return work_(task); });
    if (policy_ == std::launch::deferred) result_.wait();
  }
  bool test() override {
    return result_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  Bytes take() override { return result_.get(); }

 private:
  const Work& work_;
  std::launch policy_;
  std::future<Bytes> result_;
};

struct Slot {
  std::unique_ptr<Worker> worker;
  std::optional<std::size_t> task;
  bool is_lost = false;
};

class Root {
 public:
  Root(import::Communicator& ranks, const Queue& queue, const Work& work)
      : queue_(queue), schedule_(queue.tasks.size(), queue.limits) {
    for (int rank = 1; rank < ranks.size(); ++rank) {
      slots_.push_back({std::make_unique<RemoteWorker>(ranks, rank), {}, false});
    }
    if (queue.root_works || slots_.empty()) {
      slots_.push_back({std::make_unique<LocalWorker>(work, slots_.empty()), {}, false});
    }
  }

  std::string run() {
    std::exception_ptr failure;
    try {
      while (step()) {
      }
    } catch (...) {
      failure = std::current_exception();
      schedule_.stop();
      drain();
    }
    for (Slot& slot : slots_) {
      try {
        if (!slot.is_lost) slot.worker->end();
      } catch (const Error&) {
        // It is gone: there is nobody to be told.
      }
    }
    if (failure) std::rethrow_exception(failure);
    if (!all_lost() || schedule_.is_over()) return schedule_.why_stopped();
    return "all worker processes have ended";
  }

 private:
  /// False at the end.
  bool step() {
    look_at_stop();
    bool happened = false;
    bool busy = false;
    for (Slot& slot : slots_) {
      if (slot.task) happened |= collect(slot);
      if (!slot.task && !slot.is_lost) happened |= hand_out(slot);
      busy |= slot.task.has_value();
    }
    if (!busy) return !schedule_.is_over() && !all_lost();
    if (happened) {
      backoff_.reset();
    } else if (queue_.idle) {
      queue_.idle();
    } else {
      backoff_.sleep();
    }
    return true;
  }

  void look_at_stop() {
    if (told_ || queue_.stop == nullptr || !*queue_.stop) return;
    told_ = true;
    schedule_.stop();
    if (queue_.on_stop) queue_.on_stop();
  }

  bool hand_out(Slot& slot) {
    const std::optional<std::size_t> task = schedule_.next();
    if (!task) return false;
    slot.task = task;
    slot.worker->begin(queue_.tasks[*task]);
    return true;
  }

  bool collect(Slot& slot) {
    const std::size_t task = *slot.task;
    try {
      if (!slot.worker->test()) return false;
    } catch (const Error& error) {
      slot.is_lost = true;
      slot.task.reset();
      schedule_.finished(false);
      queue_.on_lost(task, error.message());
      return true;
    }
    const Bytes result = slot.worker->take();
    slot.task.reset();
    schedule_.finished(queue_.on_result(task, result));
    return true;
  }

  /// Waits for running tasks and drops their results: the ranks must end.
  void drain() {
    for (Slot& slot : slots_) {
      try {
        while (slot.task && !slot.worker->test()) backoff_.sleep();
      } catch (...) {
        slot.is_lost = true;
      }
      slot.task.reset();
    }
  }

  bool all_lost() const {
    return std::all_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.is_lost; });
  }

  const Queue& queue_;
  Schedule schedule_;
  std::vector<Slot> slots_;
  import::Backoff backoff_;
  bool told_ = false;
};

}  // namespace

bool Schedule::is_stopped() const {
  return stopped_ || !why_stopped().empty();
}

std::optional<std::size_t> Schedule::next() {
  if (is_over()) return std::nullopt;
  if (begun_ >= limits_.canary && done_ < std::min(limits_.canary, tasks_)) return std::nullopt;
  return begun_++;
}

void Schedule::finished(bool succeeded) {
  ++done_;
  if (!succeeded) ++failed_;
}

bool Schedule::is_over() const {
  return begun_ == tasks_ || is_stopped();
}

std::string Schedule::why_stopped() const {
  if (begun_ == tasks_ || failed_ == 0) return {};
  if (begun_ <= limits_.canary) return "the canary failed";
  if (limits_.max_failures != 0 && failed_ >= limits_.max_failures) {
    return text::count(failed_, "failure");
  }
  return {};
}

std::string run_queue(import::Communicator& ranks, const Queue& queue, const Work& work) {
  return Root(ranks, queue, work).run();
}

void serve_queue(import::Communicator& ranks, const Work& work) {
  Bytes message;
  while (true) {
    import::wait(*ranks.irecv(message, 0));
    if (message.empty() || message.front() == kEnd) return;
    message.erase(message.begin());
    const Bytes result = work(message);
    import::wait(*ranks.isend(result, 0));
  }
}

}  // namespace dbmig::fleet
