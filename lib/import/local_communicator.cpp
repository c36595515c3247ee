#include <fmt/core.h>

#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "import/communicator.hpp"
#include "import/message_communicator.hpp"

namespace dbmig::import {
namespace {

class LocalCommunicator final : public MessageCommunicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  std::unique_ptr<Request> isend(std::span<const char>, int to) override { no_rank(to); }
  std::unique_ptr<Request> irecv(Bytes&, int from) override { no_rank(from); }
  void abort() noexcept override {}

 private:
  [[noreturn]] static void no_rank(int rank) {
    throw Error(ErrorCode::failed, fmt::format("there is no rank {} in a job of one", rank));
  }
};

/// The number in an environment variable, or -1.
long number_from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return -1;
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  return *end == '\0' ? value : -1;
}

// What launchers set for the processes they start: Open MPI's mpirun, MPICH's hydra and Slurm's
// PMI, and PMIx. Slurm's own variables are not included: a job script has them without being a
// rank.
constexpr const char* kSizes[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};
constexpr const char* kRanks[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"};

}  // namespace

std::unique_ptr<Communicator> local_communicator() {
  return std::make_unique<LocalCommunicator>();
}

bool started_by_mpi() {
  for (const char* name : kSizes) {
    const long size = number_from_environment(name);
    if (size >= 0) return size > 1;
  }
  return number_from_environment("PMIX_RANK") >= 0;
}

int rank_from_environment() {
  if (!started_by_mpi()) return 0;
  for (const char* name : kRanks) {
    const long rank = number_from_environment(name);
    if (rank >= 0) return static_cast<int>(rank);
  }
  return 0;
}

}  // namespace dbmig::import
