#include "diagram/plain_text.hpp"

#include "base/text.hpp"

namespace dbmig::diagram {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::size_t good = text::find_invalid_utf8(text).value_or(text.size());
    for (const char c : text.substr(0, good)) {
      line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    }
    text.remove_prefix(good);
    if (text.empty()) break;
    line += "\xEF\xBF\xBD";
    text.remove_prefix(1);
  }
  // U+FFFE and U+FFFF are well-formed and yet in no XML.
  line = text::replace_all(std::move(line), "\xEF\xBF\xBE", "\xEF\xBF\xBD");
  return text::replace_all(std::move(line), "\xEF\xBF\xBF", "\xEF\xBF\xBD");
}

bool is_plain_word(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (const char c : text) {
    if (!is_word_character(c)) return false;
  }
  return true;
}

std::string as_word(std::string_view text, std::string_view also) {
  std::string word;
  for (const char c : text) {
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    const bool stays = !is_ascii || is_word_character(c) || also.find(c) != std::string_view::npos;
    word += stays ? c : '_';
  }
  return word.empty() ? "_" : word;
}

}  // namespace dbmig::diagram
