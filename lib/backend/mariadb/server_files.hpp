#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace dbmig::backend::mariadb {

/// What lies in the folder of a private server. `lock` and `in_use` stay; `server` goes with it.
struct ServerFiles {
  std::filesystem::path folder;
  /// Held by the process that starts or stops the server.
  std::filesystem::path lock() const { return folder / "lock"; }
  /// Held, shared, by every process that uses the server; its mtime is the time of the last use.
  std::filesystem::path in_use() const { return folder / "in_use"; }
  std::filesystem::path server() const { return folder / "server"; }
  std::filesystem::path data() const { return server() / "data"; }
  std::filesystem::path temporary() const { return server() / "tmp"; }
  std::filesystem::path socket() const { return server() / "mariadb.sock"; }
  /// The keeper's process id.
  std::filesystem::path keeper() const { return server() / "keeper.pid"; }
  std::filesystem::path log() const { return server() / "server.log"; }
};

/// A lock on a file (flock), held until the value goes. The file is made where it is missing and
/// stays.
class FileLock {
 public:
  enum class Kind { shared, exclusive };
  /// Throws Error{io} when the file cannot be opened.
  explicit FileLock(const std::filesystem::path& path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

  /// False when another process holds it.
  bool try_take(Kind kind) const;
  void release() const;
  /// Sets the file's time of change to now.
  void touch() const;

 private:
  int file_ = -1;
};

/// The name of the user whom this process runs as.
std::string user_name();

}  // namespace dbmig::backend::mariadb
