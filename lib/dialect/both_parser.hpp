#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/two_meanings.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect {

/// Behind for_both(): recursive descent by SQLite's precedence, which notes what MariaDB has to be
/// told otherwise as edits of the text. Source: https://www.sqlite.org/lang_expr.html
class BothParser {
 public:
  /// `sql` and `table` outlive it.
  BothParser(std::string_view sql, const schema::Table& table);
  ForBoth run();

 private:
  enum class Kind { whole, real, decimal, text, bytes, truth, null, unknown };
  struct Value {
    Kind kind = Kind::unknown;
    bool is_column = false;
    bool is_literal = false;
    bool compares = false;     ///< a comparison without parentheses around it
    bool is_collated = false;  ///< its collation is said, or tells all letters apart on MariaDB
    std::size_t first = 0;     ///< tokens
    std::size_t last = 0;      ///< of them, the last
  };
  struct Token {
    ops::TokenKind kind;
    std::string_view text;
    std::size_t begin;
  };
  struct Edit {
    std::size_t begin;
    std::size_t size;
    std::string text;
    bool for_mariadb_alone;
  };
  struct NotParsed {};

  // The tokens.
  bool done() const { return at_ >= tokens_.size(); }
  bool is(std::string_view word, std::size_t ahead = 0) const;
  bool take(std::string_view word);
  void expect(std::string_view word);

  // Operators.
  Value either();
  Value both();
  Value negation();
  Value equality();
  Value comparison();
  Value bits();
  Value sum();
  Value product();
  Value joined();
  Value collated();
  Value sign();

  // What they stand between.
  Value primary();
  Value name();
  Value call();
  Value cast();
  Value case_of();
  Value literal();
  Value in_parentheses();
  std::vector<Value> list();

  void truth_of(const Value& value);
  void compare(const Value& left, const Value& right);
  void hangs_on_collation(std::string_view what);
  void compare_texts(const Value& left, const Value& right, bool like);
  void arithmetic(const Value& left, const Value& right, std::string_view sign);
  Value divided(const Value& left, const Value& right, std::size_t sign);
  Value span(const Value& left, Kind kind) const;
  std::string_view text_of(const Value& value) const;
  bool is_number(const Value& value) const;

  void replace(std::size_t token, std::string text, bool for_mariadb_alone = true);
  std::string spaced(std::string word, std::size_t token) const;
  void insert_before(std::size_t token, std::string text);
  void insert_after(std::size_t token, std::string text);
  void differs(std::string what);
  void quote_names();
  std::string edited(bool for_mariadb) const;

  std::string_view sql_;
  const schema::Table& table_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::vector<Edit> edits_;
  std::vector<std::string> differences_;
  std::vector<std::string> collated_;
};

}  // namespace dbmig::dialect
