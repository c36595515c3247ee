#include "import/transcoded_input.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "import/file_encoding.hpp"
#include "import/iconv.hpp"

namespace dbmig::import {
namespace {

using namespace std::string_view_literals;

class TranscodedInput final : public Input {
 public:
  TranscodedInput(std::unique_ptr<Input> source, const std::string& encoding,
                  Undecodable undecodable)
      : source_(std::move(source)),
        encoding_(encoding),
        iconv_(encoding),
        marks_(undecodable == Undecodable::mark && FileEncoding::of(encoding) != nullptr &&
               FileEncoding::of(encoding)->is_single_byte()) {}

  std::size_t read(std::span<char> buffer) override {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      // ready_ is larger than the result of any character, so that it always fits.
      if (given_ == ready_.size() && !convert_more()) break;
      const std::size_t n = std::min(ready_.size() - given_, buffer.size() - filled);
      std::memcpy(buffer.data() + filled, ready_.data() + given_, n);
      given_ += n;
      filled += n;
    }
    return filled;
  }
  std::uint64_t size() const override { return 0; }
  std::uint64_t stored_bytes() const override { return source_->stored_bytes(); }
  void cancel() noexcept override { source_->cancel(); }
  const std::string& name() const override { return source_->name(); }

 private:
  /// Fills ready_. False at the end.
  bool convert_more() {
    constexpr std::size_t kBlock = std::size_t{128} << 10U;
    constexpr std::size_t kMaxGrowth = 4;  // a byte of Latin-1 becomes two, of EUC up to four
    if (!ended_ && pending_.size() < kBlock) {
      const std::size_t had = pending_.size();
      pending_.resize(had + kBlock);
      const std::size_t n = source_->read(std::span(pending_).subspan(had));
      ended_ = n < kBlock;
      pending_.resize(had + n);
    }
    given_ = 0;
    ready_.clear();
    if (pending_.empty()) return false;
    ready_.resize(pending_.size() * kMaxGrowth + 16);
    std::string_view from = pending_;
    std::span<char> into = ready_;
    const int failure = iconv_.convert(from, into);
    ready_.resize(ready_.size() - into.size());
    if (failure == EILSEQ && marks_) {
      FileEncoding::append_mark(ready_, static_cast<unsigned char>(from.front()));
      from.remove_prefix(1);
    } else if (failure == EILSEQ || (failure == EINVAL && ended_)) {
      fail(from, failure);
    }
    lines_ += static_cast<std::size_t>(std::count(ready_.begin(), ready_.end(), '\n'));
    pending_.erase(0, pending_.size() - from.size());
    return !ready_.empty() || convert_more();
  }

  static constexpr std::size_t kMaxShown = 4;

  [[noreturn]] void fail(std::string_view from, int failure) const {
    const auto line =
        lines_ + static_cast<std::size_t>(std::count(ready_.begin(), ready_.end(), '\n'));
    // What follows the first byte may be characters of their own.
    const bool is_alone =
        FileEncoding::of(encoding_) != nullptr && FileEncoding::of(encoding_)->is_single_byte();
    std::size_t count = std::min<std::size_t>(from.size(), 1);
    while (!is_alone && count < std::min<std::size_t>(from.size(), kMaxShown) &&
           static_cast<unsigned char>(from[count]) >= 0x80) {
      ++count;
    }
    throw Error(
        ErrorCode::invalid,
        failure == EINVAL
            ? fmt::format("the file ends in the middle of a character of {}", encoding_)
            : fmt::format("the {} {} not a character of {}", count == 1 ? "byte" : "bytes",
                          shown_bytes(from.substr(0, count)) + (count == 1 ? " is" : " are"),
                          encoding_))
        .at({name(), static_cast<int>(line + 1), 0})
        .hint("nothing was imported; name the file's encoding with --encoding");
  }

  std::unique_ptr<Input> source_;
  std::string encoding_;
  Iconv iconv_;
  bool marks_;
  std::string pending_;    ///< bytes of the source that are not converted yet
  std::string ready_;      ///< in UTF-8
  std::size_t given_ = 0;  ///< bytes of ready_ that were returned
  std::size_t lines_ = 0;  ///< line ends in everything that was converted before ready_
  bool ended_ = false;     ///< of the source
};

}  // namespace

std::string_view encoding_by_mark(std::string_view head) {
  if (head.substr(0, 3) == "\xEF\xBB\xBF") return "UTF-8";
  if (head.substr(0, 4) == "\xFF\xFE\0\0"sv || head.substr(0, 4) == "\0\0\xFE\xFF"sv) {
    return "UTF-32";
  }
  if (head.substr(0, 2) == "\xFF\xFE" || head.substr(0, 2) == "\xFE\xFF") return "UTF-16";
  return "";
}

void check_encoding(const std::string& encoding) {
  const Iconv known(encoding);
}

bool is_utf8(std::string_view encoding) {
  const std::string lower = text::lower(encoding);
  return lower == "utf-8" || lower == "utf8" || lower == "utf8mb4";
}

std::unique_ptr<Input> transcoded(std::unique_ptr<Input> source, const std::string& encoding,
                                  Undecodable undecodable) {
  return std::make_unique<TranscodedInput>(std::move(source), encoding, undecodable);
}

}  // namespace dbmig::import
