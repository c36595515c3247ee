#include "dialect/mariadb/tokens.hpp"

#include <algorithm>

#include "base/identifier.hpp"
#include "base/text.hpp"

namespace dbmig::dialect::mariadb {
namespace {

bool is_symbol(const Token& token, std::string_view symbol) {
  return token.kind == TokenKind::symbol && token.text == symbol;
}

/// Whether the first token is a parenthesis that the last one before the end closes.
bool is_in_parentheses(const std::vector<Token>& tokens) {
  if (tokens.size() < 4 || !is_symbol(tokens.front(), "(")) return false;
  int depth = 0;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (is_symbol(tokens[i], "(")) ++depth;
    if (is_symbol(tokens[i], ")") && --depth == 0) return i + 2 == tokens.size();
  }
  return false;
}

}  // namespace

std::string normalize_tokens(const std::vector<Token>& tokens) {
  std::string out;
  const Token* before = nullptr;
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::end) break;
    const bool blank = before != nullptr && before->text != "(" && before->text != "." &&
                       token.text != ")" && token.text != "," && token.text != "." &&
                       !(token.text == "(" && before->kind == TokenKind::word);
    if (blank) out += ' ';
    if (token.kind == TokenKind::string) {
      out += string_literal(token.text);
    } else if (token.kind == TokenKind::name) {
      out += readable_name(token.text);
    } else {
      out += text::lower(token.text);
    }
    before = &token;
  }
  return out;
}

std::string normalize_expression(std::string_view sql, const std::vector<std::string>& columns) {
  std::vector<Token> tokens = tokenize(sql);
  while (is_in_parentheses(tokens)) {
    tokens.erase(tokens.end() - 2);
    tokens.erase(tokens.begin());
  }
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    Token& token = tokens[i];
    if (token.kind != TokenKind::word && token.kind != TokenKind::name) continue;
    for (const std::string& column : columns) {
      if (!same_identifier(token.text, column)) continue;
      const bool is_call = token.kind == TokenKind::word && is_symbol(tokens[i + 1], "(");
      if (is_call || (token.kind == TokenKind::word && is_reserved(token.text))) continue;
      token.kind = TokenKind::name;
      token.text = column;
    }
  }
  return normalize_tokens(tokens);
}

std::string normalize_query(std::string_view sql) {
  std::vector<Token> tokens = tokenize(sql);
  while (tokens.size() > 1 && is_symbol(tokens[tokens.size() - 2], ";")) {
    tokens.erase(tokens.end() - 2);
  }
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const bool may_be_name = tokens[i].kind == TokenKind::word && !is_reserved(tokens[i].text) &&
                             !is_symbol(tokens[i + 1], "(");
    if (may_be_name) tokens[i].kind = TokenKind::name;
  }
  return normalize_tokens(tokens);
}

std::string normalize_trigger(std::string_view sql, std::string_view table) {
  const std::vector<Token> tokens = tokenize(sql);
  const auto is = [&](std::size_t i, std::string_view word) {
    return i < tokens.size() && tokens[i].kind == TokenKind::word &&
           text::equals_ignoring_case(tokens[i].text, word);
  };
  std::size_t each = 0;
  while (each < tokens.size() && !(is(each, "for") && is(each + 1, "each"))) ++each;
  if (each + 3 >= tokens.size() || tokens.size() < 2) return std::string(text::trim(sql));
  std::size_t body = each + 3;
  if (is(body, "follows") || is(body, "precedes")) body += 2;
  std::string text(text::trim(sql.substr(std::min(tokens[body].begin, sql.size()))));
  while (text.ends_with(';')) text = std::string(text::trim(text.substr(0, text.size() - 1)));
  return text::lower(tokens[0].text) + ' ' + text::lower(tokens[1].text) + " on " +
         readable_name(table) + " for each row " + text;
}

}  // namespace dbmig::dialect::mariadb
