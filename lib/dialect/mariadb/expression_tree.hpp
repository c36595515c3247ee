#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/mariadb/lexer.hpp"

// The parse tree behind expression.hpp; not for other rooms.

namespace dbmig::dialect::mariadb {

enum class NodeKind {
  raw,       ///< printed as it is: numbers, NULL, hexadecimal, keywords of special calls
  string,    ///< `text` decoded
  name,      ///< `parts` from the outside in
  call,      ///< text(args…)
  special,   ///< call with keywords inside: text(args joined by blanks), as in trim(both x from y)
  prefix,    ///< text arg: `-`, `~`, `not`
  binary,    ///< arg text arg, left-associative
  chain,     ///< `and`, `or`: any number of args
  is,        ///< arg `is …`: text is what follows
  in,        ///< first arg [not] in (others)
  between,   ///< arg [not] between arg and arg
  like,      ///< arg [not] like arg [escape arg]
  regexp,    ///< arg [not] regexp arg
  interval,  ///< interval arg unit (text)
  case_,     ///< args: [subject], then pairs, [else]; see Node::has_subject, has_else
  row,       ///< (args…)
  collate,   ///< arg collate text
  words,     ///< args joined by blanks
  list,      ///< args joined by commas
  subquery,  ///< text (any, all, exists or nothing) and `query`; a text alone once it is printed
};

struct Query;

struct Node {
  NodeKind kind = NodeKind::raw;
  std::string text = {};
  std::vector<Node> args = {};
  std::vector<std::string> parts = {};
  bool negated = false;
  bool has_subject = false;
  bool has_else = false;
  std::shared_ptr<Query> query = {};
};

Node raw(std::string text);
Node wrap(NodeKind kind, std::string text, Node arg);
Node binary(std::string op, Node left, Node right);
Node chain(std::string op, Node left, Node right);

/// Thrown inside the parser only, for what it does not know.
struct NotUnderstood {};

/// Parses tokens[position…]; stops at the first token that cannot go on. Throws NotUnderstood.
Node parse_expression(const std::vector<Token>& tokens, std::size_t& position);

/// The tree with the server's rewrites made: see expression.hpp.
Node simplify(Node node);

/// Text with as few parentheses as precedence allows. Throws NotUnderstood for a subquery that
/// query.hpp has not made a text of.
std::string print(const Node& node);

/// The tokens with single blanks and words in lower case: what is left for SQL that no parser here
/// understands.
std::string normalize_tokens(const std::vector<Token>& tokens);

}  // namespace dbmig::dialect::mariadb
