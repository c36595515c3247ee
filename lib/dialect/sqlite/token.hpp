#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbmig::dialect::sqlite {

/// A token of SQLite's SQL. White space and comments are not tokens but the gaps between them.
/// Source: https://www.sqlite.org/src/file/src/tokenize.c
struct Token {
  enum class Kind {
    word,      ///< an unquoted name or a keyword
    quoted,    ///< "x", `x` or [x]: a name (or, by SQLite's leniency, a text)
    string,    ///< 'x'
    number,    ///< 5, 0x1F, 1.5e3
    blob,      ///< x'00'
    variable,  ///< ?1, :x, @x, $x
    symbol,    ///< one character of an operator or punctuation
  };
  Kind kind = Kind::symbol;
  std::string_view text;   ///< as written; refers to the text that was tokenized
  std::size_t offset = 0;  ///< of `text` in it

  std::size_t end() const { return offset + text.size(); }
  /// An unquoted word equal to `keyword`, ignoring case.
  bool is_word(std::string_view keyword) const;
  bool is_symbol(char c) const { return kind == Kind::symbol && text.front() == c; }
  /// Can stand for a name: a word, or anything quoted. SQLite takes 'x' for a name too.
  bool can_be_name() const;
  /// The text without its quotes and with doubled quotes undone.
  std::string value() const;
};

/// Never fails: an unclosed quote or comment runs to the end of the text.
std::vector<Token> tokenize(std::string_view sql);

}  // namespace dbmig::dialect::sqlite
