#include "dialect/both_query.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect {
namespace {

using ops::Token;
using ops::TokenKind;

bool is_known(const schema::Schema& schema, const std::string& name) {
  return schema.views.count(name) != 0 ||
         std::any_of(schema.tables.begin(), schema.tables.end(), [&](const auto& entry) {
           return text::equals_ignoring_case(entry.first, name) ||
                  entry.second.find_column(name) != nullptr;
         });
}

class QueryReader {
 public:
  QueryReader(std::string_view sql, const schema::Schema& schema) : sql_(sql), schema_(schema) {
    for (const Token& token : ops::tokenize(sql, std::nullopt)) {
      if (token.kind != TokenKind::space && token.kind != TokenKind::comment) {
        tokens_.push_back(token);
      }
    }
  }

  ForBoth run() {
    ForBoth out;
    rows_of_trigger();
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].kind == TokenKind::quoted_name && tokens_[i].text.front() != '`') name(i);
      if (is_join(i) && !join(i)) {
        out.differences = {"'||' joins texts on SQLite and is OR on MariaDB"};
        break;
      }
    }
    if (edits_.empty() || !out.differences.empty()) {
      out.sql.any = std::string(sql_);
      return out;
    }
    std::stable_sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
      return std::tie(a.begin, a.size) < std::tie(b.begin, b.size);
    });
    std::size_t from = 0;
    for (const Edit& edit : edits_) {
      out.sql.mariadb += sql_.substr(from, edit.begin - from);
      out.sql.mariadb += edit.text;
      from = edit.begin + edit.size;
    }
    out.sql.mariadb += sql_.substr(from);
    out.sql.sqlite = std::string(sql_);
    return out;
  }

 private:
  struct Edit {
    std::size_t begin;
    std::size_t size;
    std::string text;
  };

  std::size_t begin_of(std::size_t i) const {
    return static_cast<std::size_t>(tokens_[i].text.data() - sql_.data());
  }
  std::size_t end_of(std::size_t i) const { return begin_of(i) + tokens_[i].text.size(); }
  bool is(std::size_t i, std::string_view word) const {
    return i < tokens_.size() && tokens_[i].kind != TokenKind::quoted_name &&
           tokens_[i].kind != TokenKind::string &&
           text::equals_ignoring_case(tokens_[i].text, word);
  }
  bool is_any(std::size_t i, std::initializer_list<std::string_view> words) const {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return is(i, word); });
  }
  bool is_join(std::size_t i) const {
    return is(i, "|") && is(i + 1, "|") && end_of(i) == begin_of(i + 1);
  }
  bool is_value(std::size_t i) const {
    if (i >= tokens_.size()) return false;
    return tokens_[i].kind == TokenKind::word || tokens_[i].kind == TokenKind::quoted_name ||
           tokens_[i].kind == TokenKind::string || tokens_[i].kind == TokenKind::number;
  }

  /// A trigger that says no more than when it fires: SQLite knows those for each row alone.
  void rows_of_trigger() {
    if (!is_any(0, {"before", "after"}) || !is_any(1, {"insert", "update", "delete"}) ||
        !is(2, "on") || !is_value(3) || !is(4, "begin")) {
      return;
    }
    edits_.push_back({begin_of(4), 0, "FOR EACH ROW "});
  }

  /// A word that no operand ends with, and no function is called.
  bool is_keyword(std::size_t i) const {
    return is_any(i, {"select", "and",  "or",    "not",  "then",    "when",   "else",
                      "in",     "on",   "where", "by",   "as",      "values", "distinct",
                      "having", "case", "all",   "like", "between", "set",    "return"});
  }

  void name(std::size_t i) {
    const std::string name = ops::identifier(tokens_[i]);
    const bool is_name = tokens_[i].text.front() == '[' || (i > 0 && is_any(i - 1, {"as", "."})) ||
                         is(i + 1, ".") || is_known(schema_, name);
    edits_.push_back({begin_of(i), tokens_[i].text.size(),
                      is_name ? text::quote(name, '`') : mariadb::string_literal(name)});
  }

  /// From `i`, a `)`, to its parenthesis.
  std::optional<std::size_t> opened(std::size_t i) const {
    for (int depth = 0;; --i) {
      if (is(i, ")")) ++depth;
      if (is(i, "(") && --depth == 0) return i;
      if (i == 0) return std::nullopt;
    }
  }
  std::optional<std::size_t> closed(std::size_t i) const {
    for (int depth = 0; i < tokens_.size(); ++i) {
      if (is(i, "(")) ++depth;
      if (is(i, ")") && --depth == 0) return i;
    }
    return std::nullopt;
  }

  /// The first token of the operand that ends with `last`.
  std::optional<std::size_t> start(std::size_t last) const {
    std::size_t at = last;
    if (is(last, ")")) {
      const auto open = opened(last);
      if (!open) return std::nullopt;
      at = *open;
      const bool is_call = at > 0 && tokens_[at - 1].kind == TokenKind::word && !is_keyword(at - 1);
      if (is_call) --at;
    } else if (!is_value(last) || is(last, "end")) {
      return std::nullopt;
    }
    while (at > 1 && is(at - 1, ".")) at -= 2;
    if (at == 0) return at;
    if (is_any(at - 1, {"collate", "~"})) return std::nullopt;
    const bool is_sign = is_any(at - 1, {"-", "+"});
    if (is_sign && (at < 2 || is_keyword(at - 2) || !(is_value(at - 2) || is(at - 2, ")"))))
      return std::nullopt;
    return at;
  }

  /// The last token of the operand that begins with `first`.
  std::optional<std::size_t> finish(std::size_t first) const {
    std::size_t at = first;
    if (is(first, "(")) {
      const auto close = closed(first);
      if (!close) return std::nullopt;
      at = *close;
    } else {
      if (!is_value(first) || is_any(first, {"case", "not", "exists"})) return std::nullopt;
      while (is(at + 1, ".")) at += 2;
      if (is(at + 1, "(")) {
        const auto close = closed(at + 1);
        if (!close) return std::nullopt;
        at = *close;
      }
    }
    if (is(at + 1, "-") && is(at + 2, ">")) return std::nullopt;
    if (is(at + 1, "collate")) at += 2;
    if (at >= tokens_.size()) return std::nullopt;
    return at;
  }

  /// The operands around the `||` at `i`, and those that follow, become concat(). What stands in
  /// them has joins of its own. False when they cannot be told.
  bool join(std::size_t i) {
    if (std::find(joined_.begin(), joined_.end(), i) != joined_.end()) return true;
    const auto first = i == 0 ? std::nullopt : start(i - 1);
    if (!first) return false;
    std::size_t last = i - 1;
    while (is_join(last + 1)) {
      joined_.push_back(last + 1);
      edits_.push_back({begin_of(last + 1), 2, ","});
      const auto end = finish(last + 3);
      if (!end) return false;
      last = *end;
    }
    edits_.push_back({begin_of(*first), 0, "concat("});
    edits_.push_back({end_of(last), 0, ")"});
    return true;
  }

  std::string_view sql_;
  const schema::Schema& schema_;
  std::vector<Token> tokens_;
  std::vector<Edit> edits_;
  std::vector<std::size_t> joined_;  ///< `||` that are told already
};

}  // namespace

ForBoth query_for_both(std::string_view sql, const schema::Schema& schema) {
  return QueryReader(sql, schema).run();
}

}  // namespace dbmig::dialect
