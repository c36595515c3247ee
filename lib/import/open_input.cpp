#include "import/open_input.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "import/decompressed_input.hpp"
#include "import/plan.hpp"
#include "import/reject_target.hpp"
#include "import/transcoded_input.hpp"

namespace dbmig::import {
namespace {

/// A source whose first bytes were examined, and are still returned by read().
class PeekedInput final : public Input {
 public:
  PeekedInput(std::unique_ptr<Input> source, std::size_t count) : source_(std::move(source)) {
    head_.resize(count);
    head_.resize(source_->read(head_));
    ended_ = head_.size() < count;
  }

  const std::string& head() const { return head_; }

  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::min(head_.size() - given_, buffer.size());
    std::memcpy(buffer.data(), head_.data() + given_, n);
    given_ += n;
    if (n == buffer.size() || ended_) return n;
    return n + source_->read(buffer.subspan(n));
  }
  std::uint64_t size() const override { return source_->size(); }
  std::uint64_t stored_bytes() const override { return source_->stored_bytes(); }
  void cancel() noexcept override { source_->cancel(); }
  const std::string& name() const override { return source_->name(); }

 private:
  std::unique_ptr<Input> source_;
  std::string head_;
  std::size_t given_ = 0;
  bool ended_ = false;
};

/// Enough bytes to recognise compression, byte order marks and reject files.
constexpr std::size_t kHead = 16;
static_assert(kRejectFile.size() + 2 <= kHead);

void refuse_second_compression(const PeekedInput& input, Compression outer) {
  const Compression inner = compression_of(input.head());
  if (inner == Compression::none) return;
  const auto tool = [](Compression compression) {
    return compression == Compression::gzip   ? "gzip -dc"
           : compression == Compression::zstd ? "zstd -dc"
                                              : "xz -dc";
  };
  throw Error(ErrorCode::invalid, fmt::format("{} is compressed twice: with {}, and that with {}",
                                              input.name(), to_string(inner), to_string(outer)))
      .hint(fmt::format("{} FILE | dbmig import - --table TABLE", tool(outer)));
}

}  // namespace

OpenedInput open_input(const std::string& path, const std::string& encoding,
                       const std::atomic<bool>& stop,
                       std::function<void(const std::string&)> when_silent,
                       Undecodable undecodable) {
  OpenedInput opened;
  auto file = std::make_unique<FileInput>(path, stop);
  opened.file = file.get();
  if (when_silent) {
    file->when_silent([tell = std::move(when_silent), name = file->name()] { tell(name); });
  }
  auto peeked = std::make_unique<PeekedInput>(std::move(file), kHead);
  const Compression compression = compression_of(peeked->head());
  if (compression != Compression::none) {
    opened.note = fmt::format("{} is compressed with {}", peeked->name(), to_string(compression));
    peeked = std::make_unique<PeekedInput>(decompressed(std::move(peeked), compression), kHead);
    refuse_second_compression(*peeked, compression);
  }
  const std::string& head = peeked->head();
  opened.of_rejects = begins_as_rejects(head);
  std::string in = encoding;
  const std::string_view mark = encoding_by_mark(head);
  if (opened.of_rejects || !mark.empty()) in = mark;
  if (!mark.empty() && !is_utf8(mark)) {
    opened.note += fmt::format("{}{} is in {}, by its byte order mark",
                               opened.note.empty() ? "" : "; ", peeked->name(), mark);
  }
  if (in.empty() || is_utf8(in)) {
    opened.is_as_stored = compression == Compression::none;
    opened.input = std::move(peeked);
  } else {
    opened.input = transcoded(std::move(peeked), in, undecodable);
    opened.encoding = in;
  }
  if (opened.of_rejects && !is_utf8(encoding)) opened.encoding = encoding;
  return opened;
}

}  // namespace dbmig::import
