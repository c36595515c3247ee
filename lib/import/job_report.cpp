#include "import/job_report.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <string_view>

#include "import/communicator.hpp"

namespace dbmig::import {
namespace {

constexpr int kNotConnected = -1;
/// Open until the process ends.
std::atomic<int> job_socket{kNotConnected};

bool tell(JobReport report) {
  if (job_socket == kNotConnected) return false;
  report.rank = rank_from_environment();
  return ::send(job_socket, &report, sizeof report, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof report;
}

}  // namespace

void report_rank() {
  const char* const name = std::getenv(kJobSocket);
  if (name == nullptr || job_socket != kNotConnected) return;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  // After a zero byte: a name in the abstract namespace, which leaves no file behind.
  const std::size_t length = std::min(std::string_view(name).size(), sizeof(address.sun_path) - 1);
  std::copy_n(name, length, address.sun_path + 1);
  const int connected = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (connected == kNotConnected) return;
  if (::connect(connected, reinterpret_cast<const sockaddr*>(&address),
                static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length)) != 0) {
    ::close(connected);
    return;
  }
  job_socket = connected;
  tell({.what = JobReport::What::is_there});
}

void report_start() {
  tell({.what = JobReport::What::has_started});
}

bool report_end(int exit_code) {
  return tell({.what = JobReport::What::ends, .exit_code = exit_code});
}

}  // namespace dbmig::import
