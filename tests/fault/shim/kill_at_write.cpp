// Loaded into a program with LD_PRELOAD: ends it with SIGKILL at the Nth system call that changes
// one file or what stands beside it under the same beginning of its name (SQLite's journal, lock
// files). The program knows nothing of it.
//
//   DBMIG_FAULT_FILE    beginning of the files' path
//   DBMIG_FAULT_AT      N, counted from 1; 0: never
//   DBMIG_FAULT_MOMENT  before, during (half of what is written arrives), after
//   DBMIG_FAULT_COUNT   a file that gets the number of calls when the program ends by itself

#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::size_t calls = 0;

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_ours(const char* path) {
  const char* file = setting("DBMIG_FAULT_FILE");
  return *file != '\0' && std::strncmp(path, file, std::strlen(file)) == 0;
}

bool is_ours(int fd) {
  std::array<char, 64> link{};
  std::array<char, 4096> path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  const ssize_t size = ::readlink(link.data(), path.data(), path.size() - 1);
  return size > 0 && is_ours(path.data());
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

bool moment_is(const char* moment) {
  return std::strcmp(setting("DBMIG_FAULT_MOMENT"), moment) == 0;
}

/// Does the call by `real`; `half` is what it does when it is interrupted.
template <class Real, class Half>
auto call(bool ours, const Real& real, const Half& half) -> decltype(real()) {
  if (!ours) return real();
  const bool strikes = ++calls == std::strtoul(setting("DBMIG_FAULT_AT"), nullptr, 10);
  if (!strikes) return real();
  if (moment_is("during")) half();
  if (moment_is("after")) real();
  die();
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

using Pwrite = ssize_t (*)(int, const void*, size_t, off_t);
using Write = ssize_t (*)(int, const void*, size_t);
using OnFile = int (*)(int);
using Truncate = int (*)(int, off_t);
using OnPath = int (*)(const char*);

ssize_t pwrite_by(const char* name, int fd, const void* bytes, size_t size, off_t offset) {
  const auto real = next<Pwrite>(name);
  return call(
      is_ours(fd), [&] { return real(fd, bytes, size, offset); },
      [&] { real(fd, bytes, size / 2, offset); });
}

int truncate_by(const char* name, int fd, off_t size) {
  const auto real = next<Truncate>(name);
  return call(
      is_ours(fd), [&] { return real(fd, size); }, [] {});
}

int sync_by(const char* name, int fd) {
  const auto real = next<OnFile>(name);
  return call(
      is_ours(fd), [&] { return real(fd); }, [] {});
}

__attribute__((destructor)) void tell() {
  const char* file = setting("DBMIG_FAULT_COUNT");
  std::FILE* out = *file == '\0' ? nullptr : std::fopen(file, "w");
  if (out == nullptr) return;
  std::fprintf(out, "%zu\n", calls);
  std::fclose(out);
}

}  // namespace

extern "C" {

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return pwrite_by("pwrite", fd, bytes, size, offset);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off_t offset) {
  return pwrite_by("pwrite64", fd, bytes, size, offset);
}
ssize_t write(int fd, const void* bytes, size_t size) {
  const auto real = next<Write>("write");
  return call(
      is_ours(fd), [&] { return real(fd, bytes, size); }, [&] { real(fd, bytes, size / 2); });
}
int ftruncate(int fd, off_t size) noexcept {
  return truncate_by("ftruncate", fd, size);
}
int ftruncate64(int fd, off_t size) noexcept {
  return truncate_by("ftruncate64", fd, size);
}
int fsync(int fd) {
  return sync_by("fsync", fd);
}
int fdatasync(int fd) {
  return sync_by("fdatasync", fd);
}
int unlink(const char* path) noexcept {
  const auto real = next<OnPath>("unlink");
  return call(
      is_ours(path), [&] { return real(path); }, [] {});
}

}  // extern "C"
