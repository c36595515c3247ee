#include "yaml/slug.hpp"

#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace dbmig::yaml {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode blocks that hold no letters or digits: punctuation, symbols, pictures, private use.
constexpr std::array kNoLetters{
    Range{0x80, 0xA9},     Range{0xAB, 0xB4},     Range{0xB6, 0xB9},       Range{0xBB, 0xBF},
    Range{0xD7, 0xD7},     Range{0xF7, 0xF7},     Range{0x2000, 0x206F},   Range{0x20A0, 0x20CF},
    Range{0x2190, 0x2BFF}, Range{0x3000, 0x3004}, Range{0x3007, 0x3020},   Range{0x3030, 0x3030},
    Range{0xE000, 0xF8FF}, Range{0xFE00, 0xFE1F}, Range{0xFE30, 0xFE6F},   Range{0xFEFF, 0xFF0F},
    Range{0xFF1A, 0xFF20}, Range{0xFFF0, 0xFFFF}, Range{0x1F000, 0x1FBFF}, Range{0xE0000, 0x10FFFF},
};

bool separates(std::uint32_t point) {
  if (point < 0x80) {
    const char c = static_cast<char>(point);
    return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
  }
  for (const Range& range : kNoLetters) {
    if (point >= range.first && point <= range.last) return true;
  }
  return false;
}

/// The code point of the character `bytes`, one well-formed UTF-8 sequence.
std::uint32_t decode(std::string_view bytes) {
  constexpr std::array<std::uint32_t, 5> kMask{0, 0x7F, 0x1F, 0x0F, 0x07};
  std::uint32_t point = static_cast<unsigned char>(bytes[0]) & kMask.at(bytes.size());
  for (const char c : bytes.substr(1)) {
    point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return point;
}

/// Lower case for ASCII and the letters of Latin-1 (À to Þ, which are two bytes, C3 80 to C3 9E).
std::string lowered(std::string_view bytes) {
  std::string low = text::lower(bytes);
  const std::uint32_t point = decode(bytes);
  if (point >= 0xC0 && point <= 0xDE && point != 0xD7) low[1] = static_cast<char>(low[1] + 0x20);
  return low;
}

}  // namespace

std::string slug(std::string_view text, std::size_t longest) {
  std::string out;
  std::size_t length = 0;
  std::size_t word_end = 0;  // bytes of `out` up to the last whole word
  bool gap = false;
  std::size_t next = 0;
  for (std::size_t at = 0; at < text.size(); at = next) {
    next = at + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U) ++next;
    const std::string_view character = text.substr(at, next - at);
    if (character.size() > 4 || separates(decode(character))) {
      gap = !out.empty();
      if (gap) word_end = out.size();
      continue;
    }
    if (length + (gap ? 2 : 1) > longest) {
      // A long last word is cut rather than lost.
      return word_end > out.size() / 2 ? out.substr(0, word_end) : out;
    }
    if (gap) {
      out += '_';
      ++length;
      gap = false;
    }
    out += lowered(character);
    ++length;
  }
  return out;
}

}  // namespace dbmig::yaml
