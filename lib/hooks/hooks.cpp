#include "hooks/hooks.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "run/runner.hpp"

extern char** environ;  // NOLINT: the name that POSIX gives it

namespace dbmig::hooks {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{10};
/// As a shell says that a program could not be started.
constexpr int kNotStarted = 127;

/// The kernel starts no program with a longer variable than 128 KiB.
constexpr std::size_t kMaxFactBytes = 100'000;

/// Facts that are too long are cut where a word ends; all of such a fact is in the file that the
/// variable `NAME_FILE` names, which lives as long as the hook.
class TellableFacts {
 public:
  explicit TellableFacts(const Facts& facts) {
    for (const auto& [name, whole] : facts) {
      // What stands behind a NUL no program would see.
      const std::string value = whole.substr(0, whole.find('\0'));
      told_[name] = value;
      if (value.size() <= kMaxFactBytes) continue;
      const std::size_t word = value.find_last_of(" \n", kMaxFactBytes);
      told_[name] = value.substr(0, word == std::string::npos ? kMaxFactBytes : word);
      // Not closed by exec: the hook reads it.
      const int file = ::memfd_create(name.c_str(), 0);
      if (file < 0) continue;
      files_.push_back(file);
      for (std::size_t done = 0; done < value.size();) {
        const ssize_t n = ::write(file, value.data() + done, value.size() - done);
        if (n < 0 && errno != EINTR) break;
        if (n > 0) done += static_cast<std::size_t>(n);
      }
      told_[name + "_FILE"] = fmt::format("/proc/self/fd/{}", file);
    }
  }
  TellableFacts(const TellableFacts&) = delete;
  TellableFacts& operator=(const TellableFacts&) = delete;
  ~TellableFacts() {
    for (const int file : files_) ::close(file);
  }

  const Facts& told() const { return told_; }

 private:
  Facts told_;
  std::vector<int> files_;
};

/// This process's environment with `facts` in it.
std::vector<std::string> environment_with(const Facts& facts) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    if (facts.count(std::string(line.substr(0, line.find('=')))) == 0) all.emplace_back(line);
  }
  for (const auto& [name, value] : facts) {
    all.push_back(name + "=" + value);
  }
  return all;
}

pid_t start(const Commands& commands, const std::string& command, const Facts& facts) {
  const TellableFacts tellable(facts);
  std::vector<std::string> environment = environment_with(tellable.told());
  std::vector<char*> entries;
  for (std::string& entry : environment) entries.push_back(entry.data());
  entries.push_back(nullptr);
  const std::string folder = commands.folder.string();
  const pid_t process = ::fork();
  if (process != 0) return process;
  // A group of its own: its end is the end of all that it started. It hears no Ctrl-C; dbmig does.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(kNotStarted);
  ::execle("/bin/sh", "sh", "-c", command.c_str(), nullptr, entries.data());
  ::_exit(kNotStarted);
}

/// Kills the process and all that it started.
void end(pid_t process) {
  ::kill(-process, SIGKILL);
  ::kill(process, SIGKILL);
  while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Facts facts_of(const run::RunEvent& event, Facts facts) {
  facts["DBMIG_DIRECTION"] = run::to_string(event.direction);
  facts["DBMIG_REVISIONS"] = text::join(event.ids, " ");
  if (event.revision != nullptr) {
    const history::Revision& revision = event.revision->revision;
    facts["DBMIG_REVISION"] = revision.id;
    facts["DBMIG_PARENTS"] = text::join(revision.parents, " ");
    facts["DBMIG_MESSAGE"] = revision.message;
    facts["DBMIG_FILE"] = revision.path.string();
  }
  if (event.point == run::RunEvent::Point::after_run) {
    facts["DBMIG_STATUS"] = event.failure.empty() ? "done" : "failed";
    facts["DBMIG_ERROR"] = event.failure;
  }
  return facts;
}

std::string moment_of(run::RunEvent::Point point) {
  using Point = run::RunEvent::Point;
  switch (point) {
    case Point::before_run:
      return "before_run";
    case Point::before_revision:
      return "before_revision";
    case Point::after_revision:
      return "after_revision";
    case Point::after_run:
      return "after_run";
  }
  return {};
}

}  // namespace

void run_hook(const Commands& commands, const std::string& moment, const Facts& facts,
              const std::atomic<bool>* stop) {
  const auto command = commands.by_moment.find(moment);
  if (command == commands.by_moment.end()) return;
  Facts told = facts;
  told["DBMIG_HOOK"] = moment;
  const pid_t process = start(commands, command->second, told);
  if (process < 0) {
    throw Error(ErrorCode::failed,
                fmt::format("cannot start the hook {}: {}", moment, std::strerror(errno)));
  }
  const Clock::time_point latest = Clock::now() + commands.timeout;
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(process, &status, WNOHANG);
    if (ended == process) break;
    if (ended < 0 && errno != EINTR) {
      throw Error(ErrorCode::failed,
                  fmt::format("cannot wait for the hook {}: {}", moment, std::strerror(errno)));
    }
    if (stop != nullptr && *stop) {
      end(process);
      throw Error(ErrorCode::interrupted, fmt::format("interrupted in the hook {}", moment));
    }
    if (Clock::now() >= latest) {
      end(process);
      throw Error(
          ErrorCode::failed,
          fmt::format("the hook {} took longer than {} and was ended", moment,
                      text::count(static_cast<std::size_t>(commands.timeout.count()), "second")))
          .hint("`timeout` of dbmig.yaml's `hooks` gives it more");
    }
    std::this_thread::sleep_for(kPause);
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  throw Error(ErrorCode::failed,
              WIFEXITED(status)
                  ? fmt::format("the hook {} failed with code {}", moment, WEXITSTATUS(status))
                  : fmt::format("the hook {} was ended by signal {}", moment, WTERMSIG(status)))
      .hint(fmt::format("it is: {}", command->second));
}

run::RunListener listener(Commands commands, Facts facts, EventSink& events,
                          const std::atomic<bool>* stop) {
  if (commands.by_moment.empty()) return {};
  return [commands = std::move(commands), facts = std::move(facts), &events,
          stop](const run::RunEvent& event) {
    const std::string moment = moment_of(event.point);
    const bool is_before = moment.starts_with("before");
    try {
      // What has been done is told also when somebody wants to stop.
      run_hook(commands, moment, facts_of(event, facts), is_before ? stop : nullptr);
    } catch (const Error& error) {
      if (is_before) throw;
      SteadySink(events).warning("dbmig.hooks", error.what());
    }
  };
}

}  // namespace dbmig::hooks
