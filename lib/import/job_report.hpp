#pragma once

namespace dbmig::import {

/// The environment variable with the socket through which the ranks of `-j` report their state to
/// the process that started them: a name in Linux's abstract namespace.
inline constexpr const char* kJobSocket = "DBMIG_JOB_SOCKET";

/// Messages of a rank to that process. As long as the connection is open, the rank is alive.
struct JobReport {
  enum class What : int { is_there, has_started, ends };
  What what = What::is_there;
  int rank = 0;
  int exit_code = 0;  ///< of What::ends
};

/// Reports that this rank runs and will start MPI. Does nothing without such a process, like the
/// functions below: none of them waits for an answer.
void report_rank();
/// Reports that MPI has started on this rank, and therefore on all others. From any thread.
void report_start();
/// Reports that this rank has finished its work, with `exit_code`. Whether it could be said.
bool report_end(int exit_code);

}  // namespace dbmig::import
