#include <dlfcn.h>
#include <fmt/core.h>

#include <exception>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/error.hpp"
#include "import/communicator.hpp"

namespace dbmig::import {
namespace {

constexpr const char* kModule = "libdbmig_mpi.so";
constexpr const char* kFactory = "dbmig_mpi_communicator";

/// Beside the program, as it is built, or where it is installed.
std::filesystem::path find_module() {
  std::error_code failure;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failure);
  const std::filesystem::path folder = program.parent_path();
  for (const std::filesystem::path& candidate :
       {folder / kModule, folder.parent_path() / "lib" / "dbmig" / kModule}) {
    if (std::filesystem::exists(candidate, failure)) return candidate;
  }
  throw Error(ErrorCode::failed, fmt::format("cannot find {} beside the program", kModule))
      .hint("install dbmig with its MPI module, or import without mpirun");
}

}  // namespace

void require_mpi_module() {
  find_module();
}

std::unique_ptr<Communicator> mpi_communicator() {
  const std::filesystem::path path = find_module();
  // Global: Open MPI loads its own parts later, and they look for its symbols. Never closed: its
  // handlers at exit must still be there.
  void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (module == nullptr) {
    throw Error(ErrorCode::failed, fmt::format("cannot load MPI: {}", ::dlerror()))
        .hint("install Open MPI (Debian: apt-get install openmpi-bin), or import without mpirun");
  }
  using Factory = Communicator* (*)();
  const auto factory = reinterpret_cast<Factory>(::dlsym(module, kFactory));
  if (factory == nullptr) {
    throw Error(ErrorCode::failed, fmt::format("{} is not dbmig's MPI module", path.string()));
  }
  try {
    return std::unique_ptr<Communicator>(factory());
  } catch (const std::exception& error) {
    throw Error(ErrorCode::failed, fmt::format("cannot start MPI: {}", error.what()));
  }
}

}  // namespace dbmig::import
