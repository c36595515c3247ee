#include "import/shared_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>

#include "base/error.hpp"
#include "import/wire.hpp"

namespace dbmig::import {
namespace {

/// Bytes at each end of a file by which it is known.
constexpr std::uint64_t kKnownBytes = std::uint64_t{1} << 16U;

/// Fills `out` from `offset` on. False when the file ends before, or cannot be read: see errno.
bool read_file_at(int fd, std::uint64_t offset, std::span<char> out) {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = 0;
    if (n <= 0) return false;
    offset += static_cast<std::uint64_t>(n);
    out = out.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

/// Opens a regular file and says what it looks like; -1 when there is none.
int open_shared(const std::string& path, SharedFile& file) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return -1;
  struct stat about = {};
  if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
    file.path = path;
    file.size = static_cast<std::uint64_t>(about.st_size);
    const std::uint64_t end = std::min(kKnownBytes, file.size);
    std::string ends(2 * end, '\0');
    if (read_file_at(fd, 0, std::span(ends).first(end)) &&
        read_file_at(fd, file.size - end, std::span(ends).subspan(end))) {
      file.ends_hash = hash_of(ends);
      return fd;
    }
  }
  ::close(fd);
  return -1;
}

}  // namespace

std::uint64_t hash_of(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::optional<SharedFile> share_file(const std::string& path) {
  std::error_code failure;
  // A pipe is not even opened.
  if (!std::filesystem::is_regular_file(path, failure)) return std::nullopt;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failure);
  SharedFile file;
  const int fd = failure ? -1 : open_shared(absolute.string(), file);
  if (fd < 0) return std::nullopt;
  ::close(fd);
  return file;
}

void encode(const std::optional<SharedFile>& file, Bytes& out) {
  WireWriter writer(out);
  const SharedFile none;
  const SharedFile& one = file ? *file : none;
  writer.put_text(one.path);
  writer.put(one.size);
  writer.put(one.ends_hash);
}

std::optional<SharedFile> decode_shared_file(std::string_view& message) {
  WireReader reader(message);
  SharedFile file;
  file.path = reader.get_text();
  file.size = reader.get<std::uint64_t>();
  file.ends_hash = reader.get<std::uint64_t>();
  message = reader.rest();
  return file.path.empty() ? std::nullopt : std::optional(file);
}

SharedFileReader::SharedFileReader(const SharedFile& file) : path_(file.path) {
  SharedFile here;
  fd_ = open_shared(file.path, here);
  if (fd_ < 0 || here == file) return;
  ::close(fd_);
  fd_ = -1;
}

SharedFileReader::~SharedFileReader() {
  if (fd_ >= 0) ::close(fd_);
}

bool SharedFileReader::read_at(std::uint64_t offset, std::span<char> out) const {
  return read_file_at(fd_, offset, out);
}

void SharedFileReader::read(const FilePart& part, Bytes& bytes, std::size_t prefix) const {
  bytes.resize(prefix + part.size);
  const std::span<char> out = std::span(bytes).subspan(prefix);
  if (!read_file_at(fd_, part.offset, out)) {
    const std::string why = errno == 0 ? "it ends before" : std::strerror(errno);
    throw Error(ErrorCode::io,
                fmt::format("cannot read {} at byte {}: {}", path_, part.offset, why))
        .hint("--read scatter leaves the reading to the first rank");
  }
  if (hash_of({out.data(), out.size()}) == part.hash) return;
  throw Error(ErrorCode::io,
              fmt::format("{} holds other bytes for this rank than for the first one, at byte {}",
                          path_, part.offset))
      .hint(
          "is it written to, or another file of the same name? --read scatter leaves the reading "
          "to the first rank");
}

}  // namespace dbmig::import
