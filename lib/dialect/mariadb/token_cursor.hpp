#pragma once

#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"

namespace dbmig::dialect::mariadb {

/// Thrown inside of parsers only, for what they do not know.
struct ParseError {};

/// A place in a list of tokens that ends with an `end` token, for parsers. What is expected and not
/// there throws ParseError.
class TokenCursor {
 public:
  TokenCursor(const std::vector<Token>& tokens, std::size_t& position)
      : tokens_(tokens), pos_(position) {}

  const Token& peek(std::size_t ahead = 0) const {
    return pos_ + ahead < tokens_.size() ? tokens_[pos_ + ahead] : tokens_.back();
  }
  bool is_word(std::string_view word, std::size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::word &&
           text::equals_ignoring_case(peek(ahead).text, word);
  }
  bool is_symbol(std::string_view symbol, std::size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::symbol && peek(ahead).text == symbol;
  }
  bool take_word(std::string_view word) {
    if (!is_word(word)) return false;
    ++pos_;
    return true;
  }
  bool take_symbol(std::string_view symbol) {
    if (!is_symbol(symbol)) return false;
    ++pos_;
    return true;
  }
  void expect_word(std::string_view word) {
    if (!take_word(word)) throw ParseError{};
  }
  void expect_symbol(std::string_view symbol) {
    if (!take_symbol(symbol)) throw ParseError{};
  }

 protected:
  const std::vector<Token>& tokens_;
  std::size_t& pos_;
};

}  // namespace dbmig::dialect::mariadb
