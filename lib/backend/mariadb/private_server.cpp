#include "backend/private_server.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <system_error>
#include <thread>
#include <utility>

#include "backend/backend.hpp"
#include "backend/mariadb/server_files.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

extern char** environ;

namespace dbmig::backend {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using mariadb::FileLock;
using mariadb::ServerFiles;

struct PrivateServer::Use {
  explicit Use(const ServerFiles& files) : lock(files.in_use()) {}
  FileLock lock;
};

namespace {

constexpr const char* kLogger = "dbmig.scratch";
constexpr std::chrono::seconds kForStart{60};
constexpr std::chrono::seconds kForStop{30};
constexpr std::chrono::seconds kForRemoval{3};
constexpr std::chrono::milliseconds kBetweenLooks{20};
/// A path of a socket has room for 107 bytes and a zero (sun_path of unix(7)).
constexpr std::size_t kMaxSocketPath = 107;

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::optional<fs::path> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::vector<std::string> folders = text::split(path == nullptr ? "" : path, ':');
  for (const char* usual : {"/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/bin",
                            "/usr/local/libexec", "/usr/local/mariadb/bin"}) {
    folders.emplace_back(usual);
  }
  for (const std::string& folder : folders) {
    if (!folder.empty() && is_program(fs::path(folder) / name)) return fs::path(folder) / name;
  }
  return std::nullopt;
}

/// Waits until `done` says so; false when `limit` has passed before.
bool wait_for(std::chrono::seconds limit, const std::atomic<bool>* stop,
              const std::function<bool()>& done) {
  const auto until = Clock::now() + limit;
  while (!done()) {
    if (stop != nullptr && stop->load()) throw Error(ErrorCode::interrupted, "interrupted");
    if (Clock::now() >= until) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

/// Makes the folder, private to this user, or makes sure that it is.
void own_folder(const fs::path& folder) {
  std::error_code failure;
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), failure);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw Error(ErrorCode::io,
                fmt::format("cannot create {}: {}", folder.string(), std::strerror(errno)))
        .hint("set TMPDIR to another folder for temporary files");
  }
  struct stat found {};
  if (::lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
      found.st_uid == ::geteuid() && (found.st_mode & 077) == 0) {
    return;
  }
  throw Error(ErrorCode::access,
              fmt::format("{} is not a folder that only this user can access", folder.string()))
      .hint("remove it, or set TMPDIR to a folder of your own");
}

std::string tail(const fs::path& file, std::size_t lines) {
  std::ifstream in(file);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) all.push_back(line);
  }
  if (all.size() > lines) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(lines));
  return text::join(all, "\n");
}

/// Starts `words` with its output in `log`, in a session of its own: Ctrl-C in the caller's
/// terminal is not for it. Returns its process id.
pid_t spawn(std::vector<std::string> words, const fs::path& log) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t usual;
  ::sigemptyset(&none);
  ::sigemptyset(&usual);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) ::sigaddset(&usual, signal);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = -1;
  const int failure =
      ::posix_spawn(&child, arguments[0], &files, &attributes, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0) {
    throw Error(ErrorCode::failed, fmt::format("cannot run {}: {}", words[0],
                                               std::generic_category().message(failure)));
  }
  return child;
}

bool has_ended(pid_t child) {
  int status = 0;
  return ::waitpid(child, &status, WNOHANG) != 0;
}

fs::path cache_folder(const PrivateServerOptions& options) {
  if (!options.cache.empty()) return options.cache;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return fs::path(cache) / "dbmig";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return fs::path(home) / ".cache" / "dbmig";
  }
  return {};
}

/// Tells the installed servers apart: another version's data folder is no good.
std::string fingerprint(const fs::path& program) {
  struct stat found {};
  ::stat(program.c_str(), &found);
  constexpr std::size_t kDigits = 12;
  return sha256_hex(fmt::format("{}\n{}\n{}", program.string(), found.st_size, found.st_mtime))
      .substr(0, kDigits);
}

/// Makes an empty server's data folder, with a temporary folder of its own: a server that starts
/// deletes the temporary tables that it finds in it, whosever they are.
void initialise(const ServerFiles& files, const std::atomic<bool>* stop) {
  const fs::path log = files.log();
  const auto program = find_program("mariadb-install-db");
  if (!program) {
    throw Error(ErrorCode::not_found, "the program 'mariadb-install-db' is not installed")
        .hint("install MariaDB's server (on Debian: apt-get install mariadb-server)");
  }
  const pid_t child =
      spawn({program->string(), "--no-defaults", "--user=" + mariadb::user_name(),
             "--datadir=" + files.data().string(), "--tmpdir=" + files.temporary().string(),
             "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
             "--innodb-log-file-size=16M"},
            log);
  int status = -1;
  const bool ended = [&] {
    try {
      return wait_for(kForStart, stop, [&] { return ::waitpid(child, &status, WNOHANG) == child; });
    } catch (...) {
      ::kill(-child, SIGTERM);
      throw;
    }
  }();
  if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  if (!ended) ::kill(-child, SIGKILL);
  throw Error(ErrorCode::failed, "a private MariaDB server could not be set up: " + tail(log, 5))
      .hint("`scratch:` in dbmig.yaml can name another server");
}

/// The data folder, copied from the cache where there is one, kept there when it is new.
void make_data(const ServerFiles& files, const fs::path& cache, const fs::path& program,
               EventSink& events, const std::atomic<bool>* stop) {
  std::error_code failure;
  const fs::path kept =
      cache.empty() ? cache : cache / ("mariadb-" + fingerprint(program)) / "data";
  if (!kept.empty() && fs::is_directory(kept, failure)) {
    fs::copy(kept, files.data(), fs::copy_options::recursive, failure);
    if (!failure) return;
    fs::remove_all(files.data(), failure);
  }
  events.info(kLogger, "Setting up a private MariaDB server, once for this version (some seconds)");
  initialise(files, stop);
  if (kept.empty()) return;
  // Another process may be doing the same: whole folders appear under the name, or none.
  const fs::path fresh = kept.parent_path().string() + "." + random_hex(8);
  fs::create_directories(fresh, failure);
  if (!failure) fs::copy(files.data(), fresh / "data", fs::copy_options::recursive, failure);
  if (!failure) fs::rename(fresh, kept.parent_path(), failure);
  if (failure) fs::remove_all(fresh, failure);
}

bool answers(const Url& url) {
  try {
    connect(url);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// The keeper that `files` name, when it is alive.
std::optional<pid_t> living_keeper(const ServerFiles& files) {
  pid_t keeper = 0;
  std::ifstream(files.keeper()) >> keeper;
  if (keeper <= 1 || ::kill(keeper, 0) != 0) return std::nullopt;
  // A number is used again: it is the keeper if its folder is in its command line.
  std::ifstream in(fmt::format("/proc/{}/cmdline", keeper));
  const std::string words{std::istreambuf_iterator<char>(in), {}};
  if (words.find(files.folder.string()) == std::string::npos) return std::nullopt;
  return keeper;
}

/// Ends a server that no longer answers, or whose keeper died, and removes its files.
void clear(const ServerFiles& files) {
  if (const auto keeper = living_keeper(files)) {
    ::kill(*keeper, SIGTERM);
    wait_for(kForStop, nullptr, [&] { return !living_keeper(files); });
  }
  pid_t server = 0;
  std::ifstream(files.server() / "mariadb.pid") >> server;
  if (server > 1) {
    std::ifstream in(fmt::format("/proc/{}/cmdline", server));
    const std::string words{std::istreambuf_iterator<char>(in), {}};
    if (words.find(files.data().string()) != std::string::npos) ::kill(server, SIGKILL);
  }
  // The keeper and the server may be removing their files at the same time.
  std::error_code failure;
  const bool is_gone = wait_for(kForRemoval, nullptr, [&] {
    fs::remove_all(files.server(), failure);
    std::error_code unknown;
    return !fs::exists(files.server(), unknown) && !unknown;
  });
  if (!is_gone) {
    throw Error(ErrorCode::io,
                fmt::format("cannot remove {}: {}", files.server().string(), failure.message()))
        .hint("remove it by hand");
  }
}

void start(const PrivateServerOptions& options, const ServerFiles& files, const Url& url,
           EventSink& events, const std::atomic<bool>* stop) {
  const auto program = find_mariadbd();
  if (!program) {
    throw Error(ErrorCode::not_found, "MariaDB's server is not installed here")
        .hint(
            "install it (on Debian: apt-get install mariadb-server), or name a server with "
            "`scratch:` in dbmig.yaml");
  }
  clear(files);
  for (const fs::path& folder : {files.server(), files.temporary()}) {
    if (::mkdir(folder.c_str(), 0700) == 0) continue;
    throw Error(ErrorCode::io,
                fmt::format("cannot create {}: {}", folder.string(), std::strerror(errno)));
  }
  make_data(files, cache_folder(options), *program, events, stop);
  events.debug(kLogger, "Starting a private MariaDB server in " + files.folder.string());
  std::vector<std::string> command = options.keeper;
  command.insert(command.end(), {files.folder.string(), std::to_string(options.idle.count())});
  const pid_t keeper = spawn(std::move(command), files.log());
  bool ended = false;
  const bool up = wait_for(kForStart, stop, [&] {
    ended = has_ended(keeper);
    return ended || answers(url);
  });
  if (up && !ended) return;
  if (!ended) ::kill(keeper, SIGTERM);
  throw Error(ErrorCode::connection,
              "a private MariaDB server did not start: " + tail(files.log(), 5))
      .hint(fmt::format("its log is {}; `scratch:` in dbmig.yaml can name another server",
                        files.log().string()));
}

}  // namespace

std::optional<fs::path> find_mariadbd() {
  return find_program("mariadbd");
}

fs::path private_server_folder(const PrivateServerOptions& options) {
  if (!options.folder.empty()) return fs::absolute(options.folder).lexically_normal();
  std::error_code failure;
  const fs::path temporary = fs::temp_directory_path(failure);
  return (failure ? fs::path("/tmp") : temporary) / fmt::format("dbmig-scratch-{}", ::geteuid());
}

Url private_server_url(const fs::path& folder) {
  Url url;
  url.dialect = DialectKind::mariadb;
  url.user = "root";
  url.host = "localhost";
  url.parameters["socket"] = ServerFiles{folder}.socket().string();
  return url;
}

std::optional<std::string> private_server_version(const fs::path& folder) {
  try {
    const auto connection = connect(private_server_url(folder));
    return connection->query("SELECT VERSION()").rows.at(0).at(0);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool stop_private_server(const fs::path& folder) {
  const ServerFiles files{folder};
  std::error_code ignored;
  if (!fs::exists(files.server(), ignored)) return false;
  const bool ran = living_keeper(files).has_value();
  clear(files);
  return ran;
}

PrivateServer::PrivateServer(const PrivateServerOptions& options, EventSink& events,
                             const std::atomic<bool>* stop)
    : url_(private_server_url(private_server_folder(options))) {
  const ServerFiles files{private_server_folder(options)};
  if (files.socket().string().size() > kMaxSocketPath) {
    throw Error(ErrorCode::usage,
                fmt::format("the path {} is too long for a socket", files.socket().string()))
        .hint("set TMPDIR to a shorter one");
  }
  own_folder(files.folder);
  const FileLock lock(files.lock());
  const bool ours =
      wait_for(kForStart, stop, [&] { return lock.try_take(FileLock::Kind::exclusive); });
  if (!ours) {
    throw Error(ErrorCode::busy,
                "another process has been starting the private MariaDB server "
                "for a minute")
        .hint(fmt::format("it holds {}", files.lock().string()));
  }
  auto use = std::make_unique<Use>(files);
  wait_for(kForStop, stop, [&] { return use->lock.try_take(FileLock::Kind::shared); });
  use->lock.touch();
  if (!answers(url_)) start(options, files, url_, events, stop);
  use_ = std::move(use);
}

PrivateServer::~PrivateServer() {
  use_->lock.touch();
}

}  // namespace dbmig::backend
