#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "fault/way.hpp"

namespace dbmig::fault {

/// Stands between a client and a MariaDB server, on a unix socket of its own, and knows of their
/// protocol where a command begins. Counts the commands that carry statements; at one of them it
/// stops everything, does what it is told, and closes both ends.
/// Source: https://mariadb.com/kb/en/clientserver-protocol/
class Proxy {
 public:
  /// Listens at `own`, connects to the server at `server`.
  Proxy(std::filesystem::path own, std::filesystem::path server);
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy();

  /// Connections from here on are to a server that does not know COM_STMT_BULK_EXECUTE, as behind
  /// proxies that speak MySQL's protocol.
  void hide_bulk_commands() { hides_bulk_commands_ = true; }
  /// From here on commands are counted anew, and nothing happens at any of them.
  void watch();
  /// From here on they are counted anew, and at command `n`, counted from 1: before it is passed
  /// on, after it was passed on (`during`), or when the server's answer is there, which is then
  /// kept back. `act` runs while both ends wait.
  void arm(std::size_t n, Moment moment, std::function<void()> act);

  std::size_t count() const { return count_; }
  bool struck() const { return struck_; }

 private:
  void accept();
  void serve(int client);
  /// One packet of the client; false when the connection is to be closed.
  bool forward(const std::vector<unsigned char>& packet, int server);
  void strike(int server, const std::vector<unsigned char>& packet);

  std::filesystem::path own_;
  std::filesystem::path server_;
  int listener_ = -1;
  std::thread acceptor_;
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> connections_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> strike_at_{0};
  std::atomic<bool> struck_{false};
  std::atomic<bool> hides_bulk_commands_{false};
  Moment moment_ = Moment::before;
  std::function<void()> act_;
};

}  // namespace dbmig::fault
