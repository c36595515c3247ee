#include "serve/commands.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.hpp"
#include "base/shell_word.hpp"

namespace dbmig::serve {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = std::size_t{64} << 20;
constexpr int kNotStarted = 127;
constexpr int kLookMs = 100;
/// Between asking a command to end and killing it: a statement under way may take its time.
constexpr std::chrono::seconds kGrace{60};

/// The two ends of a pipe; closed with it.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw Error(ErrorCode::io, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(std::size_t which) {
    if (ends.at(which) >= 0) ::close(ends.at(which));
    ends.at(which) = -1;
  }
};

/// The child's part, between fork and exec: only what is safe there.
[[noreturn]] void become_command(char* const* words, int out, int err) {
  // Deaf to the terminal's Ctrl-C, which is the server's to hear, and gone when that is killed.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execv(words[0], words);
  ::_exit(kNotStarted);
}

/// Reads both pipes until the child closed them or `stop` says so; false when it did.
template <class Stop>
bool read_all(Pipe& out, Pipe& err, std::string& out_text, std::string& err_text,
              const Stop& stop) {
  std::array<std::pair<Pipe*, std::string*>, 2> pipes{{{&out, &out_text}, {&err, &err_text}}};
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 2> waits{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    ::poll(waits.data(), waits.size(), kLookMs);
    for (std::size_t i = 0; i < pipes.size(); ++i) {
      if (waits.at(i).fd < 0 || waits.at(i).revents == 0) continue;
      std::array<char, 16384> buffer{};
      const ssize_t count = ::read(waits.at(i).fd, buffer.data(), buffer.size());
      if (count > 0) {
        pipes.at(i).second->append(buffer.data(), static_cast<std::size_t>(count));
      } else if (count == 0 || errno != EINTR) {
        pipes.at(i).first->close_end(0);
      }
    }
    if (out_text.size() + err_text.size() > kMaxOutput || stop()) return false;
  }
  return true;
}

}  // namespace

Commands::Commands(std::string program, std::vector<std::string> globals)
    : program_(std::move(program)), globals_(std::move(globals)) {}

CommandResult Commands::run(const std::vector<std::string>& arguments,
                            std::chrono::seconds timeout) {
  if (stopping_) throw Error(ErrorCode::interrupted, "the server is shutting down");
  CommandResult result;
  result.command = "dbmig";
  for (const std::string& word : arguments) result.command += " " + shell_word(word);
  std::vector<std::string> words = {program_};
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.insert(words.end(), globals_.begin(), globals_.end());
  words.emplace_back("--json");
  words.emplace_back("--color=never");
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  Pipe out;
  Pipe err;
  const pid_t child = ::fork();
  if (child == 0) become_command(pointers.data(), out.ends[1], err.ends[1]);
  if (child < 0) {
    throw Error(ErrorCode::failed, fmt::format("cannot start dbmig: {}", std::strerror(errno)));
  }
  out.close_end(1);
  err.close_end(1);
  std::string text;
  const auto deadline = steady_clock::now() + timeout;
  const auto is_over = [&] { return stopping_ || steady_clock::now() > deadline; };
  const bool is_whole = read_all(out, err, text, result.errors, is_over);
  if (!is_whole) {
    ::kill(child, SIGTERM);
    const auto end = steady_clock::now() + kGrace;
    std::string rest;
    if (!read_all(out, err, rest, rest, [&] { return steady_clock::now() > end; })) {
      ::kill(child, SIGKILL);
    }
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!is_whole) {
    throw Error(ErrorCode::busy, fmt::format("`{}` was stopped: it took longer than {} s",
                                             result.command, timeout.count()))
        .hint("run it in a terminal");
  }
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (result.code == kNotStarted) throw Error(ErrorCode::failed, "cannot start " + program_);
  result.document = Json::parse(text, nullptr, false);
  if (result.document.is_discarded()) result.document = nullptr;
  return result;
}

CommandResult Commands::run_alone(const std::vector<std::string>& arguments,
                                  std::chrono::seconds timeout) {
  const std::unique_lock lock(alone_, std::try_to_lock);
  if (!lock.owns_lock()) {
    throw Error(ErrorCode::busy, "another change is running").hint("wait until it is done");
  }
  return run(arguments, timeout);
}

}  // namespace dbmig::serve
