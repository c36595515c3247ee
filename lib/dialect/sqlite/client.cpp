#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/closed.hpp"
#include "dialect/sqlite/dialect.hpp"
#include "ops/sql_tokens.hpp"

// How the sqlite3 shell reads a script: it gathers lines until one ends in a semicolon and what it
// has is complete, runs that up to its first error, and goes on with the next lines in any case. So
// that an error ends the whole script, no line of it ends in a semicolon before the last: each
// statement begins with the one that parts it from the statement before. Then the shell needs no
// `.bail on`, which is no SQL for those who feed the script in other ways, and between the first
// line and the last takes no line for a command of its own.
// Source: process_input() of shell.c; https://www.sqlite.org/cli.html

namespace dbmig::dialect::sqlite {
namespace {

bool is_gap(const ops::Token& token) {
  return token.kind == ops::TokenKind::space || token.kind == ops::TokenKind::comment;
}

/// Whether nothing but blanks stands between the start of its line and the end of `before`.
bool begins_line(std::string_view before) {
  const std::size_t last = before.find_last_not_of(" \t\r\f\v");
  return last == std::string_view::npos || before[last] == '\n';
}

/// Whether the line holds nothing more than blanks and comments.
bool ends_line(std::vector<ops::Token>::const_iterator next,
               std::vector<ops::Token>::const_iterator end) {
  for (; next != end && is_gap(*next); ++next) {
    if (next->text.find('\n') != std::string_view::npos) return true;
  }
  return next == end;
}

/// The shell takes a line of `/` or `go` alone for a semicolon.
bool is_line_terminator(const ops::Token& token) {
  return (token.kind == ops::TokenKind::symbol && token.text == "/") || ops::is_word(token, "go");
}

/// The shell drops a carriage return at the end of a line, also inside of a string.
bool loses_return(const ops::Token& token) {
  return (token.kind == ops::TokenKind::string || token.kind == ops::TokenKind::quoted_name) &&
         token.text.find("\r\n") != std::string_view::npos;
}

/// `literal` with its carriage returns written so that no line ends in one.
std::string with_written_returns(std::string_view literal) {
  std::string mark = "\\r";
  while (literal.find(mark) != std::string_view::npos) mark += 'r';
  return fmt::format("replace({}, '{}', char(13))",
                     text::replace_all(std::string(literal), "\r", mark), mark);
}

bool works_on_rows(const ops::Token& first) {
  for (const std::string_view verb : {"insert", "replace", "update", "delete", "with", "select"}) {
    if (ops::is_word(first, verb)) return true;
  }
  return false;
}

Error not_for_shell(std::string message, std::string hint, std::string_view sql) {
  return Error(ErrorCode::invalid, std::move(message)).hint(std::move(hint)).sql(std::string(sql));
}

}  // namespace

std::string SqliteDialect::for_client(std::string_view statement) const {
  if (const auto open = not_closed(statement)) {
    throw not_for_shell(open->reason, open->hint, statement);
  }
  const std::vector<std::string> parts = split_statements(statement);
  if (parts.size() != 1) {
    throw not_for_shell(parts.empty() ? "there is no SQL statement in the text"
                                      : "there is more than one SQL statement in the text",
                        "write exactly one statement there", statement);
  }
  const std::vector<ops::Token> tokens = ops::tokenize(parts.front(), DialectKind::sqlite);
  const auto first = std::find_if_not(tokens.begin(), tokens.end(), is_gap);
  std::string out;
  for (auto token = tokens.begin(); token != tokens.end(); ++token) {
    // A comment behind the semicolon would leave it at the end of its line.
    if (token == first) {
      if (!out.empty() && out.back() != '\n') out += '\n';
      out += ';';
    }
    if (is_line_terminator(*token) && begins_line(out) && ends_line(token + 1, tokens.end())) {
      out += "/**/ ";
    }
    if (loses_return(*token)) {
      if (token->kind != ops::TokenKind::string || !works_on_rows(*first)) {
        throw not_for_shell("the sqlite3 shell drops the carriage return of a line end in quotes",
                            "write the text without it, or run `dbmig upgrade`", statement);
      }
      out += with_written_returns(token->text);
    } else {
      out += token->text;
    }
  }
  return out + '\n';
}

ScriptFrame SqliteDialect::script_frame() const {
  // Rebuilt tables must not take their children with them. Whoever stops in the middle closes the
  // database, and that rolls back.
  return {
      "PRAGMA foreign_keys = OFF\n"
      "-- No line ends in a semicolon: the sqlite3 shell then reads all of this as one piece, and\n"
      "-- stops at the first error; nothing is changed then.\n"
      ";BEGIN IMMEDIATE\n\n",
      ";COMMIT\n;PRAGMA foreign_keys = ON\n;\n"};
}

}  // namespace dbmig::dialect::sqlite
