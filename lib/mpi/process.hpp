#pragma once

namespace dbmig::import {

/// Settings that save start-up time, unless the user has set them: without the search for network
/// hardware, a job on one host starts in a third of the time. To be called before MPI starts.
void prefer_fast_start();

/// Ends MPI. Meanwhile, a rank sends its launcher small messages without an answer, and TCP would
/// delay each until the one before is acknowledged, 40 ms later: every job would take that much
/// longer.
void end_mpi();

}  // namespace dbmig::import
