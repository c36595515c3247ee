#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect::sqlite {

/// A place in a tokenized statement, for the readers in parse_create.hpp. `sql` must outlive it.
class Cursor {
 public:
  explicit Cursor(std::string_view sql) : sql_(sql), tokens_(tokenize(sql)) {}

  bool at_end() const { return at_ >= tokens_.size(); }
  /// The token `ahead` of the current one, or nothing behind the last.
  const Token* peek(std::size_t ahead = 0) const;
  bool is(std::string_view keyword, std::size_t ahead = 0) const;
  bool is_symbol(char c, std::size_t ahead = 0) const;

  /// Moves past the keyword, keywords or symbol when they stand here, else stays.
  bool accept(std::string_view keyword);
  bool accept(std::string_view first, std::string_view second);
  bool accept_symbol(char c);
  /// The same, but throws Error{invalid} naming what stands here instead.
  void expect(std::string_view keyword);
  void expect_symbol(char c);

  const Token& next();
  /// A name in any quotes.
  std::string name();
  /// `name` or `schema.name`; the schema is dropped.
  std::string qualified_name();
  /// What stands between `(` here and its `)`, which is passed; without the parentheses.
  std::string parenthesised();
  /// The parts of a parenthesised list, cut at its own commas.
  std::vector<std::string> list();
  /// Moves past everything up to an own `,` or `)` and gives it back.
  std::string until_comma();
  /// From the current token to the end of the statement.
  std::string rest();

  /// The place of the current token, for text_since().
  std::size_t mark() const { return at_; }
  /// From the token at `mark` to the one before the current, as it stands in the statement.
  std::string text_since(std::size_t mark) const { return text_between(mark, at_); }

  [[noreturn]] void fail(std::string_view expected) const;

 private:
  std::string text_between(std::size_t first, std::size_t last) const;

  std::string_view sql_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace dbmig::dialect::sqlite
