#include "fleet/forked_job.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "import/message_communicator.hpp"

namespace dbmig::fleet {
namespace {

using import::Bytes;

/// How a process ended, for people.
std::string ending(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("the process that worked on it was killed by signal {}", WTERMSIG(status));
  }
  return fmt::format("the process that worked on it ended with code {}", WEXITSTATUS(status));
}

/// One end of a stream between two processes.
struct Peer {
  int socket = -1;
  pid_t process = -1;  ///< of the other end; -1: unknown

  [[noreturn]] void fail() const {
    int status = 0;
    if (process < 0 || ::waitpid(process, &status, 0) != process) {
      throw Error(ErrorCode::failed, "the process at the other end has ended");
    }
    throw Error(ErrorCode::failed, ending(status));
  }
};

bool would_wait() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/// A message is its length, then its bytes.
class SendRequest final : public import::Request {
 public:
  SendRequest(const Peer& peer, std::span<const char> message) : peer_(peer) {
    const std::uint64_t length = message.size();
    bytes_.resize(sizeof length + message.size());
    std::memcpy(bytes_.data(), &length, sizeof length);
    if (!message.empty()) {
      std::memcpy(bytes_.data() + sizeof length, message.data(), message.size());
    }
  }
  bool test() override {
    while (at_ < bytes_.size()) {
      const ssize_t n = ::send(peer_.socket, bytes_.data() + at_, bytes_.size() - at_,
                               MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n < 0 && would_wait()) return false;
      if (n < 0) peer_.fail();
      at_ += static_cast<std::size_t>(n);
    }
    return true;
  }

 private:
  const Peer& peer_;
  Bytes bytes_;
  std::size_t at_ = 0;
};

class ReceiveRequest final : public import::Request {
 public:
  ReceiveRequest(const Peer& peer, Bytes& message) : peer_(peer), message_(message) {
    message_.clear();
  }
  bool test() override {
    while (!has_length_ || at_ < message_.size()) {
      char* const to = has_length_ ? message_.data() + at_ : length_.data() + at_;
      const std::size_t wanted = (has_length_ ? message_.size() : length_.size()) - at_;
      const ssize_t n = ::recv(peer_.socket, to, wanted, MSG_DONTWAIT);
      if (n < 0 && would_wait()) return false;
      if (n <= 0) peer_.fail();
      at_ += static_cast<std::size_t>(n);
      if (has_length_ || at_ < length_.size()) continue;
      std::uint64_t length = 0;
      std::memcpy(&length, length_.data(), sizeof length);
      message_.resize(length);
      has_length_ = true;
      at_ = 0;
    }
    return true;
  }

 private:
  const Peer& peer_;
  Bytes& message_;
  std::array<char, sizeof(std::uint64_t)> length_{};
  bool has_length_ = false;
  std::size_t at_ = 0;
};

class SocketCommunicator final : public import::MessageCommunicator {
 public:
  SocketCommunicator(int rank, int size, std::vector<Peer> peers)
      : rank_(rank), size_(size), peers_(std::move(peers)) {}
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::unique_ptr<import::Request> isend(std::span<const char> message, int to) override {
    return std::make_unique<SendRequest>(peer(to), message);
  }
  std::unique_ptr<import::Request> irecv(Bytes& message, int from) override {
    return std::make_unique<ReceiveRequest>(peer(from), message);
  }
  void abort() noexcept override {
    for (const Peer& one : peers_) {
      if (one.process > 0) ::kill(one.process, SIGKILL);
    }
  }

 private:
  /// The others are connected to the root alone.
  const Peer& peer(int rank) const {
    if (rank_ != 0 && rank != 0) {
      throw Error(ErrorCode::failed, fmt::format("rank {} is not connected to {}", rank_, rank));
    }
    return rank_ == 0 ? peers_.at(static_cast<std::size_t>(rank) - 1) : peers_.front();
  }

  int rank_;
  int size_;
  std::vector<Peer> peers_;  ///< the root's: by rank, from 1 on
};

/// The child's part: `body`, then the end.
[[noreturn]] void become_rank(int rank, int size, int socket, pid_t parent,
                              const std::function<void(import::Communicator&)>& body) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  int code = 0;
  try {
    if (::getppid() != parent) ::_exit(1);
    SocketCommunicator communicator(rank, size, {{socket, -1}});
    body(communicator);
  } catch (...) {
    // The root sees that the stream has ended.
    code = 1;
  }
  // Nothing of the parent's is flushed or removed here.
  ::_exit(code);
}

}  // namespace

ForkedJob::ForkedJob(int workers, const std::function<void(import::Communicator&)>& body) {
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  std::vector<Peer> peers;
  for (int rank = 1; rank <= workers; ++rank) {
    std::array<int, 2> ends{};
    const bool has_stream = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0;
    const pid_t process = has_stream ? ::fork() : -1;
    if (process == 0) {
      for (const int other : sockets_) ::close(other);
      ::close(ends[0]);
      become_rank(rank, workers + 1, ends[1], parent, body);
    }
    const int number = errno;
    if (has_stream) ::close(ends[1]);
    if (process < 0) {
      if (has_stream) ::close(ends[0]);
      for (const int socket : sockets_) ::close(socket);
      throw Error(ErrorCode::failed,
                  fmt::format("cannot start process {}: {}", rank, std::strerror(number)))
          .hint("start fewer with -j");
    }
    processes_.push_back(process);
    sockets_.push_back(ends[0]);
    peers.push_back({ends[0], process});
  }
  waited_for_ = sockets_;
  root_ = std::make_unique<SocketCommunicator>(0, workers + 1, std::move(peers));
}

ForkedJob::~ForkedJob() {
  for (const int socket : sockets_) ::close(socket);
  for (const pid_t process : processes_) {
    while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

void ForkedJob::stop() const {
  for (const pid_t process : processes_) {
    // One that has ended and was waited for has no number any more, or another's.
    siginfo_t info = {};
    if (::waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == 0) {
      ::kill(process, SIGTERM);
    }
  }
}

void ForkedJob::wait() {
  std::vector<pollfd> waiting;
  for (const int socket : waited_for_) waiting.push_back({socket, POLLIN, 0});
  // Not longer: a message that is being sent goes on only when it is asked about.
  constexpr int kMilliseconds = 10;
  ::poll(waiting.data(), waiting.size(), kMilliseconds);
  // What a process that has ended left behind is there now, all of it: its end wakes nobody again.
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if ((waiting[i].revents & (POLLHUP | POLLERR)) != 0) waited_for_[i] = -1;
  }
}

}  // namespace dbmig::fleet
