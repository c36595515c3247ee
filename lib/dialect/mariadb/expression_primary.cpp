#include "dialect/mariadb/expression_parser.hpp"
#include "dialect/mariadb/query.hpp"

namespace dbmig::dialect::mariadb {

Node ExpressionParser::primary() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::number:
      ++pos_;
      return raw(number(token.text));
    case TokenKind::literal:
      ++pos_;
      return raw(literal(token.text));
    case TokenKind::variable:
      ++pos_;
      return raw(token.text);
    case TokenKind::string:
      return string_token();
    case TokenKind::name:
      return name();
    case TokenKind::symbol:
      return symbol();
    case TokenKind::word:
      return word();
    case TokenKind::end:
      break;
  }
  throw NotUnderstood{};
}

std::string ExpressionParser::number(std::string text) {
  text = text::replace_all(text::lower(text), "e+", "e");
  const std::size_t zeros = text.find_first_not_of('0');
  text.erase(0, zeros == std::string::npos ? text.size() - 1 : zeros);
  if (text.empty() || text.front() < '0' || text.front() > '9') text.insert(0, "0");
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string ExpressionParser::literal(std::string text) {
  text = text::lower(text);
  if (text.starts_with('x') || text.starts_with("0x")) return text;
  std::string bits = text.substr(2);
  if (text.starts_with('b')) bits.pop_back();
  bits.insert(0, (8 - bits.size() % 8) % 8, '0');
  std::string out = "0x";
  for (std::size_t i = 0; i < bits.size(); i += 4) {
    int digit = 0;
    for (std::size_t j = i; j < i + 4; ++j) digit = digit * 2 + (bits[j] - '0');
    out += "0123456789abcdef"[digit];
  }
  return out;
}

Node ExpressionParser::string_token() {
  Node node{.kind = NodeKind::string};
  while (peek().kind == TokenKind::string) node.text += tokens_[pos_++].text;
  return node;
}

Node ExpressionParser::name() {
  Node node{.kind = NodeKind::name};
  node.parts.push_back(tokens_[pos_++].text);
  while (is_symbol(".") && (peek(1).kind == TokenKind::name || peek(1).kind == TokenKind::word)) {
    node.parts.push_back(peek(1).text);
    pos_ += 2;
  }
  if (is_symbol("(")) {  // a stored function: `db`.`f`(…)
    Node call{.kind = NodeKind::call, .parts = std::move(node.parts)};
    arguments(call);
    return call;
  }
  return node;
}

Node ExpressionParser::symbol() {
  if (take_symbol("(")) {
    if (is_query()) return subquery({});
    Node inner = expression();
    if (is_symbol(",")) {
      Node row = wrap(NodeKind::row, {}, std::move(inner));
      while (take_symbol(",")) row.args.push_back(expression());
      inner = std::move(row);
    }
    expect_symbol(")");
    return inner;
  }
  if (is_symbol("{") && peek(2).kind == TokenKind::string) {  // ODBC: {d '…'} {t '…'} {ts '…'}
    const std::string kind = text::lower(peek(1).text);
    const std::string value = peek(2).text;
    pos_ += 3;
    expect_symbol("}");
    return typed_literal(kind == "d" ? "date" : kind == "t" ? "time" : "timestamp", value);
  }
  if (take_symbol("*")) return raw("*");
  throw NotUnderstood{};
}

Node ExpressionParser::typed_literal(const std::string& type, const std::string& value) {
  return raw(type + ' ' + string_literal(value));
}

Node ExpressionParser::word() {
  const std::string word = text::lower(peek().text);
  if (word == "null" || word == "default") return take_raw(word);
  if (word == "true") return take_raw("1");
  if (word == "false") return take_raw("0");
  if (word == "case") return case_expression();
  if (word == "exists" && is_symbol("(", 1)) {
    pos_ += 2;
    return subquery(word);
  }
  if (word == "select" || word == "match" || word == "with") throw NotUnderstood{};
  const bool before_string = peek(1).kind == TokenKind::string;
  if (before_string && (word == "date" || word == "time" || word == "timestamp")) {
    pos_ += 2;
    return typed_literal(word, tokens_[pos_ - 1].text);
  }
  if (before_string && (word == "n" || word.front() == '_')) {
    // A character set introducer; the server prints the value without it.
    ++pos_;
    return string_token();
  }
  if (is_symbol("(", 1)) return call(word);
  for (const std::string_view clock :
       {"current_timestamp", "localtime", "localtimestamp", "current_date", "current_time",
        "utc_timestamp", "utc_date", "utc_time", "current_user"}) {
    if (word == clock) {
      ++pos_;
      return {.kind = NodeKind::call, .text = word};
    }
  }
  if (is_reserved(word) && !is_symbol(".", 1)) throw NotUnderstood{};
  return name();
}

Node ExpressionParser::take_raw(std::string text) {
  ++pos_;
  return raw(std::move(text));
}

Node ExpressionParser::case_expression() {
  expect_word("case");
  Node node{.kind = NodeKind::case_};
  if (!is_word("when")) {
    node.has_subject = true;
    node.args.push_back(expression());
  }
  while (take_word("when")) {
    node.args.push_back(expression());
    expect_word("then");
    node.args.push_back(expression());
  }
  if (take_word("else")) {
    node.has_else = true;
    node.args.push_back(expression());
  }
  expect_word("end");
  return node;
}

void ExpressionParser::arguments(Node& call) {
  expect_symbol("(");
  if (take_symbol(")")) return;
  if (is_query()) throw NotUnderstood{};
  if (take_word("distinct")) {
    call.args.push_back(wrap(NodeKind::words, {}, raw("distinct")));
    call.args.back().args.push_back(expression());
    if (take_symbol(")")) return;
    expect_symbol(",");
  }
  do call.args.push_back(is_interval() ? interval() : expression());
  while (take_symbol(","));
  expect_symbol(")");
}

bool ExpressionParser::is_query() const {
  return is_word("select") || (is_word("with") && !is_symbol(",", 1)) ||
         (is_symbol("(") && is_word("select", 1));
}

bool ExpressionParser::is_quantified() const {
  return (is_word("any") || is_word("some") || is_word("all")) && is_symbol("(", 1);
}

Node ExpressionParser::quantified() {
  const std::string word = is_word("all") ? "all" : "any";
  pos_ += 2;
  return subquery(word);
}

Node ExpressionParser::subquery(std::string word) {
  Node node{.kind = NodeKind::subquery, .text = std::move(word)};
  node.query = parse_query(tokens_, pos_);
  expect_symbol(")");
  return node;
}

}  // namespace dbmig::dialect::mariadb
