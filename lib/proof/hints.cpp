#include "proof/hints.hpp"

#include <fmt/core.h>

#include <charconv>
#include <set>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::proof {
namespace {

using ops::Token;
using ops::TokenKind;

constexpr std::size_t kMaxHint = 300;

/// The text of a string token.
std::string unquoted(std::string_view token) {
  const std::size_t open = token.find_first_of("'\"");
  if (open == std::string_view::npos || token.size() < open + 2) return {};
  const char mark = token[open];
  const std::string doubled(2, mark);
  return text::replace_all(std::string(token.substr(open + 1, token.size() - open - 2)), doubled,
                           std::string(1, mark));
}

class Hints {
 public:
  Hints(const dialect::Dialect& dialect, const schema::Column& column)
      : dialect_(dialect), type_(column.type_on(dialect.kind())) {}

  void read(std::string_view sql) {
    const std::vector<Token> tokens = ops::tokenize(sql, dialect_.kind());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].kind == TokenKind::number) {
        const bool negative = i > 0 && tokens[i - 1].text == "-";
        number(tokens[i].text, negative);
      } else if (tokens[i].kind == TokenKind::string) {
        text(unquoted(tokens[i].text));
      }
    }
  }

  std::vector<std::string> take() { return std::move(literals_); }

 private:
  void add(std::string literal) {
    if (seen_.insert(literal).second) literals_.push_back(std::move(literal));
  }
  void add_text(std::string_view value) { add(dialect_.quote_string(value)); }

  void number(std::string_view token, bool negative) {
    double value = 0;
    const auto [end, code] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (code != std::errc() || value > 1e15) return;
    if (negative) value = -value;
    if (takes_text()) {
      // Mostly the number is the text's length.
      for (const double n : {value, value - 1, value + 1}) {
        if (n < 0 || n > static_cast<double>(kMaxHint)) continue;
        const auto length = static_cast<std::size_t>(n);
        add_text(std::string(length, 'a'));
        add_text(std::string(length, '7'));
        add_text(std::string(length, 'A'));
      }
      add_text(fmt::format("{}", value));
      return;
    }
    for (const double step : {0.0, 1.0, -1.0, 0.5, 10.0}) add(fmt::format("{}", value + step));
  }

  void text(const std::string& value) {
    if (!takes_text() && !is_temporal(type_.kind) && type_.kind != schema::TypeKind::native) return;
    add_text(value);
    if (!takes_text()) return;
    // A pattern of LIKE or GLOB, with what its wildcards can stand for; a class of REGEXP.
    for (const char* one : {"a", "7"}) {
      std::string filled = text::replace_all(value, "_", one);
      filled = text::replace_all(filled, "?", one);
      for (const char* any : {"", one}) {
        add_text(text::replace_all(text::replace_all(filled, "%", any), "*", any));
      }
    }
    for (const char* usual : {"a@b.cd", "abc", "ABC", "123", "1.5", "a1", "+4912345", "en",
                              "https://a.bc/d", "00ff00", "#00ff00", "{}", "2024-02-29"}) {
      add_text(usual);
    }
  }

  bool takes_text() const {
    return is_text(type_.kind) || type_.kind == schema::TypeKind::json ||
           (type_.kind == schema::TypeKind::native &&
            dialect::capabilities(dialect_.kind()).flexible_typing);
  }

  const dialect::Dialect& dialect_;
  const schema::Type& type_;
  std::set<std::string> seen_;
  std::vector<std::string> literals_;
};

bool mentions(std::string_view sql, std::string_view column, DialectKind kind) {
  for (const Token& token : ops::tokenize(sql, kind)) {
    if (ops::is_name(token) && text::equals_ignoring_case(ops::identifier(token), column)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> hinted_values(const dialect::Dialect& dialect, const schema::Table& table,
                                       const schema::Column& column) {
  Hints hints(dialect, column);
  const auto read = [&](const std::string& sql) {
    if (mentions(sql, column.name, dialect.kind())) hints.read(sql);
  };
  for (const schema::Check& check : table.checks) read(check.sql.for_dialect(dialect.kind()));
  for (const schema::Column& other : table.columns) {
    if (other.generated) read(other.generated->sql.for_dialect(dialect.kind()));
  }
  for (const schema::Index& index : table.indexes) {
    for (const schema::IndexPart& part : index.parts) read(part.expression);
    read(index.where.for_dialect(dialect.kind()));
  }
  return hints.take();
}

}  // namespace dbmig::proof
