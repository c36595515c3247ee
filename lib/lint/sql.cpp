#include "lint/sql.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"

namespace dbmig::lint {

using ops::TokenKind;

SqlStatement::SqlStatement(std::string text, DialectKind kind)
    : text_(std::make_unique<const std::string>(std::move(text))) {
  for (const ops::Token& token : ops::tokenize(*text_, kind)) {
    if (token.kind == TokenKind::comment || token.kind == TokenKind::space) continue;
    tokens_.push_back(token);
  }
}

bool SqlStatement::has(std::size_t at, std::initializer_list<std::string_view> words) const {
  for (const std::string_view word : words) {
    if (at >= tokens_.size() || !ops::is_word(tokens_[at], word)) return false;
    ++at;
  }
  return true;
}

bool SqlStatement::is_symbol(std::size_t at, char symbol) const {
  return at < tokens_.size() && tokens_[at].kind == TokenKind::symbol &&
         tokens_[at].text == std::string_view(&symbol, 1);
}

bool SqlStatement::has_outside(std::string_view word) const {
  int depth = 0;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (is_symbol(i, '(')) ++depth;
    if (is_symbol(i, ')')) --depth;
    if (depth == 0 && ops::is_word(tokens_[i], word)) return true;
  }
  return false;
}

bool SqlStatement::works_on_rows() const {
  for (const std::string_view word : {"insert", "update", "delete", "replace", "with", "select",
                                      "values", "set", "call", "do", "load"}) {
    if (begins({word})) return true;
  }
  // CREATE TABLE … AS SELECT fills the table at once.
  return created_table().has_value() && has_outside("select");
}

std::string SqlStatement::name_at(std::size_t at) const {
  if (has(at, {"if", "not", "exists"})) at += 3;
  if (has(at, {"if", "exists"})) at += 2;
  if (is_symbol(at + 1, '.')) at += 2;
  return at < tokens_.size() && ops::is_name(tokens_[at]) ? ops::identifier(tokens_[at])
                                                          : std::string();
}

std::optional<std::string> SqlStatement::created_table() const {
  std::size_t at = 0;
  if (!has(at++, {"create"})) return std::nullopt;
  if (has(at, {"or", "replace"})) at += 2;
  if (has(at, {"temporary"}) || has(at, {"temp"})) ++at;
  if (!has(at, {"table"})) return std::nullopt;
  return name_at(at + 1);
}

std::string SqlStatement::beginning() const {
  constexpr std::size_t kWords = 4;
  std::string line;
  for (std::size_t i = 0; i < std::min(kWords, tokens_.size()); ++i) {
    if (i > 0) line += ' ';
    line += tokens_[i].text;
  }
  return tokens_.size() > kWords ? line + " …" : line;
}

namespace {

std::vector<SqlStatement> statements_of(const schema::SqlText& sql, DialectKind kind) {
  const std::string& text = sql.for_dialect(kind);
  std::vector<std::string> parts;
  try {
    parts = dialect::dialect(kind).split_statements(text);
  } catch (const Error&) {
    // What cannot be taken apart is for the database to refuse; it is looked at as a whole.
    parts = {text};
  }
  std::vector<SqlStatement> statements;
  for (std::string& part : parts) {
    SqlStatement statement(std::move(part), kind);
    if (statement.size() != 0) statements.push_back(std::move(statement));
  }
  return statements;
}

}  // namespace

Scripts scripts_of(const schema::SqlText& sql) {
  return {statements_of(sql, DialectKind::sqlite), statements_of(sql, DialectKind::mariadb)};
}

}  // namespace dbmig::lint
