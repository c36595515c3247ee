#include "git/command.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"

extern char** environ;

namespace dbmig::git {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// A repository on a slow disk, or a partial clone that fetches what is missing.
constexpr auto kMaxTime = 60s;

/// One end of a pipe.
class End {
 public:
  End() = default;
  explicit End(int number) : number_(number) {}
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  ~End() { close(); }
  void reset(int number) {
    close();
    number_ = number;
  }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

struct Pipe {
  End read;
  End write;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw Error(ErrorCode::failed, fmt::format("cannot make a pipe to git: {}",
                                                 std::generic_category().message(errno)));
    }
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
};

/// The environment without what ties git to a repository (git rev-parse --local-env-vars, but for
/// its configuration), in English, and without questions.
std::vector<std::string> git_environment() {
  static constexpr std::array<std::string_view, 13> kLeftOut{
      "GIT_DIR=",        "GIT_WORK_TREE=",         "GIT_INDEX_FILE=",
      "GIT_PREFIX=",     "GIT_COMMON_DIR=",        "GIT_OBJECT_DIRECTORY=",
      "GIT_NAMESPACE=",  "GIT_EXTERNAL_DIFF=",     "GIT_ALTERNATE_OBJECT_DIRECTORIES=",
      "GIT_GRAFT_FILE=", "GIT_LITERAL_PATHSPECS=", "GIT_TERMINAL_PROMPT=",
      "LC_ALL="};
  std::vector<std::string> list;
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) {
    const std::string_view entry(*one);
    bool is_left_out = false;
    for (const std::string_view name : kLeftOut) is_left_out |= entry.starts_with(name);
    if (!is_left_out) list.emplace_back(entry);
  }
  list.emplace_back("LC_ALL=C");
  list.emplace_back("GIT_TERMINAL_PROMPT=0");
  list.emplace_back("GIT_OPTIONAL_LOCKS=0");
  return list;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

pid_t start(std::vector<std::string> words, const Pipe& in, const Pipe& out, const Pipe& err) {
  std::vector<std::string> environment = git_environment();
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, in.read.number(), 0);
  ::posix_spawn_file_actions_adddup2(&files, out.write.number(), 1);
  ::posix_spawn_file_actions_adddup2(&files, err.write.number(), 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t usual;
  ::sigemptyset(&usual);
  ::sigaddset(&usual, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = -1;
  const int failure = ::posix_spawnp(&child, "git", &files, &attributes, pointers_to(words).data(),
                                     pointers_to(environment).data());
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (failure == ENOENT) {
    throw Error(ErrorCode::not_found, "git is not installed")
        .hint("install it (on Debian: apt-get install git), or name the revisions instead");
  }
  if (failure != 0) {
    throw Error(ErrorCode::failed,
                fmt::format("cannot run git: {}", std::generic_category().message(failure)));
  }
  return child;
}

/// Reads what is there; closes `end` at its end.
void read_some(End& end, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::read(end.number(), buffer.data(), buffer.size());
  if (count > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EINTR) {
    end.close();
  }
}

/// Writes what fits; closes `end` when all is written or nobody reads any more.
void write_some(End& end, std::string_view& rest) {
  const ssize_t count = rest.empty() ? 0 : ::write(end.number(), rest.data(), rest.size());
  if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
  if (rest.empty() || (count < 0 && errno != EINTR && errno != EAGAIN)) end.close();
}

/// Waits until both outputs ended; false when it took too long.
bool talk(Pipe& in, Pipe& out, Pipe& err, std::string_view input, Output& output,
          Clock::time_point end) {
  ::fcntl(in.write.number(), F_SETFL, O_NONBLOCK);
  if (input.empty()) in.write.close();
  while (out.read.is_open() || err.read.is_open()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 3> waits{pollfd{in.write.number(), POLLOUT, 0},
                                pollfd{out.read.number(), POLLIN, 0},
                                pollfd{err.read.number(), POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), static_cast<int>(left.count())) < 0) continue;
    if (waits[0].revents != 0) write_some(in.write, input);
    if (waits[1].revents != 0) read_some(out.read, output.out);
    if (waits[2].revents != 0) read_some(err.read, output.err);
  }
  return true;
}

/// The status of `child`, which closed its outputs; nothing when it lives on.
bool wait_for(pid_t child, int& status, Clock::time_point end) {
  while (true) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return true;
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace

Output run(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
           const std::string& input) {
  std::vector<std::string> words{"git", "--literal-pathspecs", "-C", folder.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  Pipe in;
  Pipe out;
  Pipe err;
  const pid_t child = start(words, in, out, err);
  in.read.close();
  out.write.close();
  err.write.close();
  Output output;
  const Clock::time_point end = Clock::now() + kMaxTime;
  int status = 0;
  if (!talk(in, out, err, input, output, end) || !wait_for(child, status, end)) {
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    throw Error(ErrorCode::failed, fmt::format("git did not answer within {} seconds: git {}",
                                               kMaxTime.count(), text::join(arguments, " ")));
  }
  if (!WIFEXITED(status)) {
    throw Error(ErrorCode::failed, fmt::format("git was killed by signal {}", WTERMSIG(status)));
  }
  output.code = WEXITSTATUS(status);
  return output;
}

}  // namespace dbmig::git
