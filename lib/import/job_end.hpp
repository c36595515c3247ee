#pragma once

namespace dbmig::import {

/// To be called at the end of a program that may be a rank of an MPI job, with its exit code, after
/// all output; returns the code to exit with. In a failed job it does not return: the first rank
/// ends the job in a way that makes mpirun print nothing, and with the same exit code, and the
/// others wait for that. If that is not possible, it returns, and mpirun prints messages of its
/// own.
int end_of_rank(int exit_code);

/// To be called when MPI has ended on this rank: no other rank waits for it any more.
void mpi_has_ended();

}  // namespace dbmig::import
