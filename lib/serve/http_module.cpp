#include "serve/http_module.hpp"

#include <dlfcn.h>
#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "base/error.hpp"

namespace dbmig::serve {
namespace {

constexpr const char* kModule = "libdbmig_serve.so";
constexpr const char* kFactory = "dbmig_serve_server";

std::filesystem::path find_http_module() {
  std::error_code failure;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failure);
  const std::filesystem::path folder = program.parent_path();
  for (const std::filesystem::path& candidate :
       {folder / kModule, folder.parent_path() / "lib" / "dbmig" / kModule}) {
    if (std::filesystem::exists(candidate, failure)) return candidate;
  }
  throw Error(ErrorCode::failed, fmt::format("cannot find {} beside the program", kModule))
      .hint("install dbmig with its module for `dbmig serve`");
}

}  // namespace

std::unique_ptr<Server> load_server() {
  const std::filesystem::path path = find_http_module();
  // Never closed: its threads end with the server, its code may still be asked for at exit.
  void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    throw Error(ErrorCode::failed, fmt::format("cannot load the web server: {}", ::dlerror()))
        .hint("install its library (Debian: apt-get install libcpp-httplib0.11)");
  }
  using Factory = Server* (*)();
  const auto factory = reinterpret_cast<Factory>(::dlsym(module, kFactory));
  if (factory == nullptr) {
    throw Error(ErrorCode::failed, fmt::format("{} is not dbmig's web server", path.string()));
  }
  return std::unique_ptr<Server>(factory());
}

}  // namespace dbmig::serve
