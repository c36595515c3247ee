#include "cli/job_watch.hpp"

#include <fmt/core.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/text.hpp"

namespace dbmig::cli {
namespace {

using import::JobReport;

/// From the end of the first rank to that of mpirun, which ends the others by signals, each of
/// which it gives a second.
constexpr std::chrono::seconds kEndLimit{10};

std::string random_name() {
  std::uint64_t words[2] = {};
  if (::getrandom(words, sizeof words, 0) != sizeof words)
    words[0] = static_cast<std::uint64_t>(::getpid());
  return fmt::format("dbmig-job-{:016x}{:016x}", words[0], words[1]);
}

/// Only this user's processes are heard: names in the abstract namespace have no owner.
bool is_own(int socket) {
  ucred peer = {};
  socklen_t length = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
         peer.uid == ::getuid();
}

}  // namespace

JobWatch::JobWatch(int ranks, std::chrono::seconds start_limit)
    : start_limit_(start_limit), name_(random_name()), ranks_(static_cast<std::size_t>(ranks)) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::copy(name_.begin(), name_.end(), address.sun_path + 1);
  listening_ = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listening_ < 0 ||
      ::bind(listening_, reinterpret_cast<const sockaddr*>(&address),
             static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size())) != 0 ||
      ::listen(listening_, ranks) != 0) {
    const int failure = errno;
    if (listening_ >= 0) ::close(listening_);
    throw Error(ErrorCode::failed,
                fmt::format("cannot listen to the ranks of -j: {}", std::strerror(failure)))
        .hint("leave -j out, or start the ranks with mpirun");
  }
}

JobWatch::~JobWatch() {
  ::close(listening_);
  for (const int socket : unknown_) ::close(socket);
  for (const Rank& rank : ranks_) {
    if (rank.socket >= 0) ::close(rank.socket);
  }
}

void JobWatch::add_to(std::vector<pollfd>& polled) const {
  const auto add = [&polled](int socket) { polled.push_back({socket, POLLIN, 0}); };
  add(listening_);
  for (const int socket : unknown_) add(socket);
  for (const Rank& rank : ranks_) {
    if (rank.socket >= 0) add(rank.socket);
  }
}

void JobWatch::accept_all() {
  while (true) {
    const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return;
    if (is_own(socket)) {
      unknown_.push_back(socket);
    } else {
      ::close(socket);
    }
  }
}

void JobWatch::read() {
  accept_all();
  std::vector<int> sockets = unknown_;
  for (const Rank& rank : ranks_) {
    if (rank.socket >= 0) sockets.push_back(rank.socket);
  }
  for (const int socket : sockets) take(socket);
}

/// Everything that has come over `socket`, and its end.
void JobWatch::take(int socket) {
  while (true) {
    JobReport report;
    const ssize_t size = ::recv(socket, &report, sizeof report, 0);
    if (size < 0) return;
    const bool is_report =
        size == sizeof report && report.rank >= 0 && report.rank < static_cast<int>(ranks_.size());
    if (!is_report) break;
    Rank& rank = ranks_[static_cast<std::size_t>(report.rank)];
    unknown_.erase(std::remove(unknown_.begin(), unknown_.end(), socket), unknown_.end());
    rank.socket = socket;
    rank.is_there = true;
    if (report.what == JobReport::What::has_started) rank.has_started = true;
    if (report.what != JobReport::What::ends) continue;
    rank.exit_code = report.exit_code;
    if (!first_end_) first_end_ = Clock::now();
  }
  ::close(socket);
  unknown_.erase(std::remove(unknown_.begin(), unknown_.end(), socket), unknown_.end());
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    if (ranks_[i].socket != socket) continue;
    ranks_[i].socket = -1;
    if (!first_end_) first_end_ = Clock::now();
    if (!lost_ && !ranks_[i].exit_code) lost_ = i;
  }
}

bool JobWatch::signal_ranks(int number) const {
  std::vector<pid_t> processes;
  for (const Rank& rank : ranks_) {
    ucred peer = {};
    socklen_t size = sizeof peer;
    const bool is_known = rank.has_started && rank.socket >= 0 &&
                          ::getsockopt(rank.socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    if (!is_known) return false;
    processes.push_back(peer.pid);
  }
  for (const pid_t process : processes) ::kill(process, number);
  return true;
}

std::optional<JobWatch::Clock::time_point> JobWatch::deadline() const {
  std::optional<Clock::time_point> earliest;
  if (first_end_) earliest = *first_end_ + kEndLimit;
  const bool all_started =
      std::all_of(ranks_.begin(), ranks_.end(), [](const Rank& rank) { return rank.has_started; });
  if (!all_started && start_limit_.count() != 0) {
    const Clock::time_point start = begin_ + start_limit_;
    earliest = earliest ? std::min(*earliest, start) : start;
  }
  return earliest;
}

std::string JobWatch::missing() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ranks_.size(); ++i) {
    if (!ranks_[i].is_there) names.push_back(std::to_string(i));
  }
  if (names.empty()) return "all processes run, but MPI does not start";
  return fmt::format("{} {} missing", names.size() == 1 ? "rank" : "ranks",
                     text::join(names, ", ") + (names.size() == 1 ? " is" : " are"));
}

Error JobWatch::reason() const {
  constexpr const char* kRolledBack =
      "all have been stopped, and what was not committed is rolled back";
  if (lost_) {
    return Error(ErrorCode::failed,
                 fmt::format("rank {} of {} ended early, and mpirun did not end within {} s",
                             *lost_, ranks_.size(), kEndLimit.count()))
        .hint(fmt::format("{}; was it killed?", kRolledBack));
  }
  if (first_end_) {
    return Error(ErrorCode::failed,
                 fmt::format("mpirun did not end within {} s of its ranks", kEndLimit.count()))
        .hint(kRolledBack);
  }
  return Error(ErrorCode::failed, fmt::format("the ranks have not started within {} s: {}",
                                              start_limit_.count(), missing()))
      .hint(fmt::format("{}; DBMIG_START_TIMEOUT=SECONDS waits longer, 0 forever", kRolledBack));
}

std::optional<int> JobWatch::exit_code() const {
  return ranks_.front().exit_code;
}

}  // namespace dbmig::cli
