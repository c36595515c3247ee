#pragma once

namespace dbmig::import {

/// Settings that spare start-up time, as far as the user has none of their own: without the search
/// for network hardware a job on one host starts in a third of the time. To be called before MPI
/// starts.
void prefer_fast_start();

/// Ends MPI. What a rank tells its launcher meanwhile are small messages without an answer, each of
/// which TCP would hold back until the one before is acknowledged, 40 ms later: every job would
/// take as much longer.
void end_mpi();

}  // namespace dbmig::import
