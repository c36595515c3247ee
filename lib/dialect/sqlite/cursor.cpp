#include "dialect/sqlite/cursor.hpp"

#include <fmt/core.h>

#include "base/error.hpp"

namespace dbmig::dialect::sqlite {

const Token* Cursor::peek(std::size_t ahead) const {
  return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
}

bool Cursor::is(std::string_view keyword, std::size_t ahead) const {
  const Token* token = peek(ahead);
  return token != nullptr && token->is_word(keyword);
}

bool Cursor::is_symbol(char c, std::size_t ahead) const {
  const Token* token = peek(ahead);
  return token != nullptr && token->is_symbol(c);
}

bool Cursor::accept(std::string_view keyword) {
  if (!is(keyword)) return false;
  ++at_;
  return true;
}

bool Cursor::accept(std::string_view first, std::string_view second) {
  if (!is(first) || !is(second, 1)) return false;
  at_ += 2;
  return true;
}

bool Cursor::accept_symbol(char c) {
  if (!is_symbol(c)) return false;
  ++at_;
  return true;
}

void Cursor::expect(std::string_view keyword) {
  if (!accept(keyword)) fail(keyword);
}

void Cursor::expect_symbol(char c) {
  if (!accept_symbol(c)) fail(std::string_view(&c, 1));
}

const Token& Cursor::next() {
  if (at_end()) fail("more");
  return tokens_[at_++];
}

std::string Cursor::name() {
  const Token* token = peek();
  if (token == nullptr || !token->can_be_name()) fail("a name");
  ++at_;
  return token->value();
}

std::string Cursor::qualified_name() {
  std::string first = name();
  return accept_symbol('.') ? name() : first;
}

std::string Cursor::parenthesised() {
  expect_symbol('(');
  const std::size_t first = at_;
  for (int depth = 1; !at_end(); ++at_) {
    if (is_symbol('(')) ++depth;
    if (is_symbol(')') && --depth == 0) {
      ++at_;
      return text_between(first, at_ - 1);
    }
  }
  fail(")");
}

std::vector<std::string> Cursor::list() {
  expect_symbol('(');
  std::vector<std::string> parts;
  do {
    parts.push_back(until_comma());
  } while (accept_symbol(','));
  expect_symbol(')');
  return parts;
}

std::string Cursor::until_comma() {
  const std::size_t first = at_;
  for (int depth = 0; !at_end(); ++at_) {
    if (depth == 0 && (is_symbol(',') || is_symbol(')'))) break;
    if (is_symbol('(')) ++depth;
    if (is_symbol(')')) --depth;
  }
  return text_between(first, at_);
}

std::string Cursor::rest() {
  std::size_t last = tokens_.size();
  while (last > at_ && tokens_[last - 1].is_symbol(';')) --last;
  const std::size_t first = at_;
  at_ = tokens_.size();
  return text_between(first, last);
}

void Cursor::fail(std::string_view expected) const {
  const Token* token = peek();
  const std::string found = token == nullptr ? "its end" : fmt::format("'{}'", token->text);
  throw Error(ErrorCode::invalid,
              fmt::format("the statement has {} where '{}' was expected", found, expected))
      .sql(std::string(sql_));
}

std::string Cursor::text_between(std::size_t first, std::size_t last) const {
  if (first >= last) return {};
  const std::size_t begin = tokens_[first].offset;
  return std::string(sql_.substr(begin, tokens_[last - 1].end() - begin));
}

}  // namespace dbmig::dialect::sqlite
