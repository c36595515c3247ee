// The ranks of an MPI job behind import/communicator.hpp. A module of its own, so that no other
// command of dbmig pays for loading Open MPI.
#define OMPI_SKIP_MPICXX 1   // The C++ bindings that MPI has given up,
#define MPICH_SKIP_MPICXX 1  // which do not compile without warnings.
#include "import/communicator.hpp"

#include <mpi.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace dbmig::import {
namespace {

/// Counts of MPI are ints: what is longer travels in slices.
constexpr std::uint64_t kSlice = std::uint64_t{1} << 30;
constexpr int kTag = 0;

bool same(const char* a, const char* b) {
  return a != nullptr && b != nullptr && std::string_view(a) == b;
}

/// Settings that spare start-up time, as far as the user has none of their own: without the search
/// for network hardware a job on one host starts in a third of the time.
void prefer_fast_start() {
  constexpr int kKeep = 0;
  const bool one_host =
      same(std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE"), std::getenv("OMPI_COMM_WORLD_SIZE"));
  if (one_host) {
    ::setenv("OMPI_MCA_pml", "ob1", kKeep);
    // Without the right to read each other's memory, as in most containers, the other way
    // complains.
    ::setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", kKeep);
  }
  ::setenv("OMPI_MCA_mpi_yield_when_idle", "1", kKeep);
}

/// Open MPI binds each rank of a small job to one core, and with it all threads of the rank. They
/// get the cores back that the launcher was allowed to use, unless the user chose a binding.
void leave_binding() {
  if (std::getenv("OMPI_MCA_hwloc_base_binding_policy") != nullptr) return;
  if (!same(std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE"), std::getenv("OMPI_COMM_WORLD_SIZE"))) return;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  // On one host the parent is the launcher.
  if (::sched_getaffinity(::getppid(), sizeof(cores), &cores) != 0) return;
  ::sched_setaffinity(0, sizeof(cores), &cores);
}

/// A message is its length, then its bytes in slices.
class MpiRequest : public Request {
 public:
  bool test() override {
    if (done_) return true;
    int done = 0;
    MPI_Testall(static_cast<int>(parts_.size()), parts_.data(), &done, MPI_STATUSES_IGNORE);
    if (done != 0) {
      parts_.clear();
      done_ = !go_on();
    }
    return done_;
  }

 protected:
  /// All parts are through. True when there are more now.
  virtual bool go_on() { return false; }

  std::uint64_t length_ = 0;
  std::vector<MPI_Request> parts_;

 private:
  bool done_ = false;
};

class SendRequest final : public MpiRequest {
 public:
  SendRequest(std::span<const char> message, int to) {
    length_ = message.size();
    parts_.emplace_back();
    MPI_Isend(&length_, 1, MPI_UINT64_T, to, kTag, MPI_COMM_WORLD, &parts_.back());
    for (std::uint64_t from = 0; from < length_; from += kSlice) {
      parts_.emplace_back();
      MPI_Isend(message.data() + from, static_cast<int>(std::min(kSlice, length_ - from)), MPI_BYTE,
                to, kTag, MPI_COMM_WORLD, &parts_.back());
    }
  }
};

class ReceiveRequest final : public MpiRequest {
 public:
  ReceiveRequest(Bytes& message, int from) : message_(message), from_(from) {
    parts_.emplace_back();
    MPI_Irecv(&length_, 1, MPI_UINT64_T, from, kTag, MPI_COMM_WORLD, &parts_.back());
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

class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator() {
    int provided = MPI_THREAD_SINGLE;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
      throw std::runtime_error("MPI_Init failed");
    }
    leave_binding();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }

  ~MpiCommunicator() override { MPI_Finalize(); }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  std::unique_ptr<Request> isend(std::span<const char> message, int to) override {
    return std::make_unique<SendRequest>(message, to);
  }
  std::unique_ptr<Request> irecv(Bytes& message, int from) override {
    return std::make_unique<ReceiveRequest>(message, from);
  }
  void abort() noexcept override { MPI_Abort(MPI_COMM_WORLD, 1); }

 private:
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace
}  // namespace dbmig::import

/// The module's only entry: starts MPI. The caller owns the result, whose end ends MPI.
extern "C" dbmig::import::Communicator* dbmig_mpi_communicator() {
  dbmig::import::prefer_fast_start();
  return new dbmig::import::MpiCommunicator;
}
