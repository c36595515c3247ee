// The ranks of an MPI job, for import/communicator.hpp. A separate module, so that no other command
// of dbmig has to load Open MPI.
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "mpi/process.hpp"
#include "mpi/ranks.hpp"

namespace dbmig::import {
namespace {

/// If the launcher's environment tells this process's rank, MPI starts in a thread of its own,
/// because the root has other work to do meanwhile; messages before that are passed to MPI
/// afterwards.
class MpiCommunicator final : public MpiRanks {
 public:
  MpiCommunicator(void (*on_start)(), void (*on_end)())
      : MpiRanks(MPI_COMM_WORLD), on_start_(on_start), on_end_(on_end) {
    const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
    const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
    if (rank != nullptr && size != nullptr) {
      rank_ = std::atoi(rank);
      size_ = std::atoi(size);
      running_ = std::thread([this] { run(); });
      if (!is_root()) wait_for_start();
      return;
    }
    start(MPI_THREAD_FUNNELED);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }

  ~MpiCommunicator() override {
    if (!running_.joinable()) {
      if (was_left()) return;
      end_mpi();
      on_end_();
      return;
    }
    wait_for_start();
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    running_.join();
    if (!was_left()) on_end_();
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
    on_start_();
    const std::lock_guard lock(mutex_);
    started_ = true;
  }

  /// The thread that starts MPI must also end it.
  void run() {
    try {
      start(MPI_THREAD_SERIALIZED);
    } catch (...) {
      std::fputs("error: cannot start MPI\n", stderr);
      std::_Exit(1);  // mpirun ends the other ranks.
    }
    changed_.notify_all();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ending_; });
    if (!was_left()) end_mpi();
  }

  void keep(MpiRequest& request) override { waiting_.push_back(&request); }
  void wait_for_start() override {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return started_.load(); });
    }
    is_ready();
  }

  void (*on_start_)();
  void (*on_end_)();
  int rank_ = 0;
  int size_ = 1;
  std::atomic<bool> started_{false};
  bool is_ready_ = false;
  std::vector<MpiRequest*> waiting_;  ///< until the start, in order
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread running_;
};

}  // namespace
}  // namespace dbmig::import

/// The module's only entry point: starts MPI, and calls `on_start` afterwards, on any thread. The
/// caller owns the result, whose destructor ends MPI and calls `on_end` afterwards.
extern "C" dbmig::import::Communicator* dbmig_mpi_communicator(void (*on_start)(),
                                                               void (*on_end)()) {
  dbmig::import::prefer_fast_start();
  return new dbmig::import::MpiCommunicator(on_start, on_end);
}
