#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fstream>
#include <system_error>
#include <thread>

#include "backend/mariadb/server_files.hpp"
#include "backend/private_server.hpp"
#include "base/error.hpp"

namespace dbmig::backend {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using mariadb::FileLock;
using mariadb::ServerFiles;

constexpr std::chrono::milliseconds kBetweenLooksAtServer{200};
/// A server whose data is worth nothing needs no time to end.
constexpr std::chrono::seconds kForShutdown{20};

volatile std::sig_atomic_t asked_to_end = 0;

void end_soon(int) {
  asked_to_end = 1;
}

/// Nothing of the server has to survive the machine, so nothing is synced; as little memory as the
/// work takes; no network.
std::vector<std::string> command_line(const std::string& program, const ServerFiles& files) {
  return {program,
          "--no-defaults",
          "--user=" + mariadb::user_name(),
          "--datadir=" + files.data().string(),
          "--tmpdir=" + files.temporary().string(),
          "--socket=" + files.socket().string(),
          "--pid-file=" + (files.server() / "mariadb.pid").string(),
          "--skip-networking",
          "--skip-log-bin",
          "--skip-name-resolve",
          "--performance-schema=OFF",
          "--character-set-server=utf8mb4",
          "--lower-case-table-names=0",
          "--innodb-buffer-pool-size=32M",
          "--innodb-flush-log-at-trx-commit=0",
          "--innodb-buffer-pool-dump-at-shutdown=OFF",
          "--innodb-fast-shutdown=2",
          "--debug-no-sync"};
}

/// Starts the server, which ends with this process, however that ends. The keeper has one thread,
/// so the child may do more than exec.
pid_t start(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t keeper = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == keeper) ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  if (child < 0) {
    throw Error(ErrorCode::failed,
                "cannot run " + words[0] + ": " + std::generic_category().message(errno));
  }
  return child;
}

/// The exit code of `child` when it has ended, waiting at most `timeout`.
std::optional<int> end_of(pid_t child, std::chrono::milliseconds timeout) {
  const auto until = Clock::now() + timeout;
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    if (ended < 0 && errno == ECHILD) return 1;
    if (Clock::now() >= until) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

std::chrono::seconds since_last_use(const ServerFiles& files) {
  struct stat found {};
  if (::stat(files.in_use().c_str(), &found) != 0) return std::chrono::hours(24 * 365);
  return std::chrono::seconds(std::max<std::time_t>(0, std::time(nullptr) - found.st_mtime));
}

/// True when nobody has used the server for `idle`; then nobody can begin to while the locks live.
bool is_idle(const ServerFiles& files, std::chrono::seconds idle, const FileLock& lock,
             const FileLock& in_use) {
  if (since_last_use(files) < idle) return false;
  if (!lock.try_take(FileLock::Kind::exclusive)) return false;
  if (in_use.try_take(FileLock::Kind::exclusive) && since_last_use(files) >= idle) return true;
  in_use.release();
  lock.release();
  return false;
}

}  // namespace

int keep_private_server(const fs::path& folder, std::chrono::seconds idle) {
  const ServerFiles files{folder};
  const auto program = find_mariadbd();
  if (!program) throw Error(ErrorCode::not_found, "the program 'mariadbd' is not installed");
  struct sigaction action {};
  action.sa_handler = end_soon;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  std::ofstream(files.keeper()) << ::getpid() << '\n';
  const pid_t server = start(command_line(program->string(), files));
  const FileLock lock(files.lock());
  const FileLock in_use(files.in_use());
  std::optional<int> code;
  // A folder that somebody removed takes its server along.
  while (!(code = end_of(server, kBetweenLooksAtServer)) && asked_to_end == 0 &&
         fs::exists(files.keeper()) && !is_idle(files, idle, lock, in_use)) {
  }
  if (!code) {
    ::kill(server, SIGTERM);
    if (!end_of(server, kForShutdown)) {
      ::kill(server, SIGKILL);
      end_of(server, kForShutdown);
    }
  }
  // The log of a server that failed stays to be read; the next start removes it.
  std::error_code ignored;
  if (!code) fs::remove_all(files.server(), ignored);
  return code.value_or(0);
}

}  // namespace dbmig::backend
