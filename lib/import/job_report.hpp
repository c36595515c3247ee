#pragma once

namespace dbmig::import {

/// The socket at which the process that started the ranks of this command (`-j`) learns their
/// state: a name in Linux's abstract namespace, in the environment of each rank.
inline constexpr const char* kJobSocket = "DBMIG_JOB_SOCKET";

/// Messages of a rank to that process. While the connection is open, the rank is alive.
struct JobReport {
  enum class What : int { is_there, has_started, ends };
  What what = What::is_there;
  int rank = 0;
  int exit_code = 0;  ///< of What::ends
};

/// This rank is there, and is about to start MPI. Nothing without such a process, as for the
/// others: nobody waits for a rank to be heard.
void report_rank();
/// MPI has started on this rank, which means that all others are there. Any thread may say it.
void report_start();
/// What this rank has to do is done, and it ends with `exit_code`, once MPI has ended.
void report_end(int exit_code);

}  // namespace dbmig::import
