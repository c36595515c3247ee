#include "import/rejects.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "import/plan.hpp"
#include "import/record_parser.hpp"

namespace dbmig::import {
namespace {

constexpr std::size_t kBuffer = std::size_t{64} << 10;

Error failure(const std::string& path, int number) {
  return Error(ErrorCode::io,
               fmt::format("cannot write the reject file {}: {}", path, std::strerror(number)))
      .hint("--rejects FILE writes it elsewhere");
}

std::string json_text(std::string_view text) {
  using nlohmann::json;
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

RejectFile::RejectFile(RejectTarget target, RejectForm form, bool always,
                       std::optional<KeptRejects> kept)
    : target_(std::move(target)),
      form_(std::move(form)),
      always_(always || target_.replaces),
      kept_(std::move(kept)) {
  if (kept_ && kept_->bytes != 0) {
    go_on();
  } else if (always_) {
    open();
  }
}

RejectFile::~RejectFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty() && !is_kept_) ::unlink(temporary_.c_str());
}

/// Continues after what an interrupted import has written.
void RejectFile::go_on() {
  temporary_ = kept_->temporary;
  is_kept_ = true;
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  struct stat info = {};
  if (fd_ < 0 || ::fstat(fd_, &info) != 0 ||
      static_cast<std::uint64_t>(info.st_size) < kept_->bytes) {
    throw Error(ErrorCode::refused,
                fmt::format("the records rejected so far are lost: {} was changed", temporary_))
        .hint(
            "--no-resume loads the file from the beginning, in addition to the rows in the table");
  }
  if (::ftruncate(fd_, static_cast<off_t>(kept_->bytes)) != 0) throw failure(temporary_, errno);
  bytes_ = kept_->bytes;
}

void RejectFile::open() {
  if (target_.is_device) {
    // A pipe without a reader is an error; it is not waited for.
    fd_ = ::open(target_.path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
    if (fd_ < 0 && errno == ENXIO) {
      throw Error(ErrorCode::io, fmt::format("no process reads the pipe {}", target_.path))
          .hint("start its reader first, or give --rejects a file");
    }
    if (fd_ >= 0) ::fcntl(fd_, F_SETFL, O_WRONLY | O_APPEND);
  } else {
    temporary_ = kept_ ? kept_->temporary : fmt::format("{}.{}.tmp", target_.path, random_hex(8));
    // Left by an import that died before its first commit; no other import uses this name.
    if (kept_) ::unlink(temporary_.c_str());
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  }
  if (fd_ < 0) {
    const int number = errno;
    temporary_.clear();
    throw failure(target_.path, number);
  }
  if (form_.is_json) return;
  const char delimiter = form_.format.delimiter;
  write(fmt::format("{}{}{}{}{}{}", kRejectFile, delimiter, kRejectLine, delimiter, kRejectReason,
                    delimiter));
  write(without_line_end(form_.header, form_.format));
  write(form_.format.line_end_text());
}

void RejectFile::write(std::string_view text) {
  buffer_ += text;
  bytes_ += text.size();
  if (buffer_.size() >= kBuffer) send();
}

void RejectFile::send() {
  std::size_t sent = 0;
  while (sent < buffer_.size()) {
    const ssize_t n = ::write(fd_, buffer_.data() + sent, buffer_.size() - sent);
    if (n < 0 && errno != EINTR) throw failure(target_.path, errno);
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
  buffer_.clear();
}

void RejectFile::add(std::string_view file, std::uint64_t line, std::string_view reason,
                     std::string_view record) {
  if (fd_ < 0) open();
  ++records_;
  const CsvFormat& format = form_.format;
  if (form_.is_json) {
    put_object(file, line, reason, without_line_end(record, format));
    return;
  }
  write(fmt::format("{}{}{}{}{}{}", write_field(file, format), format.delimiter, line,
                    format.delimiter, write_field(reason, format), format.delimiter));
  // Unchanged, including its line end, so that a CRLF file stays one.
  write(record);
  if (without_line_end(record, format).size() == record.size()) write(format.line_end_text());
}

/// The object as it is, after the three keys.
void RejectFile::put_object(std::string_view file, std::uint64_t line, std::string_view reason,
                            std::string_view record) {
  write(fmt::format("{{\"{}\":{},\"{}\":{},\"{}\":{}", kRejectFile, json_text(file), kRejectLine,
                    line, kRejectReason, json_text(reason)));
  const std::string_view object = text::trim(record);
  if (object.empty() || object.front() != '{') {
    write(fmt::format(",\"dbmig_record\":{}}}", json_text(record)));
  } else {
    const std::string_view rest = text::trim(object.substr(1));
    if (!rest.empty() && rest.front() != '}') write(",");
    write(object.substr(1));
  }
  write("\n");
}

void RejectFile::flush() {
  if (fd_ < 0) return;
  send();
  if (!target_.is_device && ::fsync(fd_) != 0) throw failure(target_.path, errno);
}

/// Renames the temporary file; returns an error number, or 0. A file that was created at that place
/// meanwhile is not replaced.
int RejectFile::take_name() const {
  const char* from = temporary_.c_str();
  const char* to = target_.path.c_str();
  if (target_.replaces) {
    if (::access(to, F_OK) == 0 && !is_reject_file(target_.path)) return EEXIST;
    return std::rename(from, to) == 0 ? 0 : errno;
  }
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // For a file system that cannot guarantee that.
  if (::link(from, to) == 0) return ::unlink(from) == 0 ? 0 : errno;
  if (errno == EEXIST) return errno;
  return std::rename(from, to) == 0 ? 0 : errno;
}

/// Leaves no file, not even that of an earlier import. False.
bool RejectFile::remove() {
  if (target_.replaces && is_reject_file(target_.path)) ::unlink(target_.path.c_str());
  return false;
}

bool RejectFile::finish() {
  if (fd_ < 0) return false;
  ::close(std::exchange(fd_, -1));
  if (target_.is_device) return true;
  if (form_.is_json && bytes_ == 0) return remove();
  if (const int number = take_name(); number != 0) {
    const std::string kept = std::exchange(temporary_, {});
    throw Error(ErrorCode::io,
                fmt::format("the rows are loaded, but the reject file cannot be renamed to {}: {}",
                            target_.path, std::strerror(number)))
        .hint(fmt::format("the bad records are in {}", kept));
  }
  temporary_.clear();
  return true;
}

}  // namespace dbmig::import
