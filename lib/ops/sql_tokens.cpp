#include "ops/sql_tokens.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace dbmig::ops {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// Both databases take every byte above 127 as a letter.
bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool continues_word(char c) {
  return starts_word(c) || is_digit(c) || c == '$';
}

/// Reads one token after the other off the front of a text.
class Scanner {
 public:
  Scanner(std::string_view sql, std::optional<DialectKind> dialect)
      : sql_(sql), mariadb_(dialect == DialectKind::mariadb) {}

  bool done() const { return at_ == sql_.size(); }
  /// Whether the last token ended because the text did.
  bool is_open() const { return open_; }

  Token next() {
    const std::size_t start = at_;
    const TokenKind kind = scan();
    return {kind, sql_.substr(start, at_ - start)};
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }

  void skip_while(bool (*accepts)(char)) {
    while (!done() && accepts(sql_[at_])) ++at_;
  }

  void skip_past(std::string_view end) {
    const auto found = sql_.find(end, at_);
    open_ = found == std::string_view::npos && end != "\n";
    at_ = found == std::string_view::npos ? sql_.size() : found + end.size();
  }

  /// From the opening mark past the closing one; a doubled mark is part of the text.
  void skip_quoted(char mark, bool escapes) {
    for (++at_; !done(); ++at_) {
      if (escapes && sql_[at_] == '\\') {
        if (at_ + 1 < sql_.size()) ++at_;
      } else if (sql_[at_] == mark) {
        if (peek(1) != mark) {
          ++at_;
          return;
        }
        ++at_;
      }
    }
    open_ = true;
  }

  bool starts_comment() const {
    if (peek() == '/' && peek(1) == '*') return true;
    if (mariadb_ && peek() == '#') return true;
    // MariaDB wants white space after the dashes: 5--3 is a subtraction there.
    if (peek() != '-' || peek(1) != '-') return false;
    return !mariadb_ || is_space(peek(2)) || at_ + 2 == sql_.size();
  }

  TokenKind scan() {
    const char c = peek();
    if (is_space(c)) {
      skip_while(is_space);
      return TokenKind::space;
    }
    if (starts_comment()) {
      if (c == '/') at_ += 2;
      skip_past(c == '/' ? "*/" : "\n");
      return TokenKind::comment;
    }
    if (c == '\'') {
      skip_quoted('\'', mariadb_);
      return TokenKind::string;
    }
    if (c == '"') {
      skip_quoted('"', mariadb_);
      return mariadb_ ? TokenKind::string : TokenKind::quoted_name;
    }
    if (c == '`') {
      skip_quoted('`', false);
      return TokenKind::quoted_name;
    }
    if (c == '[' && !mariadb_) {
      skip_past("]");
      return TokenKind::quoted_name;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return scan_number();
    if (starts_word(c)) return scan_word();
    ++at_;
    if (c == ':' || c == '@') skip_while(continues_word);
    return TokenKind::symbol;
  }

  TokenKind scan_number() {
    while (!done()) {
      const char c = sql_[at_];
      const bool sign = (c == '+' || c == '-') && (sql_[at_ - 1] == 'e' || sql_[at_ - 1] == 'E');
      if (!continues_word(c) && c != '.' && !sign) break;
      ++at_;
    }
    return TokenKind::number;
  }

  TokenKind scan_word() {
    const std::size_t start = at_;
    skip_while(continues_word);
    const std::string_view word = sql_.substr(start, at_ - start);
    if (peek() != '\'') return TokenKind::word;
    const std::string prefix = text::lower(word);
    if (prefix != "x" && prefix != "b" && prefix != "n" && prefix.front() != '_') {
      return TokenKind::word;
    }
    skip_quoted('\'', mariadb_);
    return TokenKind::string;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  bool mariadb_;
  bool open_ = false;
};

/// Words that one of the databases does not take as a bare name in an expression. Sources:
/// https://www.sqlite.org/lang_keywords.html, https://mariadb.com/kb/en/reserved-words/
constexpr std::array kReserved = {
    "add",         "all",      "alter",     "analyze",    "and",       "as",         "asc",
    "before",      "between",  "by",        "call",       "cascade",   "case",       "change",
    "check",       "collate",  "column",    "commit",     "condition", "constraint", "create",
    "cross",       "cursor",   "database",  "default",    "delete",    "desc",       "describe",
    "distinct",    "div",      "drop",      "each",       "else",      "escape",     "except",
    "exists",      "explain",  "fetch",     "float",      "for",       "force",      "foreign",
    "from",        "fulltext", "grant",     "group",      "having",    "if",         "ignore",
    "in",          "index",    "inner",     "insert",     "int",       "integer",    "intersect",
    "interval",    "into",     "is",        "isnull",     "iterate",   "join",       "key",
    "keys",        "kill",     "leading",   "leave",      "left",      "like",       "limit",
    "lines",       "load",     "lock",      "long",       "loop",      "match",      "mod",
    "natural",     "not",      "notnull",   "null",       "numeric",   "offset",     "on",
    "option",      "or",       "order",     "out",        "outer",     "over",       "partition",
    "precision",   "primary",  "procedure", "range",      "read",      "real",       "recursive",
    "references",  "regexp",   "release",   "rename",     "repeat",    "replace",    "require",
    "restrict",    "return",   "returning", "revoke",     "right",     "rows",       "schema",
    "select",      "set",      "show",      "signal",     "smallint",  "spatial",    "sql",
    "starting",    "straight", "table",     "terminated", "then",      "to",         "trailing",
    "transaction", "trigger",  "undo",      "union",      "unique",    "unlock",     "unsigned",
    "update",      "usage",    "use",       "using",      "values",    "varchar",    "when",
    "where",       "while",    "window",    "with",       "write",     "xor",        "zerofill",
};

bool needs_quotes(std::string_view name) {
  if (name.empty() || !starts_word(name.front())) return true;
  if (!std::all_of(name.begin(), name.end(), continues_word)) return true;
  const std::string word = text::lower(name);
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

}  // namespace

std::vector<Token> tokenize(std::string_view sql, std::optional<DialectKind> dialect) {
  std::vector<Token> tokens;
  Scanner scanner(sql, dialect);
  while (!scanner.done()) tokens.push_back(scanner.next());
  return tokens;
}

std::string_view not_closed(std::string_view sql, std::optional<DialectKind> dialect) {
  Scanner scanner(sql, dialect);
  TokenKind last = TokenKind::space;
  while (!scanner.done()) last = scanner.next().kind;
  if (!scanner.is_open()) return {};
  if (last == TokenKind::comment) return "comment";
  return last == TokenKind::string ? "string" : "quoted name";
}

bool is_name(const Token& token) {
  return token.kind == TokenKind::word || token.kind == TokenKind::quoted_name;
}

std::string identifier(const Token& token) {
  if (token.kind != TokenKind::quoted_name || token.text.size() < 2) return std::string(token.text);
  const char open = token.text.front();
  const std::string inner(token.text.substr(1, token.text.size() - 2));
  return open == '[' ? inner : text::replace_all(inner, std::string(2, open), std::string(1, open));
}

bool is_word(const Token& token, std::string_view word) {
  return token.kind == TokenKind::word && text::equals_ignoring_case(token.text, word);
}

std::string spelled_like(const Token& token, std::string_view name) {
  if (token.kind == TokenKind::quoted_name) {
    const char open = token.text.front();
    // A closing bracket cannot be written inside brackets.
    if (open != '[') return text::quote(name, open);
    if (name.find(']') == std::string_view::npos) return "[" + std::string(name) + "]";
    return text::quote(name, '`');
  }
  return needs_quotes(name) ? text::quote(name, '`') : std::string(name);
}

}  // namespace dbmig::ops
