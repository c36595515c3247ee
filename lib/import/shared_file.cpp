#include "import/shared_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <system_error>

#include "base/error.hpp"
#include "import/wire.hpp"

namespace dbmig::import {
namespace {

/// The number of bytes at each end of a file that identify it.
constexpr std::uint64_t kKnownBytes = std::uint64_t{1} << 16U;

/// Reads with the system's own calls.
class PlainRanges final : public FileRanges {
 public:
  explicit PlainRanges(int fd) : fd_(fd) {}
  ~PlainRanges() override { ::close(fd_); }
  PlainRanges(const PlainRanges&) = delete;
  PlainRanges& operator=(const PlainRanges&) = delete;

  std::string read_at(std::uint64_t offset, std::span<char> out) override {
    while (!out.empty()) {
      const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return std::strerror(errno);
      if (n == 0) return "it ends before";
      offset += static_cast<std::uint64_t>(n);
      out = out.subspan(static_cast<std::size_t>(n));
    }
    return {};
  }

 private:
  int fd_;
};

std::unique_ptr<FileRanges> open_plain(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  return fd < 0 ? nullptr : std::make_unique<PlainRanges>(fd);
}

/// The description of the regular file at `path`, which `ranges` reads.
std::optional<SharedFile> look_at(const std::string& path, FileRanges& ranges) {
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure) return std::nullopt;
  const std::uint64_t end = std::min<std::uint64_t>(kKnownBytes, size);
  std::string ends(2 * end, '\0');
  if (!ranges.read_at(0, std::span(ends).first(end)).empty() ||
      !ranges.read_at(size - end, std::span(ends).subspan(end)).empty()) {
    return std::nullopt;
  }
  return SharedFile{.path = path, .size = size, .ends_hash = hash_of(ends)};
}

/// A pipe is not even opened.
bool is_regular(const std::string& path) {
  std::error_code failure;
  return std::filesystem::is_regular_file(path, failure);
}

}  // namespace

std::uint64_t hash_of(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::optional<SharedFile> share_file(const std::string& path) {
  std::error_code failure;
  if (!is_regular(path)) return std::nullopt;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failure);
  const auto ranges = failure ? nullptr : open_plain(absolute.string());
  return ranges ? look_at(absolute.string(), *ranges) : std::nullopt;
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

SharedFileReader::SharedFileReader(Communicator& ranks, const SharedFile& file) : path_(file.path) {
  if (!is_regular(path_)) return;
  ranges_ = ranks.open_ranges(path_);
  if (ranges_ == nullptr) ranges_ = open_plain(path_);
  if (ranges_ != nullptr && look_at(path_, *ranges_) != file) ranges_ = nullptr;
}

bool SharedFileReader::read_at(std::uint64_t offset, std::span<char> out) const {
  return ranges_ != nullptr && ranges_->read_at(offset, out).empty();
}

void SharedFileReader::read(const FilePart& part, Bytes& bytes, std::size_t prefix) const {
  bytes.resize(prefix + part.size);
  const std::span<char> out = std::span(bytes).subspan(prefix);
  if (const std::string why = ranges_->read_at(part.offset, out); !why.empty()) {
    throw Error(ErrorCode::io,
                fmt::format("cannot read {} at byte {}: {}", path_, part.offset, why))
        .hint("with --read scatter only the first rank reads");
  }
  if (hash_of({out.data(), out.size()}) == part.hash) return;
  throw Error(ErrorCode::io,
              fmt::format("this rank reads different data in {} than the first rank, at byte {}",
                          path_, part.offset))
      .hint(
          "the file may be changing, or be another file of the same name; with --read scatter only "
          "the first rank reads");
}

}  // namespace dbmig::import
