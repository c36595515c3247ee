#include <vector>

#include "base/text.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/lexer.hpp"

namespace dbmig::dialect::mariadb {
namespace {

/// Follows BEGIN … END, IF … END IF, CASE … END CASE, LOOP, WHILE and REPEAT inside the body of a
/// trigger, routine or event, where a `;` does not end the statement.
class BodyDepth {
 public:
  void see(const std::vector<Token>& tokens, std::size_t i) {
    const Token& token = tokens[i];
    if (token.kind != TokenKind::word) return;
    const std::string word = text::lower(token.text);
    if (words_ == 0) starts_create_ = word == "create";
    // A routine's own words stand before its body: CREATE OR REPLACE DEFINER=x PROCEDURE p().
    if (starts_create_ && !has_body_ && words_ < 12 &&
        (word == "trigger" || word == "procedure" || word == "function" || word == "event" ||
         word == "package")) {
      has_body_ = true;
    }
    if (words_ == 0 && word == "begin") is_block_ = is_compound(tokens, i);
    ++words_;
    if (!has_body_ && !is_block_) return;
    const bool after_end = i > 0 && is(tokens[i - 1], "end");
    if (word == "begin" || word == "case" || word == "loop" || word == "repeat" ||
        word == "while") {
      if (!after_end && !is_function(tokens, i)) ++depth_;
    } else if (word == "if") {
      if (!after_end && starts_statement(tokens, i)) ++depth_;
    } else if (word == "end") {
      if (depth_ > 0) --depth_;
    }
  }

  bool inside() const { return depth_ > 0; }

 private:
  static bool is(const Token& token, std::string_view word) {
    return token.kind == TokenKind::word && text::equals_ignoring_case(token.text, word);
  }

  /// `repeat(…)` is a function; the statement is never followed by a parenthesis right away.
  static bool is_function(const std::vector<Token>& tokens, std::size_t i) {
    return is(tokens[i], "repeat") && i + 1 < tokens.size() && tokens[i + 1].text == "(";
  }

  /// `if` as a statement and not as the function, `create … if exists` or `drop … if exists`.
  static bool starts_statement(const std::vector<Token>& tokens, std::size_t i) {
    if (i == 0) return true;
    const Token& before = tokens[i - 1];
    if (before.kind == TokenKind::symbol) return before.text == ";" || before.text == ":";
    for (const std::string_view word : {"begin", "then", "else", "do", "loop", "row", "repeat"}) {
      if (is(before, word)) return true;
    }
    return false;
  }

  /// BEGIN NOT ATOMIC opens a block; BEGIN and BEGIN WORK open a transaction.
  static bool is_compound(const std::vector<Token>& tokens, std::size_t i) {
    return i + 1 < tokens.size() && is(tokens[i + 1], "not");
  }

  std::size_t words_ = 0;
  int depth_ = 0;
  bool starts_create_ = false;
  bool has_body_ = false;
  bool is_block_ = false;
};

}  // namespace

std::vector<std::string> MariadbDialect::split_statements(std::string_view sql) const {
  const std::vector<Token> tokens = tokenize(sql);
  std::vector<std::string> statements;
  std::size_t begin = 0;
  bool has_code = false;
  BodyDepth depth;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const bool ends = token.kind == TokenKind::end ||
                      (token.kind == TokenKind::symbol && token.text == ";" && !depth.inside());
    if (!ends) {
      has_code = true;
      depth.see(tokens, i);
      continue;
    }
    const std::string_view statement = text::trim(sql.substr(begin, token.begin - begin));
    if (has_code) statements.emplace_back(statement);
    begin = token.finish;
    has_code = false;
    depth = {};
  }
  return statements;
}

}  // namespace dbmig::dialect::mariadb
