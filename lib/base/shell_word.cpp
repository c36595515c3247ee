#include "base/shell_word.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/text.hpp"

namespace dbmig {

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "-_./=:@%+,";
  // Some shells replace a word that begins with `=`.
  const bool is_plain =
      !text.starts_with('=') && !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return ascii::is_alphanumeric(c) || kPlain.find(c) != std::string_view::npos;
      });
  if (is_plain) return std::string(text);
  return '\'' + text::replace_all(std::string(text), "'", "'\\''") + '\'';
}

}  // namespace dbmig
