#include "yaml/scalar.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/text.hpp"

namespace dbmig::yaml {
namespace {

using ascii::is_digit;

std::string_view without_sign(std::string_view s) {
  if (!s.empty() && (s.front() == '-' || s.front() == '+')) s.remove_prefix(1);
  return s;
}

bool all_of_class(std::string_view s, std::string_view allowed) {
  return !s.empty() && s.find_first_not_of(allowed) == std::string_view::npos;
}

std::string_view take_digits(std::string_view& s) {
  const auto end = std::find_if_not(s.begin(), s.end(), is_digit);
  const auto n = static_cast<std::size_t>(end - s.begin());
  const std::string_view digits = s.substr(0, n);
  s.remove_prefix(n);
  return digits;
}

/// [-+]? ( \.[0-9]+ | [0-9]+ ( \.[0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_decimal(std::string_view s) {
  s = without_sign(s);
  const bool whole = !take_digits(s).empty();
  if (!s.empty() && s.front() == '.') {
    s.remove_prefix(1);
    if (take_digits(s).empty() && !whole) return false;
  } else if (!whole) {
    return false;
  }
  if (s.empty()) return true;
  if (s.front() != 'e' && s.front() != 'E') return false;
  s.remove_prefix(1);
  s = without_sign(s);
  return !take_digits(s).empty() && s.empty();
}

bool is_number(std::string_view s) {
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  if (s.starts_with("0x")) return all_of_class(s.substr(2), kHex);
  if (s.starts_with("0o")) return all_of_class(s.substr(2), "01234567");
  if (is_decimal(s)) return true;
  const std::string_view bare = without_sign(s);
  return bare == ".inf" || bare == ".Inf" || bare == ".INF" || s == ".nan" || s == ".NaN" ||
         s == ".NAN";
}

template <std::size_t N>
bool is_one_of(std::string_view s, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), s) != words.end();
}

/// The three spellings that YAML allows: word, Word, WORD.
template <std::size_t N>
bool is_word(std::string_view s, const std::array<std::string_view, N>& words) {
  const std::string low = text::lower(s);
  if (!is_one_of(low, words)) return false;
  std::string title = low;
  title[0] = text::upper(low)[0];
  return s == low || s == title || s == text::upper(low);
}

constexpr std::array<std::string_view, 2> kBooleans{"true", "false"};
constexpr std::array<std::string_view, 1> kNull{"null"};
constexpr std::array<std::string_view, 6> kOldBooleans{"true", "false", "yes", "no", "on", "off"};

}  // namespace

ScalarKind scalar_kind(std::string_view plain) {
  if (plain.empty() || plain == "~" || is_word(plain, kNull)) return ScalarKind::null;
  if (is_word(plain, kBooleans)) return ScalarKind::boolean;
  return is_number(plain) ? ScalarKind::number : ScalarKind::string;
}

bool is_ambiguous(std::string_view text) {
  if (scalar_kind(text) != ScalarKind::string || text == "<<" || text == "=") return true;
  if (is_one_of(text::lower(text), kOldBooleans)) return true;
  // YAML 1.1 also knows 1_000, 0b1, 12:30:00 and dates: anything of digits and these signs.
  if (text.starts_with("0b")) return all_of_class(text.substr(2), "01_");
  const std::string_view bare = without_sign(text);
  return !bare.empty() && is_digit(bare.front()) && all_of_class(bare, "0123456789_:.-+eE");
}

}  // namespace dbmig::yaml
