#pragma once

#include <string>
#include <vector>

#include "dialect/mariadb/token_cursor.hpp"

namespace dbmig::dialect::mariadb {

/// Recursive descent by the grammar of MariaDB's sql_yacc.yy: expr > bool_pri > predicate >
/// bit_expr > simple_expr. Use parse_expression().
class ExpressionParser : public TokenCursor {
 public:
  using TokenCursor::TokenCursor;
  Node expression() { return or_expression(); }

 private:
  // Operators (expression_parse.cpp).
  Node or_expression();
  Node xor_expression();
  Node and_expression();
  Node not_expression();
  Node comparison();
  Node is_expression(Node left);
  std::string comparison_operator();
  Node predicate();
  Node bit_or();
  Node bit_and();
  Node shift();
  Node additive();
  bool is_interval() const;
  Node interval();
  std::string unit();
  Node multiplicative();
  Node power();
  Node unary();

  // What they stand between (expression_primary.cpp).
  Node primary();
  /// As the server prints it: no leading zeros, a digit before the point, none needed after it.
  static std::string number(std::string text);
  /// Bits and hexadecimal digits as the server prints them, in lower case.
  static std::string literal(std::string text);
  Node string_token();
  Node name();
  Node symbol();
  static Node typed_literal(const std::string& type, const std::string& value);
  Node word();
  Node take_raw(std::string text);
  Node case_expression();
  void arguments(Node& call);
  bool is_query() const;
  bool is_quantified() const;
  Node quantified();
  /// From behind the `(` up to behind the `)`; `word` stands before it.
  Node subquery(std::string word);

  // Calls with a syntax of their own (expression_calls.cpp).
  static Node cast_to(const std::string& type, Node arg);
  Node call(const std::string& word);
  /// Everything up to the closing parenthesis of a type, lower case.
  std::string type_text();
  /// One spelling for each target of CAST.
  static std::string cast_type(std::string type);
  Node cast();
  Node convert();
  Node trim();
  Node extract();
  Node position();
  Node timestamp_call(const std::string& word);
  bool has_from() const;
  Node substring_from();
  Node group_concat();
  Node over(Node function);
  Node ordering();
};

}  // namespace dbmig::dialect::mariadb
