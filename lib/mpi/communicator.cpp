// The ranks of an MPI job behind import/communicator.hpp. A module of its own, so that no other
// command of dbmig pays for loading Open MPI.
#define OMPI_SKIP_MPICXX 1   // The C++ bindings that MPI has given up,
#define MPICH_SKIP_MPICXX 1  // which do not compile without warnings.
#include "import/communicator.hpp"

#include <mpi.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace dbmig::import {
namespace {

/// Counts of MPI are ints: what is longer travels in slices.
constexpr std::uint64_t kSlice = std::uint64_t{1} << 30;
constexpr int kTag = 0;

bool same(const char* a, const char* b) {
  return a != nullptr && b != nullptr && std::string_view(a) == b;
}

/// Whether processes of one user may read each other's memory: neither a filter of system calls nor
/// Yama stands against it. Source: https://www.kernel.org/doc/Documentation/security/Yama.txt
bool may_read_memory_of_others() {
  char from = 0;
  char to = 0;
  const iovec remote = {&from, 1};
  const iovec local = {&to, 1};
  if (::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0) != 1) return false;
  std::ifstream yama("/proc/sys/kernel/yama/ptrace_scope");
  return !yama || yama.get() == '0';
}

/// Settings that spare start-up time, as far as the user has none of their own: without the search
/// for network hardware a job on one host starts in a third of the time.
void prefer_fast_start() {
  constexpr int kKeep = 0;
  const bool one_host =
      same(std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE"), std::getenv("OMPI_COMM_WORLD_SIZE"));
  if (one_host) {
    ::setenv("OMPI_MCA_pml", "ob1", kKeep);
    // A message that the receiver reads from the sender's memory is there at once; the other way
    // goes in pieces, each of which both have to see. Without the right to it, as in some
    // containers, Open MPI would complain.
    if (!may_read_memory_of_others()) {
      ::setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", kKeep);
      ::setenv("OMPI_MCA_btl_vader_max_send_size", "262144", kKeep);
    }
  }
  ::setenv("OMPI_MCA_mpi_yield_when_idle", "1", kKeep);
}

/// Ends MPI. What a rank tells its launcher meanwhile are small messages without an answer, each of
/// which TCP would hold back until the one before is acknowledged, 40 ms later: every job would
/// take as much longer.
void finalize() {
  constexpr int kOn = 1;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", failure)) {
    // Does nothing to what is no TCP socket.
    ::setsockopt(std::atoi(entry.path().filename().c_str()), IPPROTO_TCP, TCP_NODELAY, &kOn,
                 sizeof kOn);
  }
  MPI_Finalize();
}

class MpiCommunicator;

/// A message is its length, then its bytes in slices.
class MpiRequest : public Request {
 public:
  explicit MpiRequest(MpiCommunicator& ranks) : ranks_(ranks) {}
  bool test() override;
  /// Hands it to MPI, which has started.
  virtual void post() = 0;

 protected:
  /// All parts are through. True when there are more now.
  virtual bool go_on() { return false; }

  std::uint64_t length_ = 0;
  std::vector<MPI_Request> parts_;

 private:
  MpiCommunicator& ranks_;
  bool done_ = false;
};

class SendRequest final : public MpiRequest {
 public:
  SendRequest(MpiCommunicator& ranks, std::span<const char> message, int to)
      : MpiRequest(ranks), message_(message), to_(to) {}
  void post() override {
    length_ = message_.size();
    parts_.emplace_back();
    MPI_Isend(&length_, 1, MPI_UINT64_T, to_, kTag, MPI_COMM_WORLD, &parts_.back());
    for (std::uint64_t from = 0; from < length_; from += kSlice) {
      parts_.emplace_back();
      MPI_Isend(message_.data() + from, static_cast<int>(std::min(kSlice, length_ - from)),
                MPI_BYTE, to_, kTag, MPI_COMM_WORLD, &parts_.back());
    }
  }

 private:
  std::span<const char> message_;
  int to_;
};

class ReceiveRequest final : public MpiRequest {
 public:
  ReceiveRequest(MpiCommunicator& ranks, Bytes& message, int from)
      : MpiRequest(ranks), message_(message), from_(from) {}
  void post() override {
    parts_.emplace_back();
    MPI_Irecv(&length_, 1, MPI_UINT64_T, from_, kTag, MPI_COMM_WORLD, &parts_.back());
  }

 private:
  bool go_on() override {
    if (has_length_) return false;
    has_length_ = true;
    message_.resize(length_);
    for (std::uint64_t at = 0; at < length_; at += kSlice) {
      parts_.emplace_back();
      MPI_Irecv(message_.data() + at, static_cast<int>(std::min(kSlice, length_ - at)), MPI_BYTE,
                from_, kTag, MPI_COMM_WORLD, &parts_.back());
    }
    return length_ != 0;
  }

  Bytes& message_;
  int from_;
  bool has_length_ = false;
};

/// Where the launcher says who this is, MPI starts on a thread of its own, for the root has other
/// things to do meanwhile: what it sends and receives before is handed over afterwards.
class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator() {
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
      finalize();
      return;
    }
    wait_for_start();
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    running_.join();
  }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  std::unique_ptr<Request> isend(std::span<const char> message, int to) override {
    return posted(std::make_unique<SendRequest>(*this, message, to));
  }
  std::unique_ptr<Request> irecv(Bytes& message, int from) override {
    return posted(std::make_unique<ReceiveRequest>(*this, message, from));
  }
  void abort() noexcept override {
    wait_for_start();
    MPI_Abort(MPI_COMM_WORLD, 1);
  }

  /// Whether MPI has started, and all requests are with it.
  bool is_ready() {
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
    const std::lock_guard lock(mutex_);
    started_ = true;
  }

  /// The thread that starts MPI is the one that has to end it.
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
    finalize();
  }

  void wait_for_start() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return started_.load(); });
  }

  std::unique_ptr<Request> posted(std::unique_ptr<MpiRequest> request) {
    if (is_ready()) {
      request->post();
    } else {
      waiting_.push_back(request.get());
    }
    return request;
  }

  int rank_ = 0;
  int size_ = 1;
  std::atomic<bool> started_{false};
  bool is_ready_ = false;
  std::vector<MpiRequest*> waiting_;  ///< for the start, in order
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread running_;
};

bool MpiRequest::test() {
  if (done_) return true;
  if (!ranks_.is_ready()) return false;
  int done = 0;
  MPI_Testall(static_cast<int>(parts_.size()), parts_.data(), &done, MPI_STATUSES_IGNORE);
  if (done != 0) {
    parts_.clear();
    done_ = !go_on();
  }
  return done_;
}

}  // namespace
}  // namespace dbmig::import

/// The module's only entry: starts MPI. The caller owns the result, whose end ends MPI.
extern "C" dbmig::import::Communicator* dbmig_mpi_communicator() {
  dbmig::import::prefer_fast_start();
  return new dbmig::import::MpiCommunicator;
}
