#include "backend/mariadb/create_reader.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::backend::mariadb {

using dialect::mariadb::Token;
using dialect::mariadb::TokenKind;

CreateReader::CreateReader(std::string_view sql)
    : sql_(sql), tokens_(dialect::mariadb::tokenize(sql)) {}

const Token& CreateReader::peek(std::size_t ahead) const {
  return pos_ + ahead < tokens_.size() ? tokens_[pos_ + ahead] : tokens_.back();
}

bool CreateReader::is_word(std::string_view word, std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::word && text::equals_ignoring_case(peek(ahead).text, word);
}

bool CreateReader::is_symbol(std::string_view symbol, std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::symbol && peek(ahead).text == symbol;
}

bool CreateReader::is_name(std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::name;
}

const Token& CreateReader::take() {
  const Token& token = peek();
  if (!at_end()) ++pos_;
  return token;
}

bool CreateReader::accept(std::string_view first, std::string_view second, std::string_view third) {
  std::size_t count = 0;
  for (const std::string_view word : {first, second, third}) {
    if (word.empty()) break;
    if (!is_word(word, count)) return false;
    ++count;
  }
  pos_ += count;
  return true;
}

bool CreateReader::accept_symbol(std::string_view symbol) {
  if (!is_symbol(symbol)) return false;
  ++pos_;
  return true;
}

void CreateReader::expect_symbol(std::string_view symbol) {
  if (!accept_symbol(symbol)) fail();
}

std::string CreateReader::name() {
  if (!is_name() && peek().kind != TokenKind::word) fail();
  return take().text;
}

std::string CreateReader::parenthesized() {
  expect_symbol("(");
  const std::size_t begin = tokens_[pos_ - 1].finish;
  for (int depth = 1; !at_end(); ++pos_) {
    if (is_symbol("(")) ++depth;
    if (is_symbol(")") && --depth == 0) {
      const std::size_t end = peek().begin;
      ++pos_;
      return std::string(text::trim(sql_.substr(begin, end - begin)));
    }
  }
  fail();
}

std::vector<std::string> CreateReader::names() {
  std::vector<std::string> out;
  expect_symbol("(");
  do out.push_back(name());
  while (accept_symbol(","));
  expect_symbol(")");
  return out;
}

std::string CreateReader::text_between(std::size_t begin, std::size_t finish) const {
  return std::string(text::trim(sql_.substr(begin, finish - begin)));
}

std::size_t CreateReader::last_finish() const {
  return pos_ == 0 ? 0 : tokens_[pos_ - 1].finish;
}

void CreateReader::fail() const {
  throw Error(ErrorCode::failed,
              fmt::format("the server's description of an object cannot be read, at '{}'",
                          sql_.substr(peek().begin, 40)))
      .sql(std::string(sql_));
}

}  // namespace dbmig::backend::mariadb
