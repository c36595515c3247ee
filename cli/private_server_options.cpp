#include "cli/private_server_options.hpp"

#include <filesystem>
#include <system_error>

namespace dbmig::cli {

backend::PrivateServerOptions private_server_options() {
  std::error_code failure;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failure);
  backend::PrivateServerOptions options;
  options.keeper = {failure ? std::string("dbmig") : self.string(), "scratch", "--keep"};
  return options;
}

}  // namespace dbmig::cli
