#include "mpi/process.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "mpi/mpi.hpp"

namespace dbmig::import {
namespace {

bool same(const char* a, const char* b) {
  return a != nullptr && b != nullptr && std::string_view(a) == b;
}

/// Whether processes of one user may read each other's memory: neither a system call filter nor
/// Yama prevents it. Source: https://www.kernel.org/doc/Documentation/security/Yama.txt
bool may_read_memory_of_others() {
  char from = 0;
  char to = 0;
  const iovec remote = {&from, 1};
  const iovec local = {&to, 1};
  if (::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0) != 1) return false;
  std::ifstream yama("/proc/sys/kernel/yama/ptrace_scope");
  return !yama || yama.get() == '0';
}

}  // namespace

void prefer_fast_start() {
  constexpr int kKeep = 0;
  const bool one_host =
      same(std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE"), std::getenv("OMPI_COMM_WORLD_SIZE"));
  if (one_host) {
    ::setenv("OMPI_MCA_pml", "ob1", kKeep);
    // A message that the receiver reads directly from the sender's memory arrives at once;
    // otherwise it is sent in pieces, each of which both sides must handle. Without the right to
    // that, as in some containers, Open MPI would print a warning.
    if (!may_read_memory_of_others()) {
      ::setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", kKeep);
      ::setenv("OMPI_MCA_btl_vader_max_send_size", "262144", kKeep);
    }
  }
  ::setenv("OMPI_MCA_mpi_yield_when_idle", "1", kKeep);
  // Each rank reads files by itself. The other implementations of shared file pointers create files
  // of their own at each opening, one of them next to the data.
  ::setenv("OMPI_MCA_sharedfp", "individual", kKeep);
}

void end_mpi() {
  constexpr int kOn = 1;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", failure)) {
    // Has no effect on descriptors other than TCP sockets.
    ::setsockopt(std::atoi(entry.path().filename().c_str()), IPPROTO_TCP, TCP_NODELAY, &kOn,
                 sizeof kOn);
  }
  MPI_Finalize();
}

}  // namespace dbmig::import
