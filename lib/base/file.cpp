#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/kept_file.hpp"

namespace dbmig {
namespace {

/// An open file descriptor and the temporary file's name, both released on every path.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& beside)
      : path_(beside.parent_path() /
              fmt::format(".{}.{}", beside.filename().string(), random_hex(8))),
        fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (fd_ >= 0) {
      ::close(fd_);
      ::unlink(path_.c_str());
    }
  }
  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int fd_;
};

Error io_error(const std::filesystem::path& path, const char* verb, int number) {
  std::string hint;
  if (number == ENOSPC || number == EDQUOT) hint = "free some space and run the command again";
  if (number == EACCES || number == EPERM) hint = "check the rights of the folder";
  if (number == EROFS) hint = "the folder is on a read-only file system";
  return Error(number == ENOENT ? ErrorCode::not_found : ErrorCode::io,
               fmt::format("cannot {} {}: {}", verb, path.string(), std::strerror(number)))
      .hint(std::move(hint));
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  constexpr int kMaxSilence = 60'000;  // milliseconds
  // A named pipe that nobody writes into reads as empty instead of waiting for ever.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) throw io_error(path, "read", errno);
  std::string content;
  char buffer[65536];
  while (true) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n == 0) break;
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        // A pipe, as of `<(command)`: what writes into it is there.
        struct pollfd one = {fd, POLLIN, 0};
        if (::poll(&one, 1, kMaxSilence) != 0) continue;
        ::close(fd);
        throw Error(ErrorCode::io,
                    fmt::format("{} is a pipe into which nothing was written for {} seconds",
                                path.string(), kMaxSilence / 1000));
      }
      const int number = errno;
      ::close(fd);
      throw io_error(path, "read", number);
    }
    content.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return content;
}

void write_file(const std::filesystem::path& path, std::string_view content, bool overwrite) {
  if (overwrite) refuse_kept_file(path);
  const TemporaryFile temporary(path);
  if (!temporary.is_open()) throw io_error(path, "write", errno);
  for (std::size_t done = 0; done < content.size();) {
    const ssize_t n = ::write(temporary.fd(), content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw io_error(path, "write", errno);
    done += static_cast<std::size_t>(n);
  }
  if (::fsync(temporary.fd()) != 0) throw io_error(path, "write", errno);
  // link() fails when the name is taken, rename() replaces it: both are atomic.
  const int result = overwrite ? ::rename(temporary.path().c_str(), path.c_str())
                               : ::link(temporary.path().c_str(), path.c_str());
  if (result != 0) {
    if (errno == EEXIST) {
      throw Error(ErrorCode::failed, fmt::format("{} exists already", path.string()))
          .hint("move it away first; nothing was overwritten");
    }
    throw io_error(path, "write", errno);
  }
}

}  // namespace dbmig
