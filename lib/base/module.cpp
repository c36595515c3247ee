#include "base/module.hpp"

#include <dlfcn.h>
#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "base/error.hpp"

namespace dbmig {

std::string find_module(const Module& module) {
  std::error_code failure;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failure);
  const std::filesystem::path folder = program.parent_path();
  for (const std::filesystem::path& candidate :
       {folder / module.file, folder.parent_path() / "lib" / "dbmig" / module.file}) {
    if (std::filesystem::exists(candidate, failure)) return candidate.string();
  }
  throw Error(ErrorCode::failed, fmt::format("cannot find {} next to the program", module.file))
      .hint(module.missing);
}

void* load_module(const Module& module) {
  const std::string path = find_module(module);
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | (module.is_global ? RTLD_GLOBAL : RTLD_LOCAL));
  if (handle == nullptr) {
    throw Error(ErrorCode::failed, fmt::format("cannot load {}: {}", module.what, ::dlerror()))
        .hint(module.broken);
  }
  void* factory = ::dlsym(handle, module.factory);
  if (factory == nullptr) {
    throw Error(ErrorCode::failed,
                fmt::format("{} is not dbmig's module for {}", path, module.what));
  }
  return factory;
}

}  // namespace dbmig
