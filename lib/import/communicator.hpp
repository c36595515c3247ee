#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dbmig::import {

using Bytes = std::vector<char>;

/// The ranks of a job, as the import sees them. Rank 0 is the root. Every call is collective: all
/// ranks make it, in the same order, also a rank that has failed (it says so through `agree`).
/// Implementations: lib/mpi (MPI_Scatterv, MPI_Gatherv…) and LocalCommunicator (one process).
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  bool is_root() const { return rank() == 0; }

  /// Root hands part i of `parts` (size() of them, empty elsewhere) to rank i; each gets its own in
  /// `mine`, whose storage is reused.
  virtual void scatter(std::span<const std::span<const char>> parts, Bytes& mine) = 0;
  /// Root gets every rank's `mine`, one after the other in rank order, in `all`, rank i's part
  /// ending at `ends[i]`; storage is reused. Elsewhere both stay as they are.
  virtual void gather(std::span<const char> mine, Bytes& all, std::vector<std::size_t>& ends) = 0;
  /// Root's `value` to everyone.
  virtual void broadcast(Bytes& value) = 0;
  /// The largest `value` of all ranks, at every rank.
  virtual std::int64_t max(std::int64_t value) = 0;
  /// Ends every rank of the job at once, for what cannot be agreed upon. Does nothing in a job of
  /// one rank.
  virtual void abort() noexcept = 0;
};

/// One process, one rank.
std::unique_ptr<Communicator> local_communicator();

/// True when mpirun (or srun…) started this process as one of several ranks, from the environment
/// alone: nothing of MPI is loaded.
bool started_by_mpi();
/// This process's rank from the environment, 0 when not started by MPI.
int rank_from_environment();

/// Throws Error{failed} saying what to install when the MPI module does not stand beside the
/// program.
void require_mpi_module();

/// Loads the MPI module that stands beside the program and starts MPI. Throws Error{failed} saying
/// what to install when it cannot be loaded.
std::unique_ptr<Communicator> mpi_communicator();

}  // namespace dbmig::import
