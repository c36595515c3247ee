#include "dialect/mariadb/statement_starts.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace dbmig::dialect::mariadb {
namespace {

bool is_any(const std::vector<Token>& tokens, std::size_t i,
            std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_word(tokens, i, word); });
}

/// Past the conditions of `HANDLER FOR …`, which begin at `i`: names, numbers, SQLSTATE [VALUE]
/// 'x', NOT FOUND, parted by commas.
std::size_t past_conditions(const std::vector<Token>& tokens, std::size_t i) {
  while (i < tokens.size()) {
    if (is_word(tokens, i, "sqlstate")) {
      i += is_word(tokens, i + 1, "value") ? 3 : 2;
    } else {
      i += is_word(tokens, i, "not") ? 2 : 1;
    }
    if (!is_symbol(tokens, i, ",")) break;
    ++i;
  }
  return i;
}

}  // namespace

bool is_word(const std::vector<Token>& tokens, std::size_t i, std::string_view word) {
  return i < tokens.size() && tokens[i].kind == TokenKind::word &&
         text::equals_ignoring_case(tokens[i].text, word);
}

bool is_symbol(const std::vector<Token>& tokens, std::size_t i, std::string_view symbol) {
  return i < tokens.size() && tokens[i].kind == TokenKind::symbol && tokens[i].text == symbol;
}

std::vector<std::size_t> statement_starts(const std::vector<Token>& tokens) {
  std::vector<std::size_t> starts;
  const auto add = [&](std::size_t i) {
    if (i < tokens.size() && tokens[i].kind != TokenKind::end) starts.push_back(i);
  };
  add(0);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (is_symbol(tokens, i, ";") || is_symbol(tokens, i, ":") ||
        is_any(tokens, i, {"begin", "then", "else", "do", "loop", "repeat", "row"})) {
      // BEGIN NOT ATOMIC
      const bool is_compound = is_word(tokens, i, "begin") && is_word(tokens, i + 1, "not");
      add(i + (is_compound ? 3 : 1));
    } else if (is_word(tokens, i, "handler") && is_word(tokens, i + 1, "for")) {
      add(past_conditions(tokens, i + 2));
    }
  }
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  return starts;
}

}  // namespace dbmig::dialect::mariadb
