#include "dialect/mariadb/expression_parser.hpp"

namespace dbmig::dialect::mariadb {

Node ExpressionParser::cast_to(const std::string& type, Node arg) {
  Node node = wrap(NodeKind::special, "cast", std::move(arg));
  node.args.push_back(raw("as " + type));
  return node;
}

Node ExpressionParser::call(const std::string& word) {
  if (word == "cast") return cast();
  if (word == "convert") return convert();
  if (word == "trim") return trim();
  if (word == "extract") return extract();
  if (word == "position") return position();
  if (word == "timestampdiff" || word == "timestampadd") return timestamp_call(word);
  if (word == "group_concat") return group_concat();
  if ((word == "substring" || word == "substr") && has_from()) return substring_from();
  Node node{.kind = NodeKind::call, .text = word};
  ++pos_;
  arguments(node);
  if (word == "row") node.kind = NodeKind::row;
  return is_word("over") ? over(std::move(node)) : node;
}

std::string ExpressionParser::type_text() {
  std::string out;
  int depth = 0;
  while (depth > 0 || !is_symbol(")")) {
    if (peek().kind == TokenKind::end) throw NotUnderstood{};
    if (is_symbol("(")) ++depth;
    if (is_symbol(")")) --depth;
    const bool tight = is_symbol("(") || is_symbol(")") || is_symbol(",") || out.empty() ||
                       out.back() == '(' || out.back() == ',';
    if (!tight) out += ' ';
    out += text::lower(peek().text);
    ++pos_;
  }
  return cast_type(std::move(out));
}

std::string ExpressionParser::cast_type(std::string type) {
  type = text::replace_all(std::move(type), "character set", "charset");
  const std::string utf8 = " charset utf8mb4";
  if (type.ends_with(utf8)) type.erase(type.size() - utf8.size());
  const auto starts = [&](std::string_view word) {
    return type == word || type.starts_with(std::string(word) + "(") ||
           type.starts_with(std::string(word) + " ");
  };
  const auto rest = [&](std::string_view word) { return type.substr(word.size()); };
  if (starts("varchar")) return "char" + rest("varchar");
  if (starts("nchar")) return "char" + rest("nchar") + " charset utf8mb3";
  if (starts("binary")) return "char" + rest("binary") + " charset binary";
  if (starts("unsigned")) return "unsigned";
  if (starts("signed") || type == "int" || type == "integer") return "signed";
  if (starts("dec") || starts("decimal") || starts("numeric")) {
    const std::size_t open = type.find('(');
    if (open == std::string::npos) return "decimal(10,0)";
    std::string digits = type.substr(open);
    if (digits.find(',') == std::string::npos) digits.insert(digits.size() - 1, ",0");
    return "decimal" + digits;
  }
  if (type.ends_with(" charset utf8")) type += "mb3";
  return type;
}

Node ExpressionParser::cast() {
  pos_ += 2;
  Node arg = expression();
  expect_word("as");
  Node node = cast_to(type_text(), std::move(arg));
  expect_symbol(")");
  return node;
}

Node ExpressionParser::convert() {
  pos_ += 2;
  Node arg = expression();
  if (take_word("using")) {
    Node node = wrap(NodeKind::special, "convert", std::move(arg));
    std::string charset = text::lower(peek().text);
    if (charset == "utf8") charset = "utf8mb3";
    node.args.push_back(raw("using " + charset));
    ++pos_;
    expect_symbol(")");
    return node;
  }
  expect_symbol(",");
  Node node = cast_to(type_text(), std::move(arg));
  expect_symbol(")");
  return node;
}

Node ExpressionParser::trim() {
  pos_ += 2;
  std::string side = "both";
  bool said = false;
  for (const std::string_view word : {"both", "leading", "trailing"}) {
    if (take_word(word)) {
      side = word;
      said = true;
      break;
    }
  }
  Node what = take_word("from") ? Node{} : expression();
  const bool has_what =
      !what.text.empty() || !what.args.empty() || !what.parts.empty() || what.kind != NodeKind::raw;
  const bool from_follows = has_what ? take_word("from") : true;
  if (!from_follows && said) throw NotUnderstood{};
  if (from_follows && has_what) {
    Node node = wrap(NodeKind::special, "trim", raw(side));
    node.args.push_back(std::move(what));
    node.args.push_back(raw("from"));
    node.args.push_back(expression());
    expect_symbol(")");
    return node;
  }
  Node arg = from_follows ? expression() : std::move(what);
  expect_symbol(")");
  return wrap(NodeKind::call,
              side == "both"      ? "trim"
              : side == "leading" ? "ltrim"
                                  : "rtrim",
              std::move(arg));
}

Node ExpressionParser::extract() {
  pos_ += 2;
  Node node = wrap(NodeKind::special, "extract", raw(unit() + " from"));
  expect_word("from");
  node.args.push_back(expression());
  expect_symbol(")");
  return node;
}

Node ExpressionParser::position() {
  pos_ += 2;
  Node node = wrap(NodeKind::call, "locate", bit_or());
  expect_word("in");
  node.args.push_back(expression());
  expect_symbol(")");
  return node;
}

Node ExpressionParser::timestamp_call(const std::string& word) {
  pos_ += 2;
  const std::string unit_text = unit();
  expect_symbol(",");
  Node first = expression();
  expect_symbol(",");
  Node second = expression();
  expect_symbol(")");
  if (word == "timestampadd") {
    return binary("+", std::move(second), wrap(NodeKind::interval, unit_text, std::move(first)));
  }
  Node node = wrap(NodeKind::call, word, raw(unit_text));
  node.args.push_back(std::move(first));
  node.args.push_back(std::move(second));
  return node;
}

bool ExpressionParser::has_from() const {
  int depth = 0;
  for (std::size_t i = pos_ + 1; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    if (token.kind == TokenKind::symbol && token.text == "(") ++depth;
    if (token.kind == TokenKind::symbol && token.text == ")" && --depth == 0) return false;
    if (depth == 1 && token.kind == TokenKind::word &&
        text::equals_ignoring_case(token.text, "from")) {
      return true;
    }
  }
  return false;
}

Node ExpressionParser::substring_from() {
  pos_ += 2;
  Node node = wrap(NodeKind::call, "substr", expression());
  expect_word("from");
  node.args.push_back(expression());
  if (take_word("for")) node.args.push_back(expression());
  expect_symbol(")");
  return node;
}

Node ExpressionParser::ordering() {
  Node list{.kind = NodeKind::list};
  do {
    Node part = wrap(NodeKind::words, {}, expression());
    if (take_word("desc")) part.args.push_back(raw("desc"));
    take_word("asc");
    list.args.push_back(std::move(part));
  } while (take_symbol(","));
  return list;
}

Node ExpressionParser::group_concat() {
  pos_ += 2;
  Node words{.kind = NodeKind::words};
  if (take_word("distinct")) words.args.push_back(raw("distinct"));
  Node list{.kind = NodeKind::list};
  do list.args.push_back(expression());
  while (take_symbol(","));
  words.args.push_back(std::move(list));
  if (take_word("order")) {
    expect_word("by");
    words.args.push_back(raw("order by"));
    words.args.push_back(ordering());
  }
  std::string separator = ",";
  if (take_word("separator")) {
    separator = peek().text;
    ++pos_;
  }
  words.args.push_back(raw("separator " + string_literal(separator)));
  expect_symbol(")");
  return wrap(NodeKind::call, "group_concat", std::move(words));
}

Node ExpressionParser::over(Node function) {
  expect_word("over");
  expect_symbol("(");
  Node words = wrap(NodeKind::words, {}, std::move(function));
  words.args.push_back(raw("over ("));
  if (take_word("partition")) {
    expect_word("by");
    words.args.push_back(raw("partition by"));
    words.args.push_back(ordering());
  }
  if (take_word("order")) {
    expect_word("by");
    words.args.push_back(raw("order by"));
    words.args.push_back(ordering());
  }
  expect_symbol(")");
  words.args.push_back(raw(")"));
  return words;
}

}  // namespace dbmig::dialect::mariadb
