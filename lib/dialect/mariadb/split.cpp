#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/statement_starts.hpp"

namespace dbmig::dialect::mariadb {
namespace {

/// Follows BEGIN … END, IF … END IF, CASE … END CASE, LOOP, WHILE and REPEAT inside the body of a
/// trigger, routine or event, where a `;` does not end the statement.
class BodyDepth {
 public:
  /// `at_start`: a statement may begin there, see statement_starts().
  void see(const std::vector<Token>& tokens, std::size_t i, bool at_start) {
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
    const bool after_end = i > 0 && is_word(tokens, i - 1, "end");
    // A routine's body may follow its parameters.
    const bool begins = at_start || (depth_ == 0 && i > 0 && is_symbol(tokens, i - 1, ")"));
    if (word == "case" || word == "loop" || word == "repeat" || word == "while") {
      if (!after_end && !is_repeat_function(tokens, i)) ++depth_;
    } else if (word == "begin") {
      // Inside of a body it may be a column.
      if (begins || depth_ == 0) ++depth_;
    } else if (word == "if") {
      if (!after_end && begins && !is_if_function(tokens, i)) ++depth_;
    } else if (word == "end") {
      if (depth_ > 0) --depth_;
    }
  }

  bool inside() const { return depth_ > 0; }

 private:
  /// `repeat(…)` is a function; the statement is never followed by a parenthesis right away.
  static bool is_repeat_function(const std::vector<Token>& tokens, std::size_t i) {
    return is_word(tokens, i, "repeat") && is_symbol(tokens, i + 1, "(");
  }

  /// `IF(a, b, c)`, as it can follow THEN and ELSE of a CASE expression.
  static bool is_if_function(const std::vector<Token>& tokens, std::size_t i) {
    if (!is_symbol(tokens, ++i, "(")) return false;
    int depth = 0;
    int commas = 0;
    for (; i < tokens.size(); ++i) {
      if (is_symbol(tokens, i, "(")) ++depth;
      if (is_symbol(tokens, i, ")") && --depth == 0) break;
      if (depth == 1 && is_symbol(tokens, i, ",")) ++commas;
    }
    return commas == 2;
  }

  /// BEGIN NOT ATOMIC opens a block; BEGIN and BEGIN WORK open a transaction.
  static bool is_compound(const std::vector<Token>& tokens, std::size_t i) {
    return is_word(tokens, i + 1, "not");
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
  const std::vector<std::size_t> starts = statement_starts(tokens);
  BodyDepth depth;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const bool ends = token.kind == TokenKind::end ||
                      (token.kind == TokenKind::symbol && token.text == ";" && !depth.inside());
    if (!ends) {
      has_code = true;
      depth.see(tokens, i, std::binary_search(starts.begin(), starts.end(), i));
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
