#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/settings.hpp"

// How the mariadb client reads a script: line by line, see read_and_execute() and add_line() of its
// client/mysql.cc. Source: https://mariadb.com/kb/en/mariadb-command-line-client/

namespace dbmig::dialect::mariadb {
namespace {

/// What the client takes for a command of its own where a statement could begin.
constexpr std::array<std::string_view, 27> kCommands = {"charset",
                                                        "clear",
                                                        "connect",
                                                        "costs",
                                                        "delimiter",
                                                        "edit",
                                                        "ego",
                                                        "exit",
                                                        "go",
                                                        "help",
                                                        "notee",
                                                        "nopager",
                                                        "nowarning",
                                                        "pager",
                                                        "print",
                                                        "prompt",
                                                        "quit",
                                                        "rehash",
                                                        "sandbox",
                                                        "source",
                                                        "status",
                                                        "system",
                                                        "tee",
                                                        "use",
                                                        "warnings",
                                                        "resetconnection",
                                                        "query_attributes"};

Error not_for_client(std::string message, std::string hint, std::string_view sql) {
  return Error(ErrorCode::invalid, std::move(message)).hint(std::move(hint)).sql(std::string(sql));
}

/// Whether nothing but blanks stands before `offset` in its line.
bool begins_line(std::string_view sql, std::size_t offset) {
  const std::size_t last = sql.substr(0, offset).find_last_not_of(" \t\r\f\v");
  return last == std::string_view::npos || sql[last] == '\n';
}

/// Whether the client changes the line ends in `quoted`: it drops the carriage return before one,
/// and the one behind a line that begins with DELIMITER.
bool loses_line_ends(std::string_view quoted) {
  return quoted.find("\r\n") != std::string_view::npos ||
         text::lower(quoted).find("\ndelimiter") != std::string::npos;
}

/// A string literal as it stands in the text, with its line ends as escapes.
std::string with_escaped_line_ends(std::string_view literal) {
  std::string out;
  bool escaped = false;
  for (const char c : literal) {
    if (c == '\r' || c == '\n') {
      if (!escaped) out += '\\';
      out += c == '\r' ? 'r' : 'n';
      escaped = false;
      continue;
    }
    escaped = c == '\\' && !escaped;
    out += c;
  }
  return out;
}

void refuse_commands(const std::vector<Token>& tokens, std::string_view sql) {
  const std::string first = text::lower(tokens.front().text);
  const bool is_command = tokens.front().kind == TokenKind::word &&
                          std::find(kCommands.begin(), kCommands.end(), first) != kCommands.end();
  if (is_command) {
    throw not_for_client(fmt::format("the mariadb client would take '{}' for a command of its own",
                                     sql.substr(0, sql.find('\n'))),
                         "a revision holds SQL statements for one database", sql);
  }
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    // `\N` is NULL.
    if (tokens[i].kind != TokenKind::symbol || tokens[i].text != "\\") continue;
    if (tokens[i + 1].text == "N" && tokens[i + 1].begin == tokens[i].finish) continue;
    throw not_for_client("a backslash outside of quotes is a command of the mariadb client",
                         "remove it", sql);
  }
}

/// `sql` with what the client would read otherwise written in another way.
std::string as_read(const std::vector<Token>& tokens, std::string_view sql) {
  std::string out;
  std::size_t done = 0;
  for (const Token& token : tokens) {
    const std::string_view written = sql.substr(token.begin, token.finish - token.begin);
    const bool changed = loses_line_ends(written);
    if (changed && token.kind == TokenKind::name) {
      throw not_for_client("the mariadb client changes the line ends of a name",
                           "name it in one line", sql);
    }
    // The client looks for DELIMITER at the start of every line.
    const bool delimits = token.kind == TokenKind::word &&
                          text::equals_ignoring_case(token.text.substr(0, 9), "delimiter") &&
                          begins_line(sql, token.begin);
    if (!delimits && !(changed && token.kind == TokenKind::string)) continue;
    out += sql.substr(done, token.begin - done);
    out += delimits ? "/**/ " + std::string(written) : with_escaped_line_ends(written);
    done = token.finish;
  }
  out += sql.substr(done);
  return out;
}

/// Whether one stands where the client, which does not look at versions, takes it for the end.
bool has_semicolon(std::string_view sql) {
  const std::vector<Token> tokens = tokenize(sql, Versions::all);
  return std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.kind == TokenKind::symbol && token.text == ";";
  });
}

/// A delimiter that stands nowhere in `sql`.
std::string delimiter_for(std::string_view sql) {
  std::string delimiter = "$$";
  while (sql.find(delimiter) != std::string_view::npos) delimiter += '$';
  return delimiter;
}

}  // namespace

std::string MariadbDialect::for_client(std::string_view statement) const {
  if (statement.find('\0') != std::string_view::npos) {
    throw not_for_client("the SQL contains a zero byte", "remove it", statement);
  }
  const std::vector<std::string> parts = split_statements(statement);
  if (parts.size() != 1) {
    throw not_for_client(parts.empty() ? "there is no SQL statement in the text"
                                       : "there is more than one SQL statement in the text",
                         "write exactly one statement there", statement);
  }
  const std::string_view sql = parts.front();
  const std::vector<Token> tokens = tokenize(sql);
  refuse_commands(tokens, sql);
  const std::string text = as_read(tokens, sql);
  // A comment at the end may run to the end of its line.
  const bool ends_in_comment = tokens.size() > 1 && tokens[tokens.size() - 2].finish < sql.size();
  if (!has_semicolon(sql)) return text + (ends_in_comment ? "\n;\n" : ";\n");
  const std::string delimiter = delimiter_for(text);
  return fmt::format("DELIMITER {0}\n{1}\n{0}\nDELIMITER ;\n", delimiter, text);
}

ScriptFrame MariadbDialect::script_frame() const {
  // The client stops at the first error; a transaction that is open then is rolled back.
  return {fmt::format("SET NAMES utf8mb4;\n{};\n\n", kSessionSettings), ""};
}

}  // namespace dbmig::dialect::mariadb
