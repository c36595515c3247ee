#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect/mariadb/lexer.hpp"

namespace dbmig::backend::mariadb {

/// A place in the tokens of a text that the server printed.
class CreateReader {
 public:
  explicit CreateReader(std::string_view sql);

  const dialect::mariadb::Token& peek(std::size_t ahead = 0) const;
  bool at_end() const { return peek().kind == dialect::mariadb::TokenKind::end; }
  bool is_word(std::string_view word, std::size_t ahead = 0) const;
  bool is_symbol(std::string_view symbol, std::size_t ahead = 0) const;
  bool is_name(std::size_t ahead = 0) const;

  /// Steps over the token and gives it.
  const dialect::mariadb::Token& take();
  /// Steps over the words when all of them stand here.
  bool accept(std::string_view first, std::string_view second = {}, std::string_view third = {});
  bool accept_symbol(std::string_view symbol);
  /// Throws Error{failed} when it is not there.
  void expect_symbol(std::string_view symbol);
  std::string name();

  /// From `(` here to its `)`: steps over both and gives the text between them.
  std::string parenthesized();
  /// `(a, b, c)` of names.
  std::vector<std::string> names();

  /// The text from a token's begin to another's end.
  std::string text_between(std::size_t begin, std::size_t finish) const;
  std::size_t last_finish() const;
  [[noreturn]] void fail() const;

 private:
  std::string_view sql_;
  std::vector<dialect::mariadb::Token> tokens_;
  std::size_t pos_ = 0;
};

}  // namespace dbmig::backend::mariadb
