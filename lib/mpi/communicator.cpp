// The ranks of an MPI job, for import/communicator.hpp. A separate module, so that no other command
// of dbmig has to load Open MPI.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "import/job_end.hpp"
#include "mpi/process.hpp"
#include "mpi/ranks.hpp"

namespace dbmig::import {
namespace {

/// How far MPI is: known to the communicator and to the thread that starts and ends MPI, which may
/// live longer.
class MpiState {
 public:
  bool has_started() const { return started_; }
  void set_started() { set(started_); }
  void wait_for_start() { wait(started_); }
  /// False after `limit`.
  bool wait_for_start(std::chrono::seconds limit) { return wait(started_, limit); }

  /// No message is to be sent any more.
  void want_end() { set(is_end_wanted_); }
  void wait_until_end_is_wanted() { wait(is_end_wanted_); }
  void set_ended() { set(has_ended_); }
  bool wait_for_end(std::chrono::seconds limit) { return wait(has_ended_, limit); }

  /// The process ends without MPI.
  void leave() { is_left_ = true; }
  bool is_left() const { return is_left_; }

 private:
  using Flag = std::atomic<bool>;

  void set(Flag& flag) {
    {
      const std::lock_guard lock(mutex_);
      flag = true;
    }
    changed_.notify_all();
  }
  void wait(const Flag& flag) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&flag] { return flag.load(); });
  }
  bool wait(const Flag& flag, std::chrono::seconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&flag] { return flag.load(); });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Flag started_{false};
  Flag is_end_wanted_{false};
  Flag has_ended_{false};
  Flag is_left_{false};
};

void start_mpi() {
  constexpr int kThreads = MPI_THREAD_SERIALIZED;
  int provided = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(nullptr, nullptr, kThreads, &provided) != MPI_SUCCESS ||
      provided < kThreads) {
    throw std::runtime_error("MPI_Init failed");
  }
}

/// If the launcher's environment tells this process's rank, MPI starts in a thread of its own,
/// because the root has other work to do meanwhile; messages before that are passed to MPI
/// afterwards.
class MpiCommunicator final : public MpiRanks {
 public:
  explicit MpiCommunicator(const JobCallbacks& callbacks)
      : MpiRanks(MPI_COMM_WORLD), callbacks_(callbacks) {
    const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
    const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
    if (rank != nullptr && size != nullptr) {
      rank_ = std::atoi(rank);
      size_ = std::atoi(size);
      thread_ = std::thread([callbacks, state = state_] { start_and_end(callbacks, *state); });
      if (!is_root()) wait_for_start();
      return;
    }
    start_mpi();
    callbacks_.started();
    state_->set_started();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }

  ~MpiCommunicator() override {
    if (!thread_.joinable()) {
      if (was_left()) return;
      end_mpi();
      callbacks_.ended();
      return;
    }
    if (!was_left() && has_ended()) {
      thread_.join();
      callbacks_.ended();
      return;
    }
    // A rank was given up, perhaps before MPI has started. The thread goes with the process.
    state_->leave();
    thread_.detach();
  }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  bool is_ready() override {
    if (is_ready_) return true;
    if (!state_->has_started()) return false;
    is_ready_ = true;
    for (MpiRequest* request : waiting_) request->post();
    waiting_.clear();
    return true;
  }
  void forget(MpiRequest& request) override { std::erase(waiting_, &request); }

 private:
  /// The thread that starts MPI must also end it.
  static void start_and_end(const JobCallbacks& callbacks, MpiState& state) {
    try {
      start_mpi();
    } catch (...) {
      while (state.is_left()) ::pause();
      std::fputs("error: cannot start MPI\n", stderr);
      std::_Exit(1);  // mpirun ends the other ranks.
    }
    callbacks.started();
    state.set_started();
    state.wait_until_end_is_wanted();
    end_mpi();  // All ranks wait for each other here.
    state.set_ended();
  }

  /// Ends MPI, once it has started. False if another rank kept the root waiting for rank_limit().
  bool has_ended() {
    constexpr std::chrono::seconds kSecond{1};
    if (!is_within_limit([&] { return state_->wait_for_start(kSecond); })) return false;
    is_ready();
    state_->want_end();
    return is_within_limit([&] { return state_->wait_for_end(kSecond); });
  }

  /// Calls `wait_a_second` until it returns true, on the root no longer than rank_limit(): a second
  /// passes at most in a process that is stopped itself.
  template <class Wait>
  bool is_within_limit(const Wait& wait_a_second) {
    constexpr std::chrono::seconds kSaidAfter{5};
    const bool has_limit = is_root() && rank_limit().count() != 0;
    for (std::chrono::seconds silent{1}; !wait_a_second(); ++silent) {
      if (!has_limit) continue;
      if (silent >= rank_limit()) {
        callbacks_.late(rank_limit(), true);
        return false;
      }
      if (silent == kSaidAfter) callbacks_.late(kSaidAfter, false);
    }
    return true;
  }

  void keep(MpiRequest& request) override { waiting_.push_back(&request); }
  void wait_for_start() override {
    state_->wait_for_start();
    is_ready();
  }

  JobCallbacks callbacks_;
  int rank_ = 0;
  int size_ = 1;
  bool is_ready_ = false;
  std::vector<MpiRequest*> waiting_;  ///< until the start, in order
  std::shared_ptr<MpiState> state_ = std::make_shared<MpiState>();
  std::thread thread_;
};

}  // namespace
}  // namespace dbmig::import

/// The module's only entry point: starts MPI. The caller owns the result, whose destructor ends
/// MPI.
extern "C" dbmig::import::Communicator* dbmig_mpi_communicator(
    const dbmig::import::JobCallbacks& callbacks) {
  dbmig::import::prefer_fast_start();
  return new dbmig::import::MpiCommunicator(callbacks);
}
