#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect_kind.hpp"

namespace dbmig::ops {

/// A lexical part of an SQL text.
enum class TokenKind {
  word,         ///< an unquoted identifier or keyword
  quoted_name,  ///< `x`, and outside MariaDB "x" and [x]
  string,       ///< '…' with its prefix (x'41', _utf8mb4'…'); on MariaDB also "…"
  number,
  comment,
  space,
  symbol,  ///< one character, or a bind or user variable (:name, @name)
};

struct Token {
  TokenKind kind = TokenKind::symbol;
  std::string_view text;  ///< a part of the text that was cut up, which must outlive it
};

/// Cuts `sql` up without losing a byte: the texts joined give `sql` again. Never throws: what is
/// not closed reaches to the end. Without `dialect` the text is meant for every database: "x" and
/// [x] are names and a backslash is an ordinary character, as in SQLite and in standard SQL. On
/// MariaDB "x" is a string, a backslash escapes, and `#` starts a comment.
std::vector<Token> tokenize(std::string_view sql, std::optional<DialectKind> dialect);

/// What of `sql` is not closed at its end: "comment", "string" or "quoted name"; empty when all is.
std::string_view not_closed(std::string_view sql, std::optional<DialectKind> dialect);

/// The name that a word or quoted name stands for, without its quotes.
std::string identifier(const Token& token);

bool is_name(const Token& token);

/// Whether the token is the unquoted word `word`, in any case.
bool is_word(const Token& token, std::string_view word);

/// `name` in place of `token`: quoted as the token was; where the token was a plain word, quoted
/// with backticks (which both databases take) only when the name needs it.
std::string spelled_like(const Token& token, std::string_view name);

}  // namespace dbmig::ops
