#include "cli/signals.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>

#include "import/communicator.hpp"

namespace dbmig::cli {
namespace {

std::atomic<bool> stop{false};
/// Of the ranks of an MPI job only the first speaks, and of the processes that it forks it alone.
std::atomic<bool> silent{false};
std::atomic<pid_t> speaker{0};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void on_signal(int number) {
  const int saved = errno;
  if (stop.exchange(true)) {
    // Not again: whoever asks twice wants it now. Both databases survive a killed client.
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    ::sigaction(number, &action, nullptr);
    ::raise(number);
  } else if (!silent && ::getpid() == speaker) {
    constexpr std::string_view text =
        "\nStopping after the current statement; press Ctrl-C again to stop at once.\n";
    [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
  }
  errno = saved;
}

}  // namespace

void watch_signals() {
  silent = import::rank_from_environment() != 0;
  speaker = ::getpid();
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

const std::atomic<bool>& interrupted() {
  return stop;
}

}  // namespace dbmig::cli
