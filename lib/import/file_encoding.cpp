#include "import/file_encoding.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "import/iconv.hpp"
#include "import/transcoded_input.hpp"

namespace dbmig::import {
namespace {

constexpr unsigned kByteValues = 256;
constexpr unsigned kAscii = 128;
constexpr std::size_t kMarkSize = 3;

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < kAscii;
}

/// U+DC80 to U+DCFF: ED B2 80 to ED B3 BF.
std::optional<unsigned char> mark_at(std::string_view text, std::size_t at) {
  if (text.size() - at < kMarkSize || text[at] != '\xED') return std::nullopt;
  const auto second = static_cast<unsigned char>(text[at + 1]);
  const auto third = static_cast<unsigned char>(text[at + 2]);
  if ((second != 0xB2 && second != 0xB3) || third < 0x80 || third > 0xBF) return std::nullopt;
  return static_cast<unsigned char>((second == 0xB2 ? 0x80U : 0xC0U) | (third & 0x3FU));
}

/// The length of the character at `at`, as its first byte says.
std::size_t character_size(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return std::min(size, text.size() - at);
}

}  // namespace

FileEncoding::FileEncoding(std::string name) : name_(std::move(name)) {
  for (unsigned byte = 0; byte < kByteValues; ++byte) {
    // A new one for each byte: the encoding may have states.
    Iconv iconv(name_);
    const char in = static_cast<char>(byte);
    std::array<char, 16> out;
    std::string_view from(&in, 1);
    std::span<char> into = out;
    const int failure = iconv.convert(from, into);
    const std::string text(out.data(), out.size() - into.size());
    if (failure == EILSEQ && byte >= kAscii) continue;
    const bool is_itself = byte >= kAscii || text == std::string_view(&in, 1);
    if (failure != 0 || text.empty() || !is_itself) return;
    if (byte < kAscii) continue;
    if (is_ascii(text.front()) || !bytes_.emplace(text, static_cast<unsigned char>(byte)).second) {
      return;
    }
  }
  is_single_byte_ = true;
}

const FileEncoding* FileEncoding::of(const std::string& name) {
  if (name.empty() || is_utf8(name)) return nullptr;
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<FileEncoding>> known;
  const std::lock_guard lock(mutex);
  std::unique_ptr<FileEncoding>& one = known[name];
  if (one == nullptr) one = std::make_unique<FileEncoding>(name);
  return one.get();
}

bool FileEncoding::bytes_of(std::string_view text, std::string& bytes) const {
  bytes.clear();
  if (std::all_of(text.begin(), text.end(), is_ascii)) {
    bytes = text;
    return true;
  }
  if (!is_single_byte_) return false;
  for (std::size_t i = 0; i < text.size();) {
    if (const auto byte = mark_at(text, i)) {
      bytes.push_back(static_cast<char>(*byte));
      i += kMarkSize;
      continue;
    }
    const std::size_t size = character_size(text, i);
    if (size == 1) {
      bytes.push_back(text[i++]);
      continue;
    }
    const auto found = bytes_.find(std::string(text.substr(i, size)));
    if (found == bytes_.end()) return false;
    bytes.push_back(static_cast<char>(found->second));
    i += size;
  }
  return true;
}

void FileEncoding::append_mark(std::string& text, unsigned char byte) {
  text += '\xED';
  text += byte < 0xC0 ? '\xB2' : '\xB3';
  text += static_cast<char>(0x80U | (byte & 0x3FU));
}

std::optional<unsigned char> FileEncoding::marked_byte(std::string_view text) {
  for (std::size_t at = text.find('\xED'); at != std::string_view::npos;
       at = text.find('\xED', at + 1)) {
    if (const auto byte = mark_at(text, at)) return byte;
  }
  return std::nullopt;
}

std::string FileEncoding::without_marks(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = mark_at(text, i);
    out.push_back(byte ? static_cast<char>(*byte) : text[i]);
    i += byte ? kMarkSize : 1;
  }
  return out;
}

std::string shown_bytes(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    out += fmt::format("{}{:02X}", out.empty() ? "" : " ", static_cast<unsigned char>(byte));
  }
  return out;
}

}  // namespace dbmig::import
