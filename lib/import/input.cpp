#include "import/input.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.hpp"

namespace dbmig::import {
namespace {

constexpr int kPollMilliseconds = 100;
constexpr int kSilentMilliseconds = 2000;

Error failure(const std::string& name, const char* what, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return Error(code, fmt::format("cannot {} {}: {}", what, name, std::strerror(number)));
}

}  // namespace

FileInput::FileInput(const std::string& path, const std::atomic<bool>& stop)
    : name_(path == "-" ? "standard input" : path), stop_(stop) {
  // Opening a named pipe without a writer would block, and could not be interrupted.
  fd_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) throw failure(name_, "open", errno);
  owned_ = path != "-";
  // From here on, wait() does the waiting.
  if (owned_) ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) & ~O_NONBLOCK);
  struct stat info = {};
  if (::fstat(fd_, &info) != 0) {
    const int number = errno;
    if (owned_) ::close(fd_);
    throw failure(name_, "read", number);
  }
  if (S_ISDIR(info.st_mode)) {
    if (owned_) ::close(fd_);
    throw Error(ErrorCode::io, fmt::format("{} is a folder", name_))
        .hint("name the CSV files in it, for example with a shell pattern");
  }
  regular_ = S_ISREG(info.st_mode);
  if (regular_) {
    size_ = static_cast<std::uint64_t>(info.st_size);
    // Standard input may have been read in part.
    const off_t begin = ::lseek(fd_, 0, SEEK_CUR);
    if (size_ != 0 && begin >= 0)
      limit_ = size_ - std::min(size_, static_cast<std::uint64_t>(begin));
    ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
}

FileInput::~FileInput() {
  if (owned_) ::close(fd_);
}

/// Waits until there is something to read, so that an import can be interrupted while a pipe is
/// silent.
void FileInput::wait() {
  if (regular_) return;
  struct pollfd poll = {.fd = fd_, .events = POLLIN, .revents = 0};
  for (int waited = 0;; waited += kPollMilliseconds) {
    if (when_silent_ && waited >= kSilentMilliseconds) std::exchange(when_silent_, nullptr)();
    const int ready = ::poll(&poll, 1, kPollMilliseconds);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return;
    if (stop_ || cancelled_) throw Error(ErrorCode::interrupted, "interrupted");
  }
}

/// A file that has become shorter has lost records, and its last one may be cut.
void FileInput::check_length() const {
  if (!regular_ || !owned_ || read_ >= size_) return;
  throw Error(ErrorCode::io, fmt::format("{} was truncated while it was read: it had {} bytes when "
                                         "the import began, and ended after {}",
                                         name_, size_, read_))
      .hint("nothing was imported; wait until the file is complete, then run the command again");
}

/// A program that writes the file may have been in the middle of a record when it was opened.
void FileInput::check_growth() const {
  if (last_byte_ == '\n' || last_byte_ == '\r') return;
  struct stat info = {};
  if (::fstat(fd_, &info) != 0 || static_cast<std::uint64_t>(info.st_size) <= size_) return;
  throw Error(ErrorCode::io,
              fmt::format("{} grew while it was read: it had {} bytes when the import "
                          "began, which do not end with a line",
                          name_, size_))
      .hint("nothing was imported; wait until the file is complete, then run the command again");
}

/// How many of `wanted` bytes may be read.
std::size_t FileInput::room(std::size_t wanted) const {
  if (!limit_) return wanted;
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(wanted, *limit_ - std::min(*limit_, read_)));
}

std::size_t FileInput::read(std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t more = room(buffer.size() - filled);
    if (more == 0) {
      check_growth();
      break;
    }
    wait();
    const ssize_t n = ::read(fd_, buffer.data() + filled, more);
    if (n < 0) {
      if (errno == EINTR) continue;
      throw failure(name_, "read", errno);
    }
    if (n == 0) {
      check_length();
      break;
    }
    filled += static_cast<std::size_t>(n);
    last_byte_ = buffer[filled - 1];
    read_ += static_cast<std::uint64_t>(n);
  }
  return filled;
}

}  // namespace dbmig::import
