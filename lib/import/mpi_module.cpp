#include <fmt/core.h>

#include <exception>

#include "base/error.hpp"
#include "base/module.hpp"
#include "import/communicator.hpp"
#include "import/job_end.hpp"
#include "import/job_report.hpp"

namespace dbmig::import {
namespace {

/// RTLD_GLOBAL: Open MPI loads components later, which need its symbols.
constexpr Module kMpiModule{
    "libdbmig_mpi.so",
    "dbmig_mpi_communicator",
    "MPI",
    "install dbmig with its MPI module, or run the command without mpirun",
    "install Open MPI (Debian: apt-get install openmpi-bin), or run the command without mpirun",
    true};

}  // namespace

void require_mpi_module() {
  find_module(kMpiModule);
}

std::unique_ptr<Communicator> mpi_communicator() {
  leave_binding();
  report_rank();
  mpi_is_to_start();
  using Factory = Communicator* (*)(const JobCallbacks& callbacks);
  const auto factory = reinterpret_cast<Factory>(load_module(kMpiModule));
  try {
    return std::unique_ptr<Communicator>(
        factory({&report_start, &mpi_has_ended, &mpi_has_not_ended}));
  } catch (const std::exception& error) {
    throw Error(ErrorCode::failed, fmt::format("cannot start MPI: {}", error.what()));
  }
}

}  // namespace dbmig::import
