#include "dialect/sqlite/token.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dbmig::dialect::sqlite {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool continues_word(char c) {
  return starts_word(c) || is_digit(c) || c == '$';
}

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    while (skip_gap()) {
      const std::size_t start = at_;
      const Token::Kind kind = scan();
      tokens.push_back({kind, sql_.substr(start, at_ - start), start});
    }
    return tokens;
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }

  // To the next token; false at the end of the text.
  bool skip_gap() {
    while (at_ < sql_.size()) {
      if (is_space(peek())) {
        ++at_;
      } else if (peek() == '-' && peek(1) == '-') {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (peek() == '/' && peek(1) == '*') {
        const auto close = sql_.find("*/", at_ + 2);
        at_ = close == std::string_view::npos ? sql_.size() : close + 2;
      } else if (at_ == 0 && sql_.substr(0, 3) == "\xEF\xBB\xBF") {
        at_ = 3;
      } else {
        return true;
      }
    }
    return false;
  }

  Token::Kind scan() {
    const char c = peek();
    if (c == '\'') return scan_quoted('\''), Token::Kind::string;
    if (c == '"' || c == '`') return scan_quoted(c), Token::Kind::quoted;
    if (c == '[') {
      at_ = std::min(sql_.find(']', at_), sql_.size() - 1) + 1;
      return Token::Kind::quoted;
    }
    if ((c == 'x' || c == 'X') && peek(1) == '\'') {
      ++at_;
      scan_quoted('\'');
      return Token::Kind::blob;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return scan_number(), Token::Kind::number;
    if (starts_word(c)) return scan_while(continues_word), Token::Kind::word;
    ++at_;
    if (c == '?') return scan_while(is_digit), Token::Kind::variable;
    if ((c == ':' || c == '@' || c == '$' || c == '#') && continues_word(peek())) {
      return scan_while(continues_word), Token::Kind::variable;
    }
    return Token::Kind::symbol;
  }

  void scan_quoted(char mark) {
    ++at_;
    while (at_ < sql_.size()) {
      if (peek() == mark) {
        if (peek(1) != mark) {
          ++at_;
          return;
        }
        ++at_;
      }
      ++at_;
    }
  }

  void scan_number() {
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2))) {
      at_ += 2;
      scan_while(is_hex);
      return;
    }
    scan_while(is_digit);
    if (peek() == '.') {
      ++at_;
      scan_while(is_digit);
    }
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(1 + sign))) {
      at_ += 1 + sign;
      scan_while(is_digit);
    }
  }

  template <class Predicate>
  void scan_while(Predicate predicate) {
    while (at_ < sql_.size() && predicate(sql_[at_])) ++at_;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

}  // namespace

bool Token::is_word(std::string_view keyword) const {
  return kind == Kind::word && text::equals_ignoring_case(text, keyword);
}

bool Token::can_be_name() const {
  return kind == Kind::word || kind == Kind::quoted || kind == Kind::string;
}

std::string Token::value() const {
  if ((kind != Kind::quoted && kind != Kind::string) || text.empty()) return std::string(text);
  const char mark = text.front();
  const char close = mark == '[' ? ']' : mark;
  std::string_view inner = text.substr(1);
  if (!inner.empty() && inner.back() == close) inner.remove_suffix(1);
  if (mark == '[') return std::string(inner);
  return text::replace_all(std::string(inner), std::string(2, mark), std::string(1, mark));
}

std::vector<Token> tokenize(std::string_view sql) {
  return Scanner(sql).run();
}

}  // namespace dbmig::dialect::sqlite
