#include "base/glob.hpp"

#include <cstddef>

namespace dbmig::text {
namespace {

char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Of a pattern's one-character part: how long it is, and whether it takes `c`.
struct Part {
  std::size_t length = 1;
  bool takes = false;
};

/// `[…]` at the start of `pattern`; without its end it is a bracket like any character.
Part read_set(std::string_view pattern, char c) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && pattern[at] == '!';
  if (negated) ++at;
  bool found = false;
  for (const std::size_t first = at; at < pattern.size(); ++at) {
    if (pattern[at] == ']' && at > first) return {at + 1, found != negated};
    const bool is_range =
        at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']';
    const char low = folded(pattern[at]);
    const char high = is_range ? folded(pattern[at + 2]) : low;
    found = found || (low <= folded(c) && folded(c) <= high);
    if (is_range) at += 2;
  }
  return {1, c == '['};
}

Part read_part(std::string_view pattern, char c) {
  if (pattern[0] == '?') return {1, true};
  if (pattern[0] == '[') return read_set(pattern, c);
  if (pattern[0] == '\\' && pattern.size() > 1) return {2, folded(pattern[1]) == folded(c)};
  return {1, folded(pattern[0]) == folded(c)};
}

}  // namespace

bool matches_glob(std::string_view s, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  // Where to go on when what follows the last `*` does not fit: it takes one character more.
  std::size_t star = std::string_view::npos;
  std::size_t star_at = 0;
  while (at < s.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      star_at = at;
      continue;
    }
    if (in_pattern < pattern.size()) {
      const Part part = read_part(pattern.substr(in_pattern), s[at]);
      if (part.takes) {
        in_pattern += part.length;
        ++at;
        continue;
      }
    }
    if (star == std::string_view::npos) return false;
    in_pattern = star + 1;
    at = ++star_at;
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

}  // namespace dbmig::text
