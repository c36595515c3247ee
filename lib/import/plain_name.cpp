#include "import/plain_name.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

namespace dbmig::import {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::string cut_name(std::string_view name, std::size_t most) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (!is_continuation(name[at]) && ++characters > most) return std::string(name.substr(0, at));
  }
  return std::string(name);
}

std::string plain_name(std::string_view name) {
  constexpr unsigned char kBeyondAscii = 0x80;
  constexpr unsigned char kBeyondBmp = 0xF0;  // MariaDB has no names with such characters
  std::string out;
  bool is_left_out = false;
  for (const char c : text::lower(text::trim(name))) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_left_out && is_continuation(c)) continue;
    is_left_out = byte >= kBeyondBmp;
    const bool stays = (byte >= kBeyondAscii && !is_left_out) || ascii::is_alphanumeric(c);
    out.push_back(stays ? c : '_');
  }
  return cut_name(out, kMaxNameCharacters);
}

std::string brief_name(std::string_view name) {
  std::string out;
  for (const char c : plain_name(name)) {
    if (c != '_' || (!out.empty() && out.back() != '_')) out.push_back(c);
  }
  if (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

}  // namespace dbmig::import
