#include "backend/mariadb/server_files.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace dbmig::backend::mariadb {

FileLock::FileLock(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (file_ >= 0) return;
  throw Error(ErrorCode::io, fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)))
      .hint("check the rights of its folder");
}

FileLock::~FileLock() {
  ::close(file_);
}

bool FileLock::try_take(Kind kind) const {
  return ::flock(file_, (kind == Kind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0;
}

void FileLock::release() const {
  ::flock(file_, LOCK_UN);
}

void FileLock::touch() const {
  ::futimens(file_, nullptr);
}

std::string user_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry == nullptr ? std::to_string(::geteuid()) : entry->pw_name;
}

}  // namespace dbmig::backend::mariadb
