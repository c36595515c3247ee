#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "import/communicator.hpp"

namespace dbmig::import {

void leave_binding() {
  const char* const here = std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  const char* const all = std::getenv("OMPI_COMM_WORLD_SIZE");
  if (here == nullptr || all == nullptr || std::string_view(here) != all) return;
  if (std::getenv("OMPI_MCA_hwloc_base_binding_policy") != nullptr) return;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  // On one host, the parent process is the launcher.
  if (::sched_getaffinity(::getppid(), sizeof(cores), &cores) != 0) return;
  ::sched_setaffinity(0, sizeof(cores), &cores);
}

}  // namespace dbmig::import
