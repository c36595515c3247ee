#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"
#include "yaml/emit.hpp"
#include "yaml/scalar.hpp"

namespace dbmig::yaml {
namespace {

/// The code point that begins at `i` of well-formed UTF-8, moving `i` behind it; a byte that begins
/// none is taken as itself.
std::uint32_t take_code_point(std::string_view s, std::size_t& i) {
  const auto byte = [&](std::size_t at) {
    return at < s.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(s[at])) : 0U;
  };
  const std::uint32_t first = byte(i);
  std::size_t length = 1;
  std::uint32_t point = first;
  if (first >= 0xF0U) {
    length = 4;
    point = first & 0x07U;
  } else if (first >= 0xE0U) {
    length = 3;
    point = first & 0x0FU;
  } else if (first >= 0xC0U) {
    length = 2;
    point = first & 0x1FU;
  }
  for (std::size_t k = 1; k < length; ++k) point = (point << 6U) | (byte(i + k) & 0x3FU);
  i += length;
  return point;
}

/// Not printable in YAML, or invisible or a line break to some readers. The zero-width joiners
/// stay: emoji and several alphabets are written with them.
bool needs_escape(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point <= 0xA0) || point == 0xAD || point == 0x200B ||
         point == 0x200E || point == 0x200F || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF ||
         (point >= 0xFFF0 && point <= 0xFFFB) || (point & 0xFFFEU) == 0xFFFEU;
}

bool has_unprintable(std::string_view text, std::string_view except) {
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (needs_escape(take_code_point(text, i)) && except.find(c) == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const std::uint32_t point = take_code_point(text, i);
    if (point == '"' || point == '\\') {
      out += '\\';
      out += static_cast<char>(point);
    } else if (point == '\n') {
      out += "\\n";
    } else if (point == '\t') {
      out += "\\t";
    } else if (point == '\r') {
      out += "\\r";
    } else if (!needs_escape(point)) {
      out += text.substr(start, i - start);
    } else if (point <= 0xFF) {
      out += fmt::format("\\x{:02X}", point);
    } else if (point <= 0xFFFF) {
      out += fmt::format("\\u{:04X}", point);
    } else {
      out += fmt::format("\\U{:08X}", point);
    }
  }
  return out + '"';
}

bool can_be_plain(std::string_view text, bool in_flow) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (is_ambiguous(text) || has_unprintable(text, {})) return false;
  constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@`=<";
  if (kIndicators.find(text.front()) != std::string_view::npos) return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) {
    return false;
  }
  if (text.back() == ':' || text.starts_with("...")) return false;
  // yaml-cpp ends a plain text inside [ ] and { } at '?' too; and a person could take `(a, b)` for
  // one text, as NodeBuilder does.
  if (in_flow &&
      std::count(text.begin(), text.end(), '(') != std::count(text.begin(), text.end(), ')')) {
    return false;
  }
  return !in_flow || text.find_first_of(",[]{}?") == std::string_view::npos;
}

}  // namespace

std::string quoted_scalar(std::string_view text) {
  const bool escapes = has_unprintable(text, {});
  const bool marks = text.find_first_of("\"\\") != std::string_view::npos;
  if (marks && !escapes) return text::quote(text, '\'');
  return double_quoted(text);
}

std::string scalar(std::string_view text, bool in_flow) {
  return can_be_plain(text, in_flow) ? std::string(text) : quoted_scalar(text);
}

bool is_block_text(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || has_unprintable(text, "\n\t")) return false;
  // A first line that is empty or indented would need an indentation indicator, and more than one
  // line end at the end a `+`: rare enough for quotes, which show what is there.
  if (text.front() == ' ' || text.front() == '\t' || text.front() == '\n') return false;
  if (text.ends_with("\n\n")) return false;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', end + 1)) {
    // Editors strip blanks at line ends, which would change the text.
    if (text[end - 1] == ' ' || text[end - 1] == '\t') return false;
    if (end + 1 < text.size() && text[end + 1] == '\t') return false;
  }
  return text.back() != ' ' && text.back() != '\t';
}

}  // namespace dbmig::yaml
