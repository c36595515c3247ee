#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::dialect::mariadb {

enum class TokenKind {
  word,      ///< keyword or bare identifier, as written
  name,      ///< `quoted identifier`, unquoted
  string,    ///< 'text' or "text", decoded
  number,    ///< as written
  literal,   ///< x'41', 0x41, b'01', 0b01: as written
  variable,  ///< @x, @@x, ?: as written
  symbol,    ///< operator or punctuation
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  std::size_t begin = 0;  ///< offsets into the input
  std::size_t finish = 0;
};

/// Whose code in `/*!NNNNNN … */` is read.
enum class Versions {
  known,  ///< that of servers up to 10.11
  all,    ///< that of any server, for those who ask what may run at all
};

/// The tokens of MariaDB SQL under dbmig's sql_mode (backslash escapes, "x" is a string), ended by
/// one `end` token. Comments are dropped; the content of `/*! … */` is code as `versions` says.
/// Throws Error{invalid} for a string, name or comment that is not closed. Source:
/// https://mariadb.com/kb/en/string-literals/ and /comment-syntax/
std::vector<Token> tokenize(std::string_view sql, Versions versions = Versions::known);

/// Whether `word` cannot stand as an identifier without quotes. Source:
/// https://mariadb.com/kb/en/reserved-words/
bool is_reserved(std::string_view word);

/// `name` bare where that is safe, else in backticks.
std::string readable_name(std::string_view name);

/// A string literal with quotes doubled and control characters and backslashes escaped, as
/// MariaDB's own SHOW CREATE TABLE does: equal texts for equal values.
std::string string_literal(std::string_view value);

}  // namespace dbmig::dialect::mariadb
