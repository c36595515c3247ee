#include "schema/type_words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace dbmig::schema {
namespace {

/// Cuts a type's text into words, numbers, quoted strings and `(`, `)`, `,`.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    if (at_ == text_.size()) return {};
    const char c = text_[at_];
    if (c == '\'' || c == '"') return string(c);
    const std::size_t start = at_;
    if (is_digit(c)) {
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
      return {Token::Kind::number, std::string(text_.substr(start, at_ - start))};
    }
    if (is_letter(c)) {
      while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
      return {Token::Kind::word, text::lower(text_.substr(start, at_ - start))};
    }
    ++at_;
    return {Token::Kind::symbol, std::string(1, c)};
  }

 private:
  static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
  }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  // Bytes of other alphabets are letters here, so that they stay together in the message.
  static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  }

  Token string(char mark) {
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == mark) {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != mark) {
          ++at_;
          return {Token::Kind::string, std::move(value)};
        }
        ++at_;
      }
      value += text_[at_];
    }
    throw Error(ErrorCode::invalid, fmt::format("a quote is not closed in type '{}'", text_))
        .hint("write a quote inside a value twice: 'it''s'");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool take_modifier(TypeWords& parts, const std::string& word) {
  if (word == "unsigned") {
    parts.is_unsigned = true;
  } else if (word == "zerofill") {
    // MariaDB: "If you specify ZEROFILL, the column will be set to UNSIGNED".
    parts.is_unsigned = true;
    parts.zerofill = true;
  } else {
    return word == "signed";
  }
  return true;
}

std::vector<Token> take_arguments(Lexer& lexer, std::string_view text) {
  std::vector<Token> arguments;
  while (true) {
    Token argument = lexer.next();
    if (argument.kind != Token::Kind::number && argument.kind != Token::Kind::string) {
      throw malformed_type(text, "a number or a quoted value should stand inside the parentheses");
    }
    arguments.push_back(std::move(argument));
    const Token after = lexer.next();
    if (after.text == ")" && after.kind == Token::Kind::symbol) return arguments;
    if (after.kind == Token::Kind::end) throw malformed_type(text, "the parenthesis is not closed");
    if (after.text != "," || after.kind != Token::Kind::symbol) {
      throw malformed_type(text, "values inside the parentheses are separated by commas");
    }
  }
}

}  // namespace

Error malformed_type(std::string_view text, std::string_view why) {
  return Error(ErrorCode::invalid, fmt::format("type '{}' cannot be read: {}", text, why))
      .hint("types are written as in SQL: varchar(64), decimal(10,2) unsigned, enum('a','b')");
}

Error not_a_type_word(std::string_view text, const std::string& word) {
  static constexpr std::array<std::string_view, 4> kCollation = {"character", "charset", "collate",
                                                                 "binary"};
  static constexpr std::array<std::string_view, 9> kColumn = {
      "not",           "null",    "default",   "primary", "unique", "auto_increment",
      "autoincrement", "comment", "references"};
  Error error(ErrorCode::invalid, fmt::format("'{}' is not part of a type, in '{}'", word, text));
  if (std::find(kCollation.begin(), kCollation.end(), word) != kCollation.end()) {
    return std::move(error).hint("write charset and collation in the column's mariadb: block");
  }
  if (std::find(kColumn.begin(), kColumn.end(), word) != kColumn.end()) {
    return std::move(error).hint(
        "write nullable, default, autoincrement and comment as keys of the column");
  }
  return std::move(error).hint("only 'unsigned' and 'zerofill' may follow a type");
}

TypeWords take_apart(std::string_view text) {
  Lexer lexer(text);
  TypeWords parts;
  bool after_arguments = false;
  while (true) {
    const Token token = lexer.next();
    if (token.kind == Token::Kind::end) return parts;
    if (token.kind == Token::Kind::word) {
      if (take_modifier(parts, token.text)) continue;
      if (after_arguments) throw not_a_type_word(text, token.text);
      parts.words.push_back(token.text);
    } else if (token.kind == Token::Kind::symbol && token.text == "(" && !after_arguments) {
      parts.arguments = take_arguments(lexer, text);
      after_arguments = true;
    } else {
      throw malformed_type(text, fmt::format("'{}' should not stand there", token.text));
    }
  }
}

}  // namespace dbmig::schema
