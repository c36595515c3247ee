#include <array>

#include "dialect/mariadb/query.hpp"
#include "dialect/mariadb/token_cursor.hpp"

namespace dbmig::dialect::mariadb {
namespace {

class QueryParser : public TokenCursor {
 public:
  using TokenCursor::TokenCursor;

  std::shared_ptr<Query> query() {
    auto query = std::make_shared<Query>();
    if (take_word("with")) common_tables(*query);
    query->parts.push_back(part({}));
    for (std::string operation = set_operation(); !operation.empty(); operation = set_operation()) {
      query->parts.push_back(part(operation));
    }
    if (take_word("order")) {
      expect_word("by");
      do query->order.push_back(order_part());
      while (take_symbol(","));
    }
    if (take_word("limit")) limit(*query);
    return query;
  }

 private:
  Node expression() { return simplify(parse_expression(tokens_, pos_)); }

  std::string name() {
    if (peek().kind != TokenKind::name && peek().kind != TokenKind::word) throw NotUnderstood{};
    return tokens_[pos_++].text;
  }

  std::vector<std::string> names() {
    std::vector<std::string> out;
    expect_symbol("(");
    do out.push_back(name());
    while (take_symbol(","));
    expect_symbol(")");
    return out;
  }

  void common_tables(Query& query) {
    query.recursive = take_word("recursive");
    do {
      CommonTable table;
      table.name = name();
      if (is_symbol("(")) table.columns = names();
      expect_word("as");
      expect_symbol("(");
      table.query = parse_query(tokens_, pos_);
      expect_symbol(")");
      query.with.push_back(std::move(table));
    } while (take_symbol(","));
  }

  std::string set_operation() {
    for (const std::string_view word : {"union", "except", "intersect"}) {
      if (!take_word(word)) continue;
      const bool all = take_word("all");
      take_word("distinct");
      return std::string(word) + (all ? " all" : "");
    }
    return {};
  }

  QueryPart part(std::string operation) {
    QueryPart part;
    part.operation = std::move(operation);
    if (take_symbol("(")) {
      part.nested = parse_query(tokens_, pos_);
      expect_symbol(")");
    } else {
      part.select = select();
    }
    return part;
  }

  Select select() {
    expect_word("select");
    Select select;
    select.distinct = take_word("distinct") || take_word("distinctrow");
    take_word("all");
    do select.items.push_back(item());
    while (take_symbol(","));
    if (take_word("from") && !take_word("dual")) select.from = table_list();
    if (take_word("where")) select.where = condition();
    if (take_word("group")) {
      expect_word("by");
      do {
        select.group.push_back(expression());
        take_word("asc");
      } while (take_symbol(","));
      if (take_word("with")) {
        expect_word("rollup");
        select.rollup = true;
      }
    }
    if (take_word("having")) select.having = condition();
    return select;
  }

  /// A column alone stays as it is in WHERE, HAVING and ON.
  Node condition() { return expression(); }

  SelectItem item() {
    SelectItem item;
    if (take_symbol("*")) {
      item.star = true;
      return item;
    }
    if (is_symbol(".", 1) && is_symbol("*", 2)) {
      item.star = true;
      item.qualifier = name();
      pos_ += 2;
      return item;
    }
    const std::size_t begin = pos_;
    item.expression = expression();
    const std::size_t end = pos_;
    if (take_word("as")) {
      item.alias = peek().kind == TokenKind::string ? tokens_[pos_++].text : name();
    } else if (peek().kind == TokenKind::name || peek().kind == TokenKind::string ||
               (peek().kind == TokenKind::word && !is_reserved(peek().text))) {
      item.alias = tokens_[pos_++].text;
    } else if (item.expression.kind != NodeKind::name) {
      item.alias = text_between(begin, end);
    }
    return item;
  }

  /// What the server names an expression that has no alias: its own text, or a string's value.
  std::string text_between(std::size_t begin, std::size_t end) const {
    if (end == begin + 1 && tokens_[begin].kind == TokenKind::string) return tokens_[begin].text;
    return std::string(tokens_.back().text.substr(tokens_[begin].begin,
                                                  tokens_[end - 1].finish - tokens_[begin].begin));
  }

  Node order_part() {
    Node part = wrap(NodeKind::words, {}, expression());
    if (take_word("desc")) part.args.push_back(raw("desc"));
    take_word("asc");
    return part;
  }

  void limit(Query& query) {
    const auto number = [&] {
      if (peek().kind != TokenKind::number) throw NotUnderstood{};
      return tokens_[pos_++].text;
    };
    query.limit = number();
    if (take_symbol(",")) {
      query.offset = query.limit;
      query.limit = number();
    } else if (take_word("offset")) {
      query.offset = number();
    }
  }

  using Reference = std::shared_ptr<TableReference>;

  static Reference join(Reference left, Reference right, bool outer) {
    auto out = std::make_shared<TableReference>();
    out->left = std::move(left);
    out->right = std::move(right);
    out->outer = outer;
    return out;
  }

  Reference table_list() {
    Reference left = joined_table();
    while (take_symbol(",")) left = join(std::move(left), joined_table(), false);
    return left;
  }

  Reference joined_table() {
    Reference left = table();
    for (;;) {
      const bool left_outer = take_word("left");
      const bool right_outer = !left_outer && take_word("right");
      if (left_outer || right_outer) {
        take_word("outer");
        expect_word("join");
      } else if (take_word("inner") || take_word("cross")) {
        expect_word("join");
      } else if (!take_word("join")) {
        if (is_word("natural") || is_word("straight_join")) throw NotUnderstood{};
        return left;
      }
      Reference right = table();
      // The server writes a RIGHT JOIN as a LEFT JOIN with its sides exchanged.
      left = right_outer ? join(std::move(right), std::move(left), true)
                         : join(std::move(left), std::move(right), left_outer);
      if (take_word("on")) {
        left->on = condition();
      } else if (take_word("using")) {
        left->using_columns = names();
      }
    }
  }

  Reference table() {
    auto out = std::make_shared<TableReference>();
    if (take_symbol("(")) {
      if (!is_word("select") && !is_word("with") && !is_symbol("(")) {
        Reference inner = table_list();
        expect_symbol(")");
        return inner;
      }
      const std::size_t back = pos_;
      try {
        out->query = parse_query(tokens_, pos_);
      } catch (const NotUnderstood&) {
        pos_ = back;  // ((a join b) join c)
        Reference inner = table_list();
        expect_symbol(")");
        return inner;
      }
      expect_symbol(")");
    } else {
      out->table = name();
      if (take_symbol(".")) out->table = name();
    }
    const bool said = take_word("as");
    if (said || peek().kind == TokenKind::name ||
        (peek().kind == TokenKind::word && !is_reserved(peek().text))) {
      out->alias = name();
    } else {
      out->alias = out->table;
    }
    if (is_word("use") || is_word("force") || is_word("ignore")) throw NotUnderstood{};
    return out;
  }
};

}  // namespace

std::shared_ptr<Query> parse_query(const std::vector<Token>& tokens, std::size_t& position) {
  return QueryParser(tokens, position).query();
}

}  // namespace dbmig::dialect::mariadb
