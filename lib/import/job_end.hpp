#pragma once

namespace dbmig::import {

/// To be called at the end of a program that may be a rank of an MPI job, with its exit code and
/// with all output written; returns the code to end with. The first rank of a failed job ends it
/// here, in a way of which mpirun says nothing behind what the rank has said, and with the same
/// code; the others wait until it has. Where that cannot be done mpirun adds words of its own.
int end_of_rank(int exit_code);

/// MPI has ended on this rank: nobody waits for it any more.
void mpi_has_ended();

}  // namespace dbmig::import
