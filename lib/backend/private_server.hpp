#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "base/url.hpp"

namespace dbmig::backend {

/// How a private MariaDB server is run.
struct PrivateServerOptions {
  /// The server's own folder. Empty: `dbmig-scratch-<user id>` among the temporary files.
  std::filesystem::path folder = {};
  /// Holds one initialised data folder per version of the server, so that only the first start has
  /// to make one. Empty: `$XDG_CACHE_HOME/dbmig`, else `~/.cache/dbmig`. Doing without it is fine.
  std::filesystem::path cache = {};
  /// The command that runs keep_private_server(folder, …) in a process of its own.
  std::vector<std::string> keeper = {};
  /// How long the server stays after the last use.
  std::chrono::seconds idle{300};
};

/// The program `mariadbd` of this machine: on the PATH, else where distributions put it.
std::optional<std::filesystem::path> find_mariadbd();

/// The URL of the server in `folder`, whether one runs there or not: the user `root`, no password,
/// over a socket that only the folder's owner can reach.
Url private_server_url(const std::filesystem::path& folder);

/// The folder that `options` mean.
std::filesystem::path private_server_folder(const PrivateServerOptions& options);

/// The version of the server that runs in `folder`; nothing when none does.
std::optional<std::string> private_server_version(const std::filesystem::path& folder);

/// Stops the server in `folder`, even if it is in use, and waits for its end, at most 30 seconds.
/// False when none ran.
bool stop_private_server(const std::filesystem::path& folder);

/// A MariaDB server for scratch databases that needs no setup: reachable over a socket in a
/// folder that only the user can access, without network; its data may be deleted.
///
/// The value is a use of it: the server runs at least as long, and `idle` longer, for the next
/// command. Any number of processes share one. Values are not thread-safe; several are.
class PrivateServer {
 public:
  /// Joins the server in the folder, or starts one. Throws Error{not_found} when MariaDB's server
  /// is not installed, Error{access} when the folder belongs to another user, Error{busy} when
  /// another process has been starting it for over a minute, Error{connection} with the end of the
  /// server's log when it does not start, Error{interrupted} when `stop` becomes true.
  PrivateServer(const PrivateServerOptions& options, EventSink& events,
                const std::atomic<bool>* stop = nullptr);
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;
  ~PrivateServer();

  const Url& url() const { return url_; }

 private:
  struct Use;
  std::unique_ptr<Use> use_;
  Url url_;
};

/// The keeper's whole life: runs the server in `folder` (which a PrivateServer prepared) until it
/// has not been used for `idle`, or until SIGTERM or SIGINT; then stops it and removes its files.
/// Returns 0, or the server's exit code when it ended by itself.
int keep_private_server(const std::filesystem::path& folder, std::chrono::seconds idle);

}  // namespace dbmig::backend
