// The ranks of an MPI job behind import/communicator.hpp. A module of its own, so that no other
// command of dbmig pays for loading Open MPI.
#define OMPI_SKIP_MPICXX 1   // The C++ bindings that MPI has given up,
#define MPICH_SKIP_MPICXX 1  // which do not compile without warnings.
#include "import/communicator.hpp"

#include <mpi.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace dbmig::import {
namespace {

/// Counts and displacements of MPI are ints: what is longer travels in slices, of which all ranks'
/// together stay below this.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

/// How long a waiting rank spins before it sleeps. A message of a chunk takes less than this; the
/// sleep is what leaves the core to the rank or server that works.
constexpr auto kSpin = std::chrono::microseconds(30);
constexpr auto kNap = std::chrono::microseconds(50);

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
    slice_ = kMostBytes / static_cast<std::uint64_t>(size_);
  }

  ~MpiCommunicator() override { MPI_Finalize(); }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void scatter(std::span<const std::span<const char>> parts, Bytes& mine) override {
    sizes_.assign(static_cast<std::size_t>(size_), 0);
    for (std::size_t i = 0; i < parts.size(); ++i) sizes_[i] = parts[i].size();
    share_sizes();
    mine.resize(sizes_[static_cast<std::size_t>(rank_)]);
    for (std::uint64_t from = 0; from < longest(); from += slice_) {
      const std::size_t total = lay_out(from);
      if (is_root()) {
        staging_.resize(total);
        for (std::size_t i = 0; i < parts.size(); ++i) {
          if (counts_[i] == 0) continue;
          std::memcpy(staging_.data() + offsets_[i], parts[i].data() + from,
                      static_cast<std::size_t>(counts_[i]));
        }
      }
      char* into = mine.data() + std::min<std::uint64_t>(from, mine.size());
      MPI_Request request = MPI_REQUEST_NULL;
      MPI_Iscatterv(staging_.data(), counts_.data(), offsets_.data(), MPI_BYTE, into,
                    counts_[static_cast<std::size_t>(rank_)], MPI_BYTE, 0, MPI_COMM_WORLD,
                    &request);
      wait(request);
    }
  }

  void gather(std::span<const char> mine, Bytes& all, std::vector<std::size_t>& ends) override {
    sizes_.assign(static_cast<std::size_t>(size_), 0);
    const std::uint64_t own = mine.size();
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallgather(&own, 1, MPI_UINT64_T, sizes_.data(), 1, MPI_UINT64_T, MPI_COMM_WORLD, &request);
    wait(request);
    if (is_root()) {
      ends.clear();
      std::uint64_t total = 0;
      for (const std::uint64_t size : sizes_) ends.push_back(total += size);
      all.resize(total);
    }
    const bool at_once = longest() <= slice_;
    for (std::uint64_t from = 0; from < longest(); from += slice_) {
      const std::size_t total = lay_out(from);
      if (is_root() && !at_once) staging_.resize(total);
      const char* out = mine.data() + std::min<std::uint64_t>(from, mine.size());
      char* into = !is_root() ? nullptr : at_once ? all.data() : staging_.data();
      MPI_Igatherv(out, counts_[static_cast<std::size_t>(rank_)], MPI_BYTE, into, counts_.data(),
                   offsets_.data(), MPI_BYTE, 0, MPI_COMM_WORLD, &request);
      wait(request);
      if (is_root() && !at_once) spread(from, all, ends);
    }
  }

  void broadcast(Bytes& value) override {
    std::uint64_t size = value.size();
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibcast(&size, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request);
    wait(request);
    value.resize(size);
    for (std::uint64_t from = 0; from < size; from += kMostBytes) {
      MPI_Ibcast(value.data() + from, static_cast<int>(std::min(kMostBytes, size - from)), MPI_BYTE,
                 0, MPI_COMM_WORLD, &request);
      wait(request);
    }
  }

  std::int64_t max(std::int64_t value) override {
    std::int64_t most = value;
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallreduce(&value, &most, 1, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD, &request);
    wait(request);
    return most;
  }

  void abort() noexcept override { MPI_Abort(MPI_COMM_WORLD, 1); }

 private:
  /// Open MPI's own waiting spins at full speed, on cores that others could use.
  static void wait(MPI_Request& request) {
    const auto start = std::chrono::steady_clock::now();
    int done = 0;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    while (done == 0) {
      if (std::chrono::steady_clock::now() - start > kSpin) std::this_thread::sleep_for(kNap);
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    }
  }

  void share_sizes() {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibcast(sizes_.data(), size_, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request);
    wait(request);
  }

  std::uint64_t longest() const { return *std::max_element(sizes_.begin(), sizes_.end()); }

  /// Counts and offsets of the slice of each rank's part that starts at `from`; their sum.
  std::size_t lay_out(std::uint64_t from) {
    counts_.resize(sizes_.size());
    offsets_.resize(sizes_.size());
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
      const std::uint64_t left = sizes_[i] > from ? sizes_[i] - from : 0;
      counts_[i] = static_cast<int>(std::min(left, slice_));
      offsets_[i] = static_cast<int>(total);
      total += static_cast<std::uint64_t>(counts_[i]);
    }
    return total;
  }

  void spread(std::uint64_t from, Bytes& all, const std::vector<std::size_t>& ends) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] == 0) continue;
      const std::size_t begin = ends[i] - sizes_[i] + from;
      std::memcpy(all.data() + begin, staging_.data() + offsets_[i],
                  static_cast<std::size_t>(counts_[i]));
    }
  }

  int rank_ = 0;
  int size_ = 1;
  std::uint64_t slice_ = kMostBytes;
  // Of the call at hand; kept for their storage.
  std::vector<std::uint64_t> sizes_;
  std::vector<int> counts_;
  std::vector<int> offsets_;
  Bytes staging_;
};

}  // namespace
}  // namespace dbmig::import

/// The module's only entry: starts MPI. The caller owns the result, whose end ends MPI.
extern "C" dbmig::import::Communicator* dbmig_mpi_communicator() {
  dbmig::import::prefer_fast_start();
  return new dbmig::import::MpiCommunicator;
}
