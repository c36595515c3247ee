#pragma once

#include <chrono>

namespace dbmig::import {

/// To be called at the end of a program that may be a rank of an MPI job, with its exit code, after
/// all output; reports it (job_report.hpp) and returns the code to exit with. In a failed job, and
/// in one that was left before MPI has ended, it does not return: the first rank ends the job in a
/// way that makes mpirun print nothing, and with the same exit code, and the others wait for that.
/// If that is not possible, mpirun prints messages of its own.
int end_of_rank(int exit_code);

/// To be called before MPI starts on this rank.
void mpi_is_to_start();

/// To be called when MPI has ended on this rank: no other rank waits for it any more.
void mpi_has_ended();

/// To be called on the root when MPI has not ended after `silent`, as another rank is stopped: says
/// so. `is_given_up`: the root waits no longer.
void mpi_has_not_ended(std::chrono::seconds silent, bool is_given_up);

/// What the MPI module calls, on any thread.
struct JobCallbacks {
  void (*started)();
  void (*ended)();
  void (*late)(std::chrono::seconds silent, bool is_given_up);
};

}  // namespace dbmig::import
