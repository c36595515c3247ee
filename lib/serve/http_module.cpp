#include "serve/http_module.hpp"

#include "base/module.hpp"

namespace dbmig::serve {

std::unique_ptr<Server> load_server() {
  static constexpr Module kModule{
      "libdbmig_serve.so",
      "dbmig_serve_server",
      "the web server",
      "install dbmig with its module for `dbmig serve`",
      "install its library (Debian: apt-get install libcpp-httplib0.11)",
      false};
  using Factory = Server* (*)();
  return std::unique_ptr<Server>(reinterpret_cast<Factory>(load_module(kModule))());
}

}  // namespace dbmig::serve
