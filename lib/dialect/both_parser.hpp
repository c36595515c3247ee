#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/both_names.hpp"
#include "dialect/two_meanings.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect {

/// Behind for_both() and query_for_both(): recursive descent by SQLite's precedence, which notes
/// what MariaDB has to be told otherwise as edits of the text. Sources:
/// https://www.sqlite.org/lang_expr.html, https://www.sqlite.org/lang_select.html,
/// https://www.sqlite.org/lang_createtrigger.html
class BothParser {
 public:
  /// Of an expression over `table`. `sql` outlives it.
  BothParser(std::string_view sql, const schema::Table& table);
  /// Of a query or trigger over `schema`, from behind the name of what it makes. Both outlive it.
  BothParser(std::string_view sql, const schema::Schema& schema, int views_around = 0);
  ForBoth run();
  /// Reads the text as statements separated by `;`, and not as one query or trigger.
  void read_script() { is_script_ = true; }

 private:
  using Kind = BothKind;
  struct Value {
    Kind kind = Kind::unknown;
    bool is_column = false;
    bool is_literal = false;
    bool compares = false;       ///< a comparison without parentheses around it
    bool is_never_null = false;  ///< a column that is NOT NULL, of a table itself
    bool is_collated = false;    ///< its collation is said, or tells all letters apart on MariaDB
    int digits = 0;              ///< Kind::datetime: of the second's fraction
    std::size_t first = 0;       ///< tokens
    std::size_t last = 0;        ///< of them, the last
  };
  struct Output {
    std::vector<BothColumn> columns;
    bool is_open = false;  ///< it has more, of which nothing is known
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
  Value call_of(const std::string& name, std::size_t first, const std::vector<Value>& values);
  Value cut_text(const std::string& name, std::size_t first, const std::vector<Value>& values);
  Value rounded(std::size_t first, const std::vector<Value>& values);
  Value text_function(const std::string& name, std::size_t first, const std::vector<Value>& values);
  void json_check(std::size_t first, const std::vector<Value>& values);
  void clock_function(const std::string& name, const std::vector<Value>& values);
  bool call_for_rows(const std::string& name, Value& result);
  void join_rows(const std::vector<Value>& values, std::size_t ordered);
  bool has_comma() const;
  void window();
  Value cast();
  Value case_of();
  Value literal();
  Value in_parentheses();
  std::vector<Value> list();

  // Queries, and what a trigger does.
  void statement();
  void script();
  void row_statement();
  bool begins_query() const;
  /// `recursive`: 1 and its place in `with_`, of a query that may name itself.
  Output query(std::size_t recursive = 0);
  void note_repeated(const Output& of);
  void with();
  Output core();
  Output values();
  Output selected(std::size_t end);
  std::string alias();
  void group();
  void sources();
  void source();
  void add_named_source();
  BothSource known_source(const std::string& name) const;
  void using_columns();
  void order();
  void limit();
  void trigger();
  void insert();
  void update();
  void remove();
  std::string quoted_table();
  void quote_part(std::size_t token);

  void truth_of(const Value& value);
  void compare(const Value& left, const Value& right, std::string_view sign = "=");
  void compare_moments(const Value& moment, const Value& other, std::string_view sign);
  void hangs_on_collation(std::string_view what);
  void compare_texts(const Value& left, const Value& right, bool like);
  void arithmetic(const Value& left, const Value& right, std::string_view sign);
  void without_zero(const Value& divisor);
  Value divided(const Value& left, const Value& right, std::size_t sign);
  static Kind of_two_numbers(const Value& left, const Value& right);
  Value span(const Value& left, Kind kind) const;
  std::string_view text_of(const Value& value) const;

  void replace(std::size_t token, std::string text, bool for_mariadb_alone = true);
  std::string spaced(std::string word, std::size_t token) const;
  void insert_before(std::size_t token, std::string text);
  void insert_after(std::size_t token, std::string text);
  void differs(std::string what);
  void read_tokens();
  void give_up();
  bool is_known(const std::string& name) const;
  void quote_names();
  std::string edited(bool for_mariadb) const;

  std::string_view sql_;
  const schema::Schema* schema_ = nullptr;  ///< of a statement
  int views_around_ = 0;
  bool is_script_ = false;
  std::vector<BothScope> scopes_;
  std::vector<BothSource> with_;  ///< queries that have a name for this one, innermost last
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::vector<Edit> edits_;
  std::vector<std::string> differences_;
  std::vector<std::string> collated_;
  std::string repeated_;
};

}  // namespace dbmig::dialect
