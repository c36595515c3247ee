#include "cli/launcher.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/job_watch.hpp"

namespace dbmig::cli {
namespace {

/// Set in the job's environment. A launcher whose ranks do not know that they are ranks would
/// otherwise start jobs without end.
constexpr const char* kMark = "DBMIG_RANKS";

constexpr int kInterruptedCode = 130;
/// As a shell says that a program could not be started.
constexpr int kNotStarted = 127;

/// Open MPI's own name first: `mpirun` may be another MPI's where several are installed.
std::string find_mpirun() {
  const char* path = std::getenv("PATH");
  for (const char* name : {"mpirun.openmpi", "mpirun"}) {
    for (const std::string& folder : text::split(path == nullptr ? "" : path, ':')) {
      const std::string candidate = (std::filesystem::path(folder) / name).string();
      if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
  }
  throw Error(ErrorCode::failed, "-j starts Open MPI's mpirun, which is not installed")
      .hint("install it (Debian: apt-get install openmpi-bin), or import without -j");
}

/// This process's own words, from the kernel.
std::vector<std::string> own_command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> words;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\0', at);
    words.push_back(all.substr(at, end - at));
    at = end == std::string::npos ? all.size() : end + 1;
  }
  std::error_code failure;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (failure || words.empty()) throw Error(ErrorCode::failed, "-j needs /proc");
  words[0] = program.string();
  return words;
}

/// Ranks on a machine with much else to do take seconds to start, on one that swaps more.
constexpr std::chrono::seconds kStartLimit{60};
constexpr const char* kStartLimitName = "DBMIG_START_TIMEOUT";
constexpr const char* kRankLimitName = "DBMIG_RANK_TIMEOUT";

void set_up_environment(int ranks, const JobWatch& watch) {
  constexpr int kKeep = 0;
  ::setenv(kMark, std::to_string(ranks).c_str(), 1);
  ::setenv(import::kJobSocket, watch.socket_name().c_str(), 1);
  // Open MPI 4 and, in the names of PRRTE, 5: more ranks than cores, and each wherever it likes. No
  // messages of mpirun's own; 5 cannot be told so, see end_of_rank().
  ::setenv("OMPI_MCA_rmaps_base_oversubscribe", "1", kKeep);
  ::setenv("OMPI_MCA_hwloc_base_binding_policy", "none", kKeep);
  ::setenv("OMPI_MCA_orte_execute_quiet", "1", kKeep);
  ::setenv("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe", kKeep);
  ::setenv("PRTE_MCA_hwloc_default_binding_policy", "none", kKeep);
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", kKeep);
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", kKeep);
}

sigset_t launcher_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&set, number);
  return set;
}

std::string start_folder;

/// The child's part: becomes mpirun, or ends.
[[noreturn]] void become(const std::vector<std::string>& words, const sigset_t& mask,
                         bool reads_input, pid_t parent) {
  // Killed with its parent, even by SIGKILL, and deaf to the terminal's Ctrl-C, of which the parent
  // tells it once: mpirun takes two for an order to leave everything as it is.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kNotStarted);
  if (!start_folder.empty() && ::chdir(start_folder.c_str()) != 0) ::_exit(kNotStarted);
  if (!reads_input) {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  }
  ::signal(SIGPIPE, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(kNotStarted);
}

/// mpirun ends with this and the number of the signal when a rank was killed.
constexpr int kSignalled = 128;

/// Nobody else says it: mpirun has ended the other ranks, and keeps quiet.
void refuse_killed_rank(int code) {
  if (code <= kSignalled || code == kInterruptedCode) return;
  const int number = code - kSignalled;
  if (number >= NSIG) throw Error(ErrorCode::failed, fmt::format("mpirun failed with {}", code));
  throw Error(ErrorCode::failed,
              fmt::format("a rank was killed: {} (signal {})", ::strsignal(number), number))
      .hint(number == SIGKILL ? "all others have ended, and what was not committed is rolled back; "
                                "if the kernel killed it because memory ran out, `dmesg` says so"
                              : "all others have ended, and what was not committed is rolled back");
}

/// The processes whose parent is this one: mpirun, and what it left behind.
std::vector<pid_t> own_children() {
  std::ifstream file(fmt::format("/proc/self/task/{}/children", ::getpid()));
  return {std::istream_iterator<pid_t>(file), std::istream_iterator<pid_t>()};
}

/// Ends mpirun, and what it does not end of its ranks.
void end_processes(pid_t job) {
  using Clock = std::chrono::steady_clock;
  // mpirun gives a rank a second for each of three signals.
  constexpr std::chrono::seconds kInOrder{5};
  constexpr std::chrono::seconds kByForce{5};
  constexpr std::chrono::milliseconds kNap{20};
  ::kill(job, SIGTERM);
  bool has_ended = false;
  for (const auto end = Clock::now() + kInOrder; !has_ended && Clock::now() < end;) {
    std::this_thread::sleep_for(kNap);
    has_ended = ::waitpid(job, nullptr, WNOHANG) == job;
  }
  for (const auto end = Clock::now() + kByForce; Clock::now() < end;) {
    for (const pid_t child : own_children()) ::kill(child, SIGKILL);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) return;
    std::this_thread::sleep_for(kNap);
  }
}

/// Ends the job; the exit code of the first rank, when it has done what it had to do: it has said
/// to the user what came of it.
std::optional<int> end_job(pid_t job, JobWatch& watch) {
  const std::optional<int> before = watch.exit_code();
  end_processes(job);
  // mpirun lets a rank that was stopped go on before it ends it, and all may have come right.
  watch.read();
  const std::optional<int> after = watch.exit_code();
  return after == kInterruptedCode ? before : after;
}

/// What the user is told by the exit code when the job was asked to stop.
int code_of_stopped(std::optional<int> code) {
  return code == 0 ? 0 : kInterruptedCode;
}

/// The exit code of mpirun, which has ended with `status`.
int code_of_ended(int status, bool stopped) {
  const bool exited = WIFEXITED(status);
  if (stopped) return code_of_stopped(exited ? std::optional(WEXITSTATUS(status)) : std::nullopt);
  if (exited && WEXITSTATUS(status) != kNotStarted) {
    refuse_killed_rank(WEXITSTATUS(status));
    return WEXITSTATUS(status);
  }
  throw Error(ErrorCode::failed,
              exited ? "mpirun could not be started"
                     : fmt::format("mpirun was killed by signal {}", WTERMSIG(status)));
}

/// Sleeps until a signal, a word of a rank or the deadline; the signal that came, or 0.
int next_signal(const sigset_t& signals, int signal_file, JobWatch& watch) {
  std::vector<pollfd> polled = {{signal_file, POLLIN, 0}};
  watch.add_to(polled);
  int timeout = -1;
  if (const auto deadline = watch.deadline()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*deadline - JobWatch::Clock::now());
    timeout = static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }
  ::poll(polled.data(), polled.size(), timeout);
  watch.read();
  const timespec at_once = {};
  const int number = ::sigtimedwait(&signals, nullptr, &at_once);
  return std::max(number, 0);
}

/// Waits for the end of `job`, handing on what asks this process to stop; the exit code.
int wait_for_job(pid_t job, const sigset_t& signals, int signal_file, JobWatch& watch) {
  bool stopped = false;
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(job, &status, WNOHANG);
    if (ended == job) {
      watch.read();
      const std::optional<int> code = watch.exit_code();
      // mpirun stops the first rank as a user would when another was killed.
      const bool by_mpirun = code == kInterruptedCode && !stopped && status != 0;
      if (!code || by_mpirun) return code_of_ended(status, stopped);
      return stopped ? code_of_stopped(code) : *code;
    }
    if (ended < 0 && errno != EINTR) {
      throw Error(ErrorCode::failed,
                  fmt::format("cannot wait for mpirun: {}", std::strerror(errno)));
    }
    const auto deadline = watch.deadline();
    if (deadline && *deadline <= JobWatch::Clock::now()) {
      const Error reason = watch.reason();
      const std::optional<int> code = end_job(job, watch);
      if (stopped) return code_of_stopped(code);
      if (!code) throw Error(reason);
      if (*code == 0) {
        const std::string warning = fmt::format(
            "warning: {}, and was stopped; the result above still holds\n", reason.message());
        std::fputs(warning.c_str(), stderr);
      }
      return *code;
    }
    const int number = next_signal(signals, signal_file, watch);
    if (number == SIGINT || number == SIGTERM || number == SIGHUP) {
      // A second time mpirun itself is told, which asks nobody.
      const bool is_told = !stopped && watch.signal_ranks(SIGINT);
      stopped = true;
      if (!is_told) ::kill(job, number == SIGHUP ? SIGTERM : number);
    }
  }
}

}  // namespace

std::chrono::seconds limit_from_environment(const char* name, std::chrono::seconds usual) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return usual;
  const std::string_view digits(text);
  unsigned seconds = 0;
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (failure != std::errc{} || end != digits.data() + digits.size()) {
    throw Error(ErrorCode::usage,
                fmt::format("{} is '{}', which is not a number of seconds", name, digits))
        .hint(fmt::format("0 waits forever; the default is {}", usual.count()));
  }
  return std::chrono::seconds(seconds);
}

void remember_start_folder() {
  std::error_code failure;
  start_folder = std::filesystem::current_path(failure).string();
}

int run_as_ranks(int ranks, bool reads_input) {
  if (run_by_launcher()) {
    throw Error(ErrorCode::failed,
                "the processes that mpirun started do not see that they are ranks")
        .hint("use Open MPI's mpirun: put it first in PATH, or leave out -j");
  }
  // A mistake there is said once, before there are ranks.
  static_cast<void>(limit_from_environment(kRankLimitName, import::Communicator::kRankLimit));
  if (reads_input && ::isatty(STDIN_FILENO) != 0) {
    throw Error(ErrorCode::usage, "with -j, - is read from a pipe or a file, not from a terminal");
  }
  std::vector<std::string> words = {find_mpirun(), "-n", std::to_string(ranks)};
  for (std::string& word : own_command_line()) words.push_back(std::move(word));
  JobWatch watch(ranks, limit_from_environment(kStartLimitName, kStartLimit));
  set_up_environment(ranks, watch);
  // What mpirun leaves behind is this process's to end.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);

  const sigset_t signals = launcher_signals();
  sigset_t mask;
  ::sigprocmask(SIG_BLOCK, &signals, &mask);
  const int signal_file = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  const pid_t parent = ::getpid();
  const pid_t job = signal_file < 0 ? -1 : ::fork();
  if (job == 0) become(words, mask, reads_input, parent);
  if (job < 0) {
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    throw Error(ErrorCode::failed, fmt::format("cannot start mpirun: {}", std::strerror(errno)));
  }
  return wait_for_job(job, signals, signal_file, watch);
}

std::unique_ptr<import::Communicator> ranks_of_job(int asked) {
  const bool is_alone = !import::started_by_mpi();
  const auto limit = is_alone
                         ? import::Communicator::kRankLimit
                         : limit_from_environment(kRankLimitName, import::Communicator::kRankLimit);
  auto ranks = is_alone ? import::local_communicator() : import::mpi_communicator();
  if (asked != 0 && asked != ranks->size()) {
    throw Error(ErrorCode::usage,
                fmt::format("mpirun started {}, and -j asks for {}; leave one of them out",
                            text::count(static_cast<std::size_t>(ranks->size()), "rank"), asked));
  }
  ranks->set_rank_limit(limit);
  return ranks;
}

bool run_by_launcher() {
  return std::getenv(kMark) != nullptr;
}

}  // namespace dbmig::cli
