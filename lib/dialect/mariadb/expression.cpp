#include "dialect/mariadb/expression.hpp"

#include <map>

#include "base/identifier.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/expression_tree.hpp"

namespace dbmig::dialect::mariadb {
namespace {

/// Synonyms that the server settles when it parses; the portable spelling is kept.
const std::map<std::string, std::string, std::less<>>& synonyms() {
  static const std::map<std::string, std::string, std::less<>> table = {
      {"lcase", "lower"},
      {"ucase", "upper"},
      {"octet_length", "length"},
      {"character_length", "char_length"},
      {"substring", "substr"},
      {"mid", "substr"},
      {"power", "pow"},
      {"ceil", "ceiling"},
      {"now", "current_timestamp"},
      {"localtime", "current_timestamp"},
      {"localtimestamp", "current_timestamp"},
      {"current_date", "curdate"},
      {"current_time", "curtime"},
      {"day", "dayofmonth"},
      {"nvl", "ifnull"},
      {"st_geometryfromtext", "st_geomfromtext"},
      {"geometryfromtext", "st_geomfromtext"},
      {"geomfromtext", "st_geomfromtext"},
      {"session_user", "user"},
      {"system_user", "user"},
      {"sha1", "sha"},
      {"schema", "database"},
  };
  return table;
}

bool is_raw(const Node& node, std::string_view text) {
  return node.kind == NodeKind::raw && node.text == text;
}

Node comparison_with_zero(Node name, std::string op) {
  Node zero{.kind = NodeKind::raw, .text = "0"};
  Node node{.kind = NodeKind::binary, .text = std::move(op)};
  node.args.push_back(std::move(name));
  node.args.push_back(std::move(zero));
  return node;
}

/// A column that stands where a truth value is asked for: the server writes `<> 0`.
Node as_condition(Node node) {
  return node.kind == NodeKind::name ? comparison_with_zero(std::move(node), "<>") : node;
}

Node negated(Node node);

Node negated_binary(Node node) {
  static const std::map<std::string, std::string, std::less<>> opposite = {
      {"=", "<>"}, {"<>", "="}, {"<", ">="}, {">=", "<"}, {">", "<="}, {"<=", ">"}};
  if (const auto found = opposite.find(node.text); found != opposite.end()) {
    node.text = found->second;
    return node;
  }
  if (node.text == "xor") {
    node.args.front() = negated(std::move(node.args.front()));
    return node;
  }
  Node wrapped{.kind = NodeKind::prefix, .text = "not"};
  wrapped.args.push_back(std::move(node));
  return wrapped;
}

/// NOT moved inwards as the server does (Item::neg_transformer).
Node negated(Node node) {
  switch (node.kind) {
    case NodeKind::name:
      return comparison_with_zero(std::move(node), "=");
    case NodeKind::in:
    case NodeKind::between:
    case NodeKind::like:
    case NodeKind::regexp:
      node.negated = !node.negated;
      return node;
    case NodeKind::chain:
      node.text = node.text == "and" ? "or" : "and";
      for (Node& arg : node.args) arg = negated(std::move(arg));
      return node;
    case NodeKind::binary:
      return negated_binary(std::move(node));
    case NodeKind::is:
      if (node.text == "null") {
        node.negated = !node.negated;
        return node;
      }
      break;
    case NodeKind::prefix:
      if (node.text == "not") return as_condition(std::move(node.args.front()));
      break;
    case NodeKind::raw:
    case NodeKind::string:
    case NodeKind::call:
    case NodeKind::special:
    case NodeKind::interval:
    case NodeKind::case_:
    case NodeKind::row:
    case NodeKind::collate:
    case NodeKind::words:
    case NodeKind::list:
    case NodeKind::subquery:
      break;
  }
  Node wrapped{.kind = NodeKind::prefix, .text = "not"};
  wrapped.args.push_back(std::move(node));
  return wrapped;
}

Node flattened(Node chain) {
  std::vector<Node> flat;
  for (Node& arg : chain.args) {
    if (arg.kind == NodeKind::chain && arg.text == chain.text) {
      for (Node& inner : arg.args) flat.push_back(std::move(inner));
    } else {
      flat.push_back(as_condition(std::move(arg)));
    }
  }
  chain.args = std::move(flat);
  return chain;
}

Node call(std::string name, Node arg) {
  Node node{.kind = NodeKind::call, .text = std::move(name)};
  node.args.push_back(std::move(arg));
  return node;
}

Node cast(Node arg, const std::string& type) {
  Node node{.kind = NodeKind::special, .text = "cast"};
  node.args.push_back(std::move(arg));
  node.args.push_back({.kind = NodeKind::raw, .text = "as " + type});
  return node;
}

Node day_arithmetic(Node node, const std::string& op) {
  Node amount = std::move(node.args[1]);
  if (amount.kind != NodeKind::interval) {
    Node days{.kind = NodeKind::interval, .text = "day"};
    days.args.push_back(std::move(amount));
    amount = std::move(days);
  }
  return binary(op, std::move(node.args[0]), std::move(amount));
}

/// Calls that the server parses into something else.
Node rewritten_call(Node node) {
  if (const auto found = synonyms().find(node.text); found != synonyms().end()) {
    node.text = found->second;
  }
  const std::string& name = node.text;
  const std::size_t count = node.args.size();
  if (count == 1) {
    if (name == "date") return cast(std::move(node.args[0]), "date");
    if (name == "time") return cast(std::move(node.args[0]), "time");
    if (name == "timestamp") return cast(std::move(node.args[0]), "datetime");
    if (name == "isnull") {
      Node is{.kind = NodeKind::is, .text = "null"};
      is.args = std::move(node.args);
      return is;
    }
    if (name == "bin" || name == "oct") {
      const std::string base = name == "bin" ? "2" : "8";
      node.text = "conv";
      node.args.push_back({.kind = NodeKind::raw, .text = "10"});
      node.args.push_back({.kind = NodeKind::raw, .text = base});
      return node;
    }
    if (name == "count" && is_raw(node.args[0], "0")) node.args[0].text = "*";
    if (name == "current_timestamp" && is_raw(node.args[0], "0")) node.args.clear();
  }
  if (count == 2) {
    if (name == "mod") return binary("%", std::move(node.args[0]), std::move(node.args[1]));
    if (name == "instr") {
      node.text = "locate";
      std::swap(node.args[0], node.args[1]);
    }
    if (name == "datediff") {
      return binary("-", call("to_days", std::move(node.args[0])),
                    call("to_days", std::move(node.args[1])));
    }
    if (name == "date_add" || name == "adddate") return day_arithmetic(std::move(node), "+");
    if (name == "date_sub" || name == "subdate") return day_arithmetic(std::move(node), "-");
  }
  if (name == "char") {  // the server adds the connection's character set
    Node converted{.kind = NodeKind::special, .text = "convert"};
    converted.args.push_back(std::move(node));
    converted.args.push_back({.kind = NodeKind::raw, .text = "using utf8mb4"});
    return converted;
  }
  return node;
}

Node simplified_prefix(Node node) {
  Node& arg = node.args.front();
  if (node.text == "not") return negated(std::move(arg));
  if (node.text == "-" && arg.kind == NodeKind::raw && !arg.text.empty() && arg.text != "null") {
    const bool number =
        arg.text.front() == '-' || (arg.text.front() >= '0' && arg.text.front() <= '9');
    if (number && !arg.text.starts_with("0x")) {
      arg.text = arg.text.front() == '-' ? arg.text.substr(1) : '-' + arg.text;
      return std::move(arg);
    }
  }
  return node;
}

}  // namespace

Node raw(std::string text) {
  return {.kind = NodeKind::raw, .text = std::move(text)};
}

Node wrap(NodeKind kind, std::string text, Node arg) {
  Node node{.kind = kind, .text = std::move(text)};
  node.args.push_back(std::move(arg));
  return node;
}

Node binary(std::string op, Node left, Node right) {
  Node node = wrap(NodeKind::binary, std::move(op), std::move(left));
  node.args.push_back(std::move(right));
  return node;
}

Node chain(std::string op, Node left, Node right) {
  Node node = binary(std::move(op), std::move(left), std::move(right));
  node.kind = NodeKind::chain;
  return node;
}

Node simplify(Node node) {
  for (Node& arg : node.args) arg = simplify(std::move(arg));
  switch (node.kind) {
    case NodeKind::prefix:
      return simplified_prefix(std::move(node));
    case NodeKind::chain:
      return flattened(std::move(node));
    case NodeKind::call:
      return rewritten_call(std::move(node));
    case NodeKind::special:
      // convert(char(…) using x): the inner char() has its own conversion already.
      if (node.text == "convert" && node.args[0].kind == NodeKind::special &&
          node.args[0].text == "convert" && node.args[0].args[0].kind == NodeKind::call &&
          node.args[0].args[0].text == "char") {
        return std::move(node.args[0]);
      }
      return node;
    case NodeKind::in:
      if (node.args.size() == 2 && node.args[1].kind != NodeKind::subquery) {
        return binary(node.negated ? "<>" : "=", std::move(node.args[0]), std::move(node.args[1]));
      }
      return node;
    case NodeKind::raw:
    case NodeKind::string:
    case NodeKind::name:
    case NodeKind::binary:
    case NodeKind::is:
    case NodeKind::between:
    case NodeKind::like:
    case NodeKind::regexp:
    case NodeKind::interval:
    case NodeKind::case_:
    case NodeKind::row:
    case NodeKind::collate:
    case NodeKind::words:
    case NodeKind::list:
    case NodeKind::subquery:
      break;
  }
  return node;
}

namespace {

/// Columns of the table itself: the server drops the qualifiers of a table's expressions.
void drop_qualifiers(Node& node) {
  if (node.kind == NodeKind::name) node.parts.erase(node.parts.begin(), node.parts.end() - 1);
  for (Node& arg : node.args) drop_qualifiers(arg);
}

}  // namespace

std::string normalize_tokens(const std::vector<Token>& tokens) {
  std::string out;
  const Token* before = nullptr;
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::end) break;
    const bool blank = before != nullptr && before->text != "(" && before->text != "." &&
                       token.text != ")" && token.text != "," && token.text != "." &&
                       !(token.text == "(" && before->kind == TokenKind::word);
    if (blank) out += ' ';
    if (token.kind == TokenKind::string) {
      out += string_literal(token.text);
    } else if (token.kind == TokenKind::name) {
      out += readable_name(token.text);
    } else {
      out += text::lower(token.text);
    }
    before = &token;
  }
  return out;
}

std::string normalize_expression(std::string_view sql, const std::vector<std::string>& columns) {
  std::vector<Token> tokens = tokenize(sql);
  for (Token& token : tokens) {
    if (token.kind == TokenKind::word || token.kind == TokenKind::name) {
      for (const std::string& column : columns) {
        if (same_identifier(token.text, column)) token.text = column;
      }
    }
  }
  try {
    std::size_t position = 0;
    Node node = parse_expression(tokens, position);
    if (tokens[position].kind == TokenKind::end) {
      drop_qualifiers(node);
      return print(simplify(std::move(node)));
    }
  } catch (const NotUnderstood&) {
    // Compared as tokens.
  }
  return normalize_tokens(tokens);
}

}  // namespace dbmig::dialect::mariadb
