// The ranks of an MPI job, for import/communicator.hpp. A separate module, so that no other command
// of dbmig has to load Open MPI.
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
      running_ = std::thread([this, end = end_] { run(*end); });
      if (!is_root()) wait_for_start();
      return;
    }
    start(MPI_THREAD_SERIALIZED);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }

  ~MpiCommunicator() override {
    if (!running_.joinable()) {
      if (was_left()) return;
      end_mpi();
      callbacks_.ended();
      return;
    }
    wait_for_start();
    {
      const std::lock_guard lock(end_->mutex);
      end_->is_wanted = true;
      end_->is_left = was_left();
    }
    end_->changed.notify_all();
    if (!was_left() && !has_ended()) {
      // Another rank is stopped. The thread goes with the process.
      running_.detach();
      return;
    }
    running_.join();
    if (!was_left()) callbacks_.ended();
  }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  bool is_ready() override {
    if (is_ready_) return true;
    if (!started_) return false;
    is_ready_ = true;
    for (MpiRequest* request : waiting_) request->post();
    waiting_.clear();
    return true;
  }

 private:
  void start(int threads) {
    int provided = MPI_THREAD_SINGLE;
    if (MPI_Init_thread(nullptr, nullptr, threads, &provided) != MPI_SUCCESS ||
        provided < threads) {
      throw std::runtime_error("MPI_Init failed");
    }
    callbacks_.started();
    const std::lock_guard lock(mutex_);
    started_ = true;
  }

  /// Shared with the thread, which may outlive the communicator.
  struct End {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_wanted = false;
    bool is_left = false;
    bool is_done = false;
  };

  /// The thread that starts MPI must also end it.
  void run(End& end) {
    try {
      start(MPI_THREAD_SERIALIZED);
    } catch (...) {
      std::fputs("error: cannot start MPI\n", stderr);
      std::_Exit(1);  // mpirun ends the other ranks.
    }
    changed_.notify_all();
    std::unique_lock lock(end.mutex);
    end.changed.wait(lock, [&end] { return end.is_wanted; });
    if (end.is_left) return;
    lock.unlock();
    end_mpi();  // All ranks wait for each other here.
    lock.lock();
    end.is_done = true;
    end.changed.notify_all();
  }

  /// Waits for the thread; on the root no longer than rank_limit(): a second passes at most in a
  /// process that is stopped itself.
  bool has_ended() {
    constexpr std::chrono::seconds kSaidAfter{5};
    std::unique_lock lock(end_->mutex);
    const auto is_done = [this] { return end_->is_done; };
    if (!is_root() || rank_limit().count() == 0) {
      end_->changed.wait(lock, is_done);
      return true;
    }
    for (std::chrono::seconds silent{0}; silent < rank_limit(); ++silent) {
      if (end_->changed.wait_for(lock, std::chrono::seconds(1), is_done)) return true;
      if (silent + std::chrono::seconds(1) == kSaidAfter) callbacks_.late(kSaidAfter, false);
    }
    callbacks_.late(rank_limit(), true);
    return false;
  }

  void keep(MpiRequest& request) override { waiting_.push_back(&request); }
  void wait_for_start() override {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return started_.load(); });
    }
    is_ready();
  }

  JobCallbacks callbacks_;
  int rank_ = 0;
  int size_ = 1;
  std::atomic<bool> started_{false};
  bool is_ready_ = false;
  std::vector<MpiRequest*> waiting_;  ///< until the start, in order
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<End> end_ = std::make_shared<End>();
  std::thread running_;
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
