#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "import/communicator.hpp"

namespace dbmig::cli {

/// Before anything goes to another folder (-C): the ranks read the command line where this process
/// started.
void remember_start_folder();

/// Runs this very command line again as `ranks` ranks of an MPI job and waits for its end: mpirun
/// started with the settings that the job needs, so that nobody has to know them (as many ranks as
/// asked for whatever the number of cores, bound to none of them, as root too; what the user has
/// set stays). The job writes to this process's stdout and stderr; it reads its standard input with
/// `reads_input`, else nothing. SIGINT, SIGTERM and SIGHUP of this process end the job in order.
///
/// Returns the exit code: that of the ranks, 130 when the job was interrupted. Throws Error{failed}
/// when mpirun is missing or cannot be started, Error{usage} when the job would have to read from a
/// terminal.
int run_as_ranks(int ranks, bool reads_input);

/// The seconds that the environment variable `name` gives for a limit, or `usual`; 0 is none.
/// Throws Error{usage} for anything else.
std::chrono::seconds limit_from_environment(const char* name, std::chrono::seconds usual);

/// The ranks of the job that this process is one of, or it alone without mpirun.
/// DBMIG_RANK_TIMEOUT says how long the root waits for one that is silent. Throws Error{usage} when
/// the user asked for another number with -j than mpirun started; `asked` is 0 without -j.
std::unique_ptr<import::Communicator> ranks_of_job(int asked);

/// Whether `run_as_ranks` of another process started this one.
bool run_by_launcher();

}  // namespace dbmig::cli
