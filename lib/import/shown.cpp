#include "import/shown.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace dbmig::import {
namespace {

constexpr std::size_t kShownCharacters = 60;

}  // namespace

std::string shown(std::string_view value) {
  std::string out = "'";
  std::size_t characters = 0;
  const std::size_t broken = text::find_invalid_utf8(value).value_or(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    const bool continues = i < broken && (c & 0xC0U) == 0x80U;
    if (!continues && characters++ == kShownCharacters) {
      out += "…";
      break;
    }
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7F || (i >= broken && c >= 0x80)) {
      out += fmt::format("\\x{:02X}", c);
    } else {
      out.push_back(value[i]);
    }
  }
  return out + "'";
}

}  // namespace dbmig::import
