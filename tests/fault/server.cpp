#include "fault/server.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "cli/harness.hpp"
#include "support/source_path.hpp"

namespace dbmig::fault {

std::string server_script() {
  return test::source_path("tests/support/mariadb_server.sh");
}

namespace {

test::Result script(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {server_script()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return test::run(command);
}

}  // namespace

Server::Server() {
  start();
}

Server::~Server() {
  script({"stop", folder_.path()});
}

Url Server::url() const {
  return Url::parse("mariadb://root@localhost/?socket=" + socket().string());
}

void Server::start() const {
  // A killed process leaves what it wrote to the system: nothing has to reach the disk for that.
  const test::Result result =
      script({"start", folder_.path(), "--debug-no-sync", "--innodb-buffer-pool-size=32M",
              "--innodb-log-file-size=8M", "--performance-schema=0", "--skip-name-resolve"});
  if (result.code != 0) throw std::runtime_error("no server: " + result.err);
}

void Server::kill() const {
  pid_t server = 0;
  std::ifstream(folder_ / "mariadb.pid") >> server;
  if (server <= 0) throw std::runtime_error("the server has no process");
  ::kill(server, SIGKILL);
  while (::kill(server, 0) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace dbmig::fault
