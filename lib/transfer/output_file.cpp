#include "transfer/output_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <new>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/kept_file.hpp"

namespace dbmig::transfer {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10U;

Error failure(const std::string& path, int number) {
  return Error(ErrorCode::io,
               fmt::format("cannot write {}: {}", path.empty() ? "to standard output" : path,
                           std::strerror(number)));
}

}  // namespace

/// Compresses text.
class OutputFile::Compressor {
 public:
  using Send = std::function<void(std::string_view)>;
  virtual ~Compressor() = default;
  virtual void compress(std::string_view text, bool is_last, const Send& send) = 0;

  static std::unique_ptr<Compressor> make(OutputCompression kind);

 private:
  class Gzip;
  class Zstd;
};

class OutputFile::Compressor::Gzip final : public Compressor {
 public:
  Gzip() : out_(kBlock) {
    constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with a gzip header
    constexpr int kMemory = 8;
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemory,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Gzip() override { deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void compress(std::string_view text, bool is_last, const Send& send) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      deflate(&stream_, is_last ? Z_FINISH : Z_NO_FLUSH);
      send({out_.data(), out_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_ = {};
  std::vector<char> out_;
};

class OutputFile::Compressor::Zstd final : public Compressor {
 public:
  Zstd() : context_(ZSTD_createCCtx()), out_(ZSTD_CStreamOutSize()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ~Zstd() override { ZSTD_freeCCtx(context_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  void compress(std::string_view text, bool is_last, const Send& send) override {
    ZSTD_inBuffer in = {text.data(), text.size(), 0};
    bool done = false;
    while (!done) {
      ZSTD_outBuffer out = {out_.data(), out_.size(), 0};
      const std::size_t left =
          ZSTD_compressStream2(context_, &out, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) throw Error(ErrorCode::failed, ZSTD_getErrorName(left));
      send({out_.data(), out.pos});
      done = is_last ? left == 0 : in.pos == in.size;
    }
  }

 private:
  ZSTD_CCtx* context_;
  std::vector<char> out_;
};

std::unique_ptr<OutputFile::Compressor> OutputFile::Compressor::make(OutputCompression kind) {
  if (kind == OutputCompression::gzip) return std::make_unique<Gzip>();
  if (kind == OutputCompression::zstd) return std::make_unique<Zstd>();
  return nullptr;
}

OutputFile::OutputFile(std::string path, OutputCompression compression, bool force)
    : path_(std::move(path)), force_(force), compressor_(Compressor::make(compression)) {
  if (path_.empty()) {
    fd_ = STDOUT_FILENO;
    return;
  }
  refuse_kept_file(path_);
  struct stat info = {};
  target_ = path_;
  if (::stat(path_.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) throw failure(path_, EISDIR);
    if (!S_ISREG(info.st_mode)) {
      fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
      if (fd_ < 0) throw failure(path_, errno);
      return;
    }
    if (!force_) {
      throw Error(ErrorCode::refused, fmt::format("{} already exists", path_))
          .hint("use --force to replace it");
    }
    std::error_code failed;
    const std::filesystem::path behind_links = std::filesystem::canonical(path_, failed);
    if (!failed) target_ = behind_links.string();
  }
  temporary_ = fmt::format("{}.{}.tmp", target_, random_hex(8));
  is_stream_ = false;
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd_ < 0) throw failure(path_, errno);
}

OutputFile::~OutputFile() {
  if (fd_ >= 0 && fd_ != STDOUT_FILENO) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::send(std::string_view bytes) {
  while (!bytes.empty() && !closed_) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EPIPE && is_stream_) {
      closed_ = true;
    } else if (errno != EINTR) {
      throw failure(path_, errno);
    }
  }
}

void OutputFile::flush() {
  if (compressor_) {
    compressor_->compress(buffer_, false, [this](std::string_view bytes) { send(bytes); });
  } else {
    send(buffer_);
  }
  buffer_.clear();
}

void OutputFile::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBlock) flush();
}

void OutputFile::finish() {
  flush();
  if (compressor_) {
    compressor_->compress("", true, [this](std::string_view bytes) { send(bytes); });
  }
  if (is_stream_) return;
  if (::fsync(fd_) != 0) throw failure(path_, errno);
  ::close(std::exchange(fd_, -1));
  take_name();
}

void OutputFile::take_name() {
  if (force_) {
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw failure(path_, errno);
    temporary_.clear();
    return;
  }
  // Unlike rename(), this does not replace a file that another process created meanwhile.
  if (::link(temporary_.c_str(), target_.c_str()) != 0) throw failure(path_, errno);
  ::unlink(std::exchange(temporary_, "").c_str());
}

}  // namespace dbmig::transfer
