#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dialect/mariadb/expression_tree.hpp"
#include "schema/table.hpp"

// The parse tree of a SELECT, behind select.hpp and the subqueries of expressions.

namespace dbmig::dialect::mariadb {

struct Query;

struct SelectItem {
  Node expression;
  bool star = false;      ///< `*`, or `qualifier.*`
  std::string qualifier;  ///< star only
  std::string alias;      ///< as given, or the text of an expression that is no name
};

/// What stands in FROM: a table, a query, or two of them joined.
struct TableReference {
  std::string table;
  std::string alias;
  std::shared_ptr<Query> query;
  std::shared_ptr<TableReference> left;
  std::shared_ptr<TableReference> right;
  bool outer = false;  ///< LEFT JOIN; a RIGHT JOIN is one with its sides exchanged
  std::optional<Node> on;
  std::vector<std::string> using_columns;
};

struct Select {
  bool distinct = false;
  std::vector<SelectItem> items;
  std::shared_ptr<TableReference> from;
  std::optional<Node> where;
  std::vector<Node> group;
  bool rollup = false;
  std::optional<Node> having;
};

struct CommonTable {
  std::string name;
  std::vector<std::string> columns;
  std::shared_ptr<Query> query;
};

/// A SELECT, or several joined by UNION, EXCEPT and INTERSECT.
struct QueryPart {
  std::string operation;  ///< before it: "union all"; empty for the first
  Select select;
  std::shared_ptr<Query> nested;  ///< instead of `select`: a query in parentheses
};

struct Query {
  bool recursive = false;
  std::vector<CommonTable> with;
  std::vector<QueryPart> parts;
  std::vector<Node> order;  ///< words: expression, perhaps "desc"
  std::string limit;
  std::string offset;
};

/// Parses from tokens[position] on; stops at the first token that cannot go on. Throws
/// NotUnderstood.
std::shared_ptr<Query> parse_query(const std::vector<Token>& tokens, std::size_t& position);

/// The text of `query` in the spelling that select.hpp promises. Throws NotUnderstood.
std::string print_query(const Query& query, const schema::Schema& schema,
                        const std::vector<std::string>& columns);

}  // namespace dbmig::dialect::mariadb
