#pragma once

namespace dbmig::import {

/// To be called at the end of a program that may be a rank of an MPI job, with its exit code and
/// with all output written; returns the code to end with. Of a failed job it does not return: the
/// first rank ends the job, in a way of which mpirun says nothing behind what the rank has said,
/// and with the same code, and the others wait until it has. Where that cannot be done it returns,
/// and mpirun adds words of its own.
int end_of_rank(int exit_code);

/// MPI has ended on this rank: no other rank waits for it any more.
void mpi_has_ended();

}  // namespace dbmig::import
