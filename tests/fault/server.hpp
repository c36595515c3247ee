#pragma once

#include <string>

#include "base/url.hpp"
#include "support/temp_dir.hpp"

namespace dbmig::fault {

/// tests/support/mariadb_server.sh, which starts and stops a server.
std::string server_script();

/// A MariaDB server of its own that may be killed, in a temporary folder.
class Server {
 public:
  /// Installs and starts it; a few seconds.
  Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  Url url() const;
  std::filesystem::path socket() const { return folder_ / "mariadb.sock"; }
  /// SIGKILL; back when it is gone.
  void kill() const;
  /// With what it finds on its disk.
  void start() const;

 private:
  test::TempDir folder_;
};

}  // namespace dbmig::fault
