#include "backend/sqlite/lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.hpp"

namespace dbmig::backend::sqlite {
namespace {

constexpr std::chrono::milliseconds kPause{50};

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

class FileLock final : public MigrationLock {
 public:
  FileLock(std::filesystem::path path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  // Removed while still held: whoever waits on it notices that it is gone and starts over.
  ~FileLock() override {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

 private:
  std::filesystem::path path_;
  Descriptor descriptor_;
};

Descriptor open_lock_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor >= 0) return Descriptor(descriptor);
  const int reason = errno;
  const bool rights = reason == EACCES || reason == EPERM || reason == EROFS;
  throw Error(rights ? ErrorCode::access : ErrorCode::io,
              fmt::format("cannot create the lock file '{}': {}", path.string(),
                          std::generic_category().message(reason)))
      .hint("the database's folder must be writable for the user who migrates it")
      .native(reason);
}

bool try_lock(const Descriptor& descriptor, const std::filesystem::path& path) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(descriptor.get(), F_OFD_SETLK, &whole) == 0) return true;
  const int reason = errno;
  if (reason == EAGAIN || reason == EACCES || reason == EINTR) return false;
  throw Error(ErrorCode::io, fmt::format("cannot lock '{}': {}", path.string(),
                                         std::generic_category().message(reason)))
      .hint("put the database on a file system that supports locks")
      .native(reason);
}

// Whether the file that was locked is still the one that has the name.
bool still_there(const Descriptor& descriptor, const std::filesystem::path& path) {
  struct stat locked {};
  struct stat named {};
  return ::fstat(descriptor.get(), &locked) == 0 && ::stat(path.c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

void write_holder(const Descriptor& descriptor) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  const std::string text = fmt::format("process {} on {}\n", ::getpid(), host.data());
  // Only for people to read: nothing depends on it.
  if (::ftruncate(descriptor.get(), 0) != 0 ||
      ::pwrite(descriptor.get(), text.data(), text.size(), 0) < 0) {
    return;
  }
}

std::string read_holder(const Descriptor& descriptor) {
  std::array<char, 512> buffer{};
  const auto count = ::pread(descriptor.get(), buffer.data(), buffer.size(), 0);
  const std::string text(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  const std::string line = text.substr(0, text.find('\n'));
  return line.empty() ? "another process" : line;
}

}  // namespace

std::unique_ptr<MigrationLock> lock_file(const std::filesystem::path& file,
                                         std::chrono::seconds timeout,
                                         const std::function<void()>& on_wait) {
  // One lock for all the names that the database has through symbolic links.
  std::error_code ignored;
  std::filesystem::path path = std::filesystem::weakly_canonical(file, ignored);
  if (ignored) path = file;
  path += "-dbmig-lock";
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    Descriptor descriptor = open_lock_file(path);
    if (try_lock(descriptor, path)) {
      if (!still_there(descriptor, path)) continue;
      write_holder(descriptor);
      return std::make_unique<FileLock>(path, std::move(descriptor));
    }
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) {
      throw Error(ErrorCode::busy,
                  fmt::format("the database is being migrated by {}", read_holder(descriptor)))
          .hint("wait for it to finish, or raise --lock-timeout");
    }
    if (on_wait) on_wait();
    std::this_thread::sleep_for(
        std::min(kPause, std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now) +
                             std::chrono::milliseconds(1)));
  }
}

std::string lock_holders(const std::filesystem::path& file) {
  std::set<ino_t> inodes;
  for (const char* suffix : {"", "-shm"}) {
    struct stat status {};
    if (::stat((file.string() + suffix).c_str(), &status) == 0) inodes.insert(status.st_ino);
  }
  // "1: POSIX  ADVISORY  WRITE 4711 08:01:131077 1073741825 1073741825"
  std::ifstream locks("/proc/locks");
  std::set<pid_t> found;
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string mode;
    std::string access;
    pid_t process = 0;
    std::string place;
    if (!(words >> number >> kind >> mode >> access >> process >> place)) continue;
    const std::string inode = place.substr(place.rfind(':') + 1);
    if (process > 0 && process != ::getpid() &&
        inodes.contains(static_cast<ino_t>(std::strtoull(inode.c_str(), nullptr, 10)))) {
      found.insert(process);
    }
  }
  std::string out;
  for (const pid_t process : found) {
    std::string name;
    std::getline(std::ifstream(fmt::format("/proc/{}/comm", process)), name);
    out += fmt::format("{}process {}{}", out.empty() ? "" : ", ", process,
                       name.empty() ? "" : " (" + name + ")");
  }
  return out;
}

}  // namespace dbmig::backend::sqlite
