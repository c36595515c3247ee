#include "import/job_end.hpp"

#include <dlfcn.h>
#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "import/communicator.hpp"
#include "import/job_report.hpp"

namespace dbmig::import {
namespace {

/// How long the other ranks wait for the first one, which has the same error.
constexpr std::chrono::seconds kForTheRoot{2};
/// How long mpirun has to answer, in seconds: it may be ending the job already.
constexpr unsigned kForMpirun = 5;
/// mpirun needs a second to end a job anyway.
constexpr std::chrono::milliseconds kForTheOrder{500};

bool mpi_is_used = false;
bool mpi_is_over = false;
volatile std::sig_atomic_t code_on_alarm = 1;

void on_alarm(int) {
  ::_exit(code_on_alarm);
}

/// Ends all ranks with a request to mpirun, as MPI_Abort does, but without its output. mpirun
/// prints nothing about a job that was ended by request; if a rank fails, it does.
void order_end(int exit_code) {
  // Uses PMIx, the library through which mpirun and Open MPI communicate, so it is installed with
  // them: https://pmix.org, version 4 of the standard.
  void* const pmix = ::dlopen("libpmix.so.2", RTLD_NOW | RTLD_LOCAL);
  if (pmix == nullptr) return;
  using Init = int (*)(void* process, void* options, std::size_t count);
  using Abort = int (*)(int code, const char* message, void* processes, std::size_t count);
  const auto init = reinterpret_cast<Init>(::dlsym(pmix, "PMIx_Init"));
  const auto abort = reinterpret_cast<Abort>(::dlsym(pmix, "PMIx_Abort"));
  if (init == nullptr || abort == nullptr) return;
  code_on_alarm = exit_code;
  std::signal(SIGALRM, on_alarm);
  ::alarm(kForMpirun);
  constexpr int kSuccess = 0;
  if (init(nullptr, nullptr, 0) == kSuccess && abort(exit_code, "", nullptr, 0) == kSuccess) {
    // The request must reach mpirun first: otherwise mpirun would report this process as a failure.
    std::this_thread::sleep_for(kForTheOrder);
    ::_exit(exit_code);
  }
  ::alarm(0);
}

}  // namespace

void mpi_is_to_start() {
  mpi_is_used = true;
}

void mpi_has_ended() {
  mpi_is_over = true;
}

void mpi_has_not_ended(std::chrono::seconds silent, bool is_given_up) {
  const std::string message =
      is_given_up
          ? fmt::format(
                "warning: another rank has not ended for {} s: it is stopped, and the job ends "
                "without it; the result above still holds\n",
                silent.count())
          : fmt::format("Waiting for another rank, which has not ended for {} s\n", silent.count());
  std::fputs(message.c_str(), stderr);
}

int end_of_rank(int exit_code) {
  const bool is_told = report_end(exit_code);
  const bool is_left = mpi_is_used && !mpi_is_over;
  if (!started_by_mpi() || (exit_code == 0 && !is_left)) return exit_code;
  if (rank_from_environment() == 0) {
    std::signal(SIGTERM, SIG_IGN);
    // With -j, the process that started the job exits with the code that it was told, and mpirun
    // has nothing to say about ranks that end in order.
    if (is_told && mpi_is_over) ::_exit(0);
    // Without -j, or if other ranks are still at work, mpirun would report this one's end.
    const bool must_end_job = !is_told || is_left;
    if (must_end_job && std::getenv("PMIX_NAMESPACE") != nullptr) order_end(exit_code);
    // MPI's threads may keep a normal exit from its end, or crash in it.
    if (is_left) ::_exit(exit_code);
    return exit_code;
  }
  // mpirun ends the others as soon as one has failed, so the root, which reports the error, must
  // come first. After MPI_Finalize only the root's exit code counts.
  std::signal(SIGTERM, SIG_DFL);
  if (!mpi_is_over) std::this_thread::sleep_for(kForTheRoot);
  // Nothing is left to do, and threads of MPI's libraries could react to the request during a
  // normal exit.
  ::_exit(mpi_is_over ? 0 : exit_code);
}

}  // namespace dbmig::import
