#include "import/decompressed_input.hpp"

#include <fmt/core.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace dbmig::import {
namespace {

using namespace std::string_view_literals;

constexpr const char* kOtherData = "there is other data after the compressed data";

/// One step of a decoder: from the available input into the available output.
struct Step {
  std::string_view from;  ///< afterwards: the rest that is not decoded
  std::span<char> into;   ///< afterwards: the rest that is not filled
};

/// A library's decoder.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Decodes as much as possible. Returns what is wrong with the data, or nothing.
  virtual std::optional<std::string> decode(Step& step) = 0;
  /// Whether the data may end here.
  virtual bool is_complete() const = 0;
};

/// Source: https://www.rfc-editor.org/rfc/rfc1952; a file may contain several members.
class GzipDecoder final : public Decoder {
 public:
  GzipDecoder() {
    constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with a gzip header
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  std::optional<std::string> decode(Step& step) override {
    if (complete_) {
      // Tapes and block devices pad the file with zeros.
      step.from.remove_prefix(std::min(step.from.find_first_not_of('\0'), step.from.size()));
      if (step.from.empty()) return std::nullopt;
      if (step.from.front() != '\x1F') return kOtherData;
      if (inflateReset(&stream_) != Z_OK) throw std::bad_alloc();
      complete_ = false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(step.from.data()));
    stream_.avail_in = static_cast<uInt>(step.from.size());
    stream_.next_out = reinterpret_cast<Bytef*>(step.into.data());
    stream_.avail_out = static_cast<uInt>(step.into.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    step.from = step.from.substr(step.from.size() - stream_.avail_in);
    step.into = step.into.last(stream_.avail_out);
    complete_ = status == Z_STREAM_END;
    if (status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR) return std::nullopt;
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    return stream_.msg != nullptr ? stream_.msg : "not gzip";
  }
  bool is_complete() const override { return complete_; }

 private:
  z_stream stream_ = {};
  bool complete_ = false;
};

/// Source: https://www.rfc-editor.org/rfc/rfc8878
class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  std::optional<std::string> decode(Step& step) override {
    ZSTD_inBuffer in = {step.from.data(), step.from.size(), 0};
    ZSTD_outBuffer out = {step.into.data(), step.into.size(), 0};
    const std::size_t status = ZSTD_decompressStream(stream_, &out, &in);
    if (ZSTD_isError(status) != 0) return ZSTD_getErrorName(status);
    step.from.remove_prefix(in.pos);
    step.into = step.into.subspan(out.pos);
    complete_ = status == 0;
    return std::nullopt;
  }
  bool is_complete() const override { return complete_; }

 private:
  ZSTD_DStream* stream_;
  bool complete_ = false;
};

/// Source: https://tukaani.org/xz/xz-file-format.txt; a file may contain several streams.
class XzDecoder final : public Decoder {
 public:
  XzDecoder() { start(); }
  ~XzDecoder() override { lzma_end(&stream_); }
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;

  std::optional<std::string> decode(Step& step) override {
    if (complete_) {
      // Streams may be padded with zeros.
      step.from.remove_prefix(std::min(step.from.find_first_not_of('\0'), step.from.size()));
      if (step.from.empty()) return std::nullopt;
      if (step.from.front() != '\xFD') return kOtherData;
      start();
    }
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(step.from.data());
    stream_.avail_in = step.from.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(step.into.data());
    stream_.avail_out = step.into.size();
    const lzma_ret status = lzma_code(&stream_, LZMA_RUN);
    step.from = step.from.substr(step.from.size() - stream_.avail_in);
    step.into = step.into.last(stream_.avail_out);
    complete_ = status == LZMA_STREAM_END;
    if (status == LZMA_MEM_ERROR) throw std::bad_alloc();
    if (status == LZMA_OPTIONS_ERROR) {
      return "it was written with options that this version of liblzma does not know";
    }
    // If there is no progress, the caller checks whether the data ended.
    if (status == LZMA_OK || status == LZMA_STREAM_END || status == LZMA_BUF_ERROR) {
      return std::nullopt;
    }
    return "the data does not match its checksum or its format";
  }
  bool is_complete() const override { return complete_; }

 private:
  void start() {
    if (lzma_auto_decoder(&stream_, UINT64_MAX, 0) != LZMA_OK) throw std::bad_alloc();
    complete_ = false;
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool complete_ = false;
};

std::unique_ptr<Decoder> decoder_for(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipDecoder>();
    case Compression::zstd:
      return std::make_unique<ZstdDecoder>();
    case Compression::xz:
    case Compression::none:
      break;
  }
  return std::make_unique<XzDecoder>();
}

class DecompressedInput final : public Input {
 public:
  DecompressedInput(std::unique_ptr<Input> source, Compression compression)
      : source_(std::move(source)),
        compression_(compression),
        decoder_(decoder_for(compression)),
        block_(std::size_t{256} << 10U) {}

  std::size_t read(std::span<char> buffer) override {
    Step step;
    step.into = buffer;
    while (!step.into.empty()) {
      if (rest_.empty() && !ended_) {
        const std::size_t n = source_->read(block_);
        ended_ = n < block_.size();
        rest_ = std::string_view(block_.data(), n);
      }
      if (rest_.empty() && ended_ && decoder_->is_complete()) break;
      step.from = rest_;
      const std::size_t room = step.into.size();
      if (auto wrong = decoder_->decode(step)) fail(*wrong);
      const bool moved = step.into.size() != room || step.from.size() != rest_.size();
      rest_ = step.from;
      if (!moved && ended_ && !decoder_->is_complete()) {
        throw Error(ErrorCode::invalid, fmt::format("{} is truncated: its {} data is incomplete",
                                                    name(), to_string(compression_)))
            .hint("nothing was imported; download the file again");
      }
    }
    return buffer.size() - step.into.size();
  }
  std::uint64_t size() const override { return 0; }
  std::uint64_t stored_bytes() const override { return source_->stored_bytes() - rest_.size(); }
  void cancel() noexcept override { source_->cancel(); }
  const std::string& name() const override { return source_->name(); }

 private:
  [[noreturn]] void fail(const std::string& wrong) const {
    throw Error(ErrorCode::invalid, fmt::format("{} is damaged: its {} data cannot be read ({})",
                                                name(), to_string(compression_), wrong))
        .hint("nothing was imported; download the file again");
  }

  std::unique_ptr<Input> source_;
  Compression compression_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<char> block_;
  std::string_view rest_;  ///< the part of the block that is not decoded yet
  bool ended_ = false;     ///< of the source
};

}  // namespace

Compression compression_of(std::string_view head) {
  if (head.substr(0, 2) == "\x1F\x8B"sv) return Compression::gzip;
  if (head.substr(0, 4) == "\x28\xB5\x2F\xFD"sv) return Compression::zstd;
  // A frame that decoders skip, with data of other programs: 0x184D2A50 to 5F, little-endian.
  if (head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xF0U) == 0x50 &&
      head.substr(1, 3) == "\x2A\x4D\x18"sv) {
    return Compression::zstd;
  }
  if (head.substr(0, 6) == "\xFD\x37zXZ\0"sv || head.substr(0, 3) == "\x5D\0\0"sv) {
    return Compression::xz;
  }
  return Compression::none;
}

std::string_view to_string(Compression compression) {
  switch (compression) {
    case Compression::none:
      return "";
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
    case Compression::xz:
      return "xz";
  }
  return "";
}

std::unique_ptr<Input> decompressed(std::unique_ptr<Input> source, Compression compression) {
  return std::make_unique<DecompressedInput>(std::move(source), compression);
}

}  // namespace dbmig::import
