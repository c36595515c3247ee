#include "import/rejects.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "import/plan.hpp"
#include "import/record_parser.hpp"

namespace dbmig::import {
namespace {

constexpr std::size_t kBuffer = std::size_t{64} << 10;

Error failure(const std::string& path, int number) {
  return Error(ErrorCode::io,
               fmt::format("cannot write the reject file {}: {}", path, std::strerror(number)))
      .hint("--rejects FILE puts it elsewhere");
}

}  // namespace

RejectFile::RejectFile(std::string path, const CsvFormat& format, std::string header, bool always)
    : path_(std::move(path)), format_(format), header_(std::move(header)), always_(always) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path_, ignored);
  is_device_ = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
  // The file behind a link is the one to replace.
  if (std::filesystem::is_symlink(std::filesystem::symlink_status(path_, ignored))) {
    const auto target = std::filesystem::weakly_canonical(path_, ignored);
    if (!ignored) path_ = target.string();
  }
  // A file of an earlier import must not stand for this one.
  always_ = always_ || (std::filesystem::exists(status) && !is_device_);
  if (always_) open();
}

RejectFile::~RejectFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void RejectFile::open() {
  if (is_device_) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    temporary_ = fmt::format("{}.{}.tmp", path_, random_hex(8));
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  }
  if (fd_ < 0) {
    const int number = errno;
    temporary_.clear();
    throw failure(path_, number);
  }
  const char delimiter = format_.delimiter;
  write(fmt::format("{}{}{}{}{}{}", kRejectFile, delimiter, kRejectLine, delimiter, kRejectReason,
                    delimiter));
  write(without_line_end(header_, format_));
  write("\n");
}

/// `text` as a field of the file's own format.
std::string RejectFile::field(std::string_view text) const {
  std::string out;
  if (format_.quote && !(format_.escape && format_.escape != format_.quote)) {
    out.push_back(*format_.quote);
    for (const char c : text) {
      if (c == *format_.quote) out.push_back(c);
      out.push_back(c);
    }
    out.push_back(*format_.quote);
    return out;
  }
  // Nothing can protect the characters that have a meaning: they go.
  for (const char c : text) {
    const bool has_meaning = c == format_.delimiter || c == '\n' || c == '\r' ||
                             c == format_.quote || c == format_.escape;
    out.push_back(has_meaning ? ' ' : c);
  }
  return out;
}

void RejectFile::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBuffer) send();
}

void RejectFile::send() {
  std::size_t sent = 0;
  while (sent < buffer_.size()) {
    const ssize_t n = ::write(fd_, buffer_.data() + sent, buffer_.size() - sent);
    if (n < 0 && errno != EINTR) throw failure(path_, errno);
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
  buffer_.clear();
}

void RejectFile::add(std::string_view file, std::uint64_t line, std::string_view reason,
                     std::string_view record) {
  if (fd_ < 0) open();
  ++records_;
  write(fmt::format("{}{}{}{}{}{}", field(file), format_.delimiter, line, format_.delimiter,
                    field(reason), format_.delimiter));
  // As it stood: also its line end, so that a CRLF file stays one.
  write(record);
  if (record.empty() || record.back() != '\n') write("\n");
}

void RejectFile::flush() {
  if (fd_ < 0) return;
  send();
  if (!is_device_ && ::fsync(fd_) != 0) throw failure(path_, errno);
}

bool RejectFile::finish() {
  if (fd_ < 0) return false;
  ::close(std::exchange(fd_, -1));
  if (is_device_) return true;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int number = errno;
    const std::string kept = std::exchange(temporary_, {});
    throw Error(ErrorCode::io, fmt::format("the rows are loaded, but the reject file cannot take "
                                           "its name {}: {}",
                                           path_, std::strerror(number)))
        .hint(fmt::format("the bad records are in {}", kept));
  }
  temporary_.clear();
  return true;
}

}  // namespace dbmig::import
