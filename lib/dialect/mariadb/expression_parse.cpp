#include <array>

#include "dialect/mariadb/expression_parser.hpp"

namespace dbmig::dialect::mariadb {
namespace {

constexpr auto kIntervalUnits = std::to_array<std::string_view>({"microsecond",
                                                                 "second",
                                                                 "minute",
                                                                 "hour",
                                                                 "day",
                                                                 "week",
                                                                 "month",
                                                                 "quarter",
                                                                 "year",
                                                                 "second_microsecond",
                                                                 "minute_microsecond",
                                                                 "minute_second",
                                                                 "hour_microsecond",
                                                                 "hour_second",
                                                                 "hour_minute",
                                                                 "day_microsecond",
                                                                 "day_second",
                                                                 "day_minute",
                                                                 "day_hour",
                                                                 "year_month"});

}  // namespace

Node ExpressionParser::or_expression() {
  Node left = xor_expression();
  while (take_word("or") || take_symbol("||")) {
    left = chain("or", std::move(left), xor_expression());
  }
  return left;
}

Node ExpressionParser::xor_expression() {
  Node left = and_expression();
  while (take_word("xor")) left = binary("xor", std::move(left), and_expression());
  return left;
}

Node ExpressionParser::and_expression() {
  Node left = not_expression();
  while (take_word("and") || take_symbol("&&")) {
    left = chain("and", std::move(left), not_expression());
  }
  return left;
}

Node ExpressionParser::not_expression() {
  if (take_word("not")) return wrap(NodeKind::prefix, "not", not_expression());
  return comparison();
}

Node ExpressionParser::comparison() {
  Node left = predicate();
  for (;;) {
    if (take_word("is")) {
      left = is_expression(std::move(left));
    } else if (const auto op = comparison_operator(); !op.empty()) {
      left = binary(op, std::move(left), is_quantified() ? quantified() : predicate());
    } else {
      return left;
    }
  }
}

Node ExpressionParser::is_expression(Node left) {
  const bool negated = take_word("not");
  for (const std::string_view word : {"null", "true", "false"}) {
    if (take_word(word)) {
      Node node = wrap(NodeKind::is, std::string(word), std::move(left));
      node.negated = negated;
      return node;
    }
  }
  if (!take_word("unknown")) throw NotUnderstood{};
  Node node = wrap(NodeKind::is, "null", std::move(left));
  node.negated = negated;
  return node;
}

std::string ExpressionParser::comparison_operator() {
  for (const std::string_view op : {"=", "<=>", ">=", ">", "<=", "<", "<>", "!="}) {
    if (take_symbol(op)) return op == "!=" ? "<>" : std::string(op);
  }
  return {};
}

Node ExpressionParser::predicate() {
  Node left = bit_or();
  const bool negated =
      is_word("not") && (is_word("in", 1) || is_word("between", 1) || is_word("like", 1) ||
                         is_word("regexp", 1) || is_word("rlike", 1));
  if (negated) ++pos_;
  if (take_word("in")) {
    left = wrap(NodeKind::in, {}, std::move(left));
    expect_symbol("(");
    if (is_query()) {
      left.args.push_back(subquery({}));
    } else {
      do left.args.push_back(expression());
      while (take_symbol(","));
      expect_symbol(")");
    }
  } else if (take_word("between")) {
    left = wrap(NodeKind::between, {}, std::move(left));
    left.args.push_back(bit_or());
    expect_word("and");
    left.args.push_back(predicate());
  } else if (take_word("like")) {
    left = wrap(NodeKind::like, {}, std::move(left));
    left.args.push_back(unary());
    if (take_word("escape")) left.args.push_back(unary());
  } else if (take_word("regexp") || take_word("rlike")) {
    left = wrap(NodeKind::regexp, {}, std::move(left));
    left.args.push_back(bit_or());
  } else if (is_word("sounds") && is_word("like", 1)) {
    pos_ += 2;
    Node right = wrap(NodeKind::call, "soundex", bit_or());
    return binary("=", wrap(NodeKind::call, "soundex", std::move(left)), std::move(right));
  } else {
    return left;
  }
  left.negated = negated;
  return left;
}

Node ExpressionParser::bit_or() {
  Node left = bit_and();
  while (take_symbol("|")) left = binary("|", std::move(left), bit_and());
  return left;
}

Node ExpressionParser::bit_and() {
  Node left = shift();
  while (take_symbol("&")) left = binary("&", std::move(left), shift());
  return left;
}

Node ExpressionParser::shift() {
  Node left = additive();
  for (;;) {
    if (take_symbol("<<")) {
      left = binary("<<", std::move(left), additive());
    } else if (take_symbol(">>")) {
      left = binary(">>", std::move(left), additive());
    } else {
      return left;
    }
  }
}

Node ExpressionParser::additive() {
  Node left = multiplicative();
  for (;;) {
    const bool plus = is_symbol("+");
    if (!plus && !is_symbol("-")) return left;
    ++pos_;
    Node right = is_interval() ? interval() : multiplicative();
    left = binary(plus ? "+" : "-", std::move(left), std::move(right));
  }
}

bool ExpressionParser::is_interval() const {
  return is_word("interval") && !is_symbol(",", 2);
}

Node ExpressionParser::interval() {
  expect_word("interval");
  Node node = wrap(NodeKind::interval, {}, expression());
  node.text = unit();
  return node;
}

std::string ExpressionParser::unit() {
  std::string word = text::lower(peek().text);
  if (word.starts_with("sql_tsi_")) word.erase(0, 8);
  for (const std::string_view known : kIntervalUnits) {
    if (word == known) {
      ++pos_;
      return word;
    }
  }
  throw NotUnderstood{};
}

Node ExpressionParser::multiplicative() {
  Node left = power();
  for (;;) {
    if (take_symbol("*")) {
      left = binary("*", std::move(left), power());
    } else if (take_symbol("/")) {
      left = binary("/", std::move(left), power());
    } else if (take_word("div")) {
      left = binary("div", std::move(left), power());
    } else if (take_symbol("%") || take_word("mod")) {
      left = binary("%", std::move(left), power());
    } else {
      return left;
    }
  }
}

Node ExpressionParser::power() {
  Node left = unary();
  while (take_symbol("^")) left = binary("^", std::move(left), unary());
  return left;
}

Node ExpressionParser::unary() {
  if (take_symbol("-")) return wrap(NodeKind::prefix, "-", unary());
  if (take_symbol("~")) return wrap(NodeKind::prefix, "~", unary());
  if (take_symbol("+")) return unary();
  if (take_symbol("!")) return wrap(NodeKind::prefix, "not", unary());
  if (take_word("binary")) return cast_to("char charset binary", unary());
  Node node = primary();
  while (take_word("collate")) {
    node = wrap(NodeKind::collate, text::lower(peek().text), std::move(node));
    ++pos_;
  }
  return node;
}

Node parse_expression(const std::vector<Token>& tokens, std::size_t& position) {
  return ExpressionParser(tokens, position).expression();
}

}  // namespace dbmig::dialect::mariadb
