#include "dialect/sqlite/expression.hpp"

#include <algorithm>
#include <cctype>
#include <span>

#include "base/text.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect::sqlite {
namespace {

bool names_column(const schema::Table& table, std::string_view name) {
  return std::any_of(table.columns.begin(), table.columns.end(), [&](const schema::Column& column) {
    return text::equals_ignoring_case(column.name, name);
  });
}

bool wrapped(std::span<const Token> tokens) {
  if (tokens.size() < 2 || !tokens.front().is_symbol('(') || !tokens.back().is_symbol(')')) {
    return false;
  }
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].is_symbol('(')) ++depth;
    if (tokens[i].is_symbol(')')) --depth;
    if (depth == 0) return i + 1 == tokens.size();
  }
  return false;
}

// A name, something in parentheses or a function call: what COLLATE behind it applies to as a
// whole.
bool is_operand(std::span<const Token> tokens) {
  return tokens.size() == 1 || wrapped(tokens) ||
         (tokens.front().can_be_name() && wrapped(tokens.subspan(1)));
}

std::span<const Token> without_parentheses(std::span<const Token> tokens) {
  while (wrapped(tokens)) tokens = tokens.subspan(1, tokens.size() - 2);
  return tokens;
}

// Keywords and names are the same in any case.
std::string normal_spelling(const Token& token, const schema::Table* table) {
  if (token.kind == Token::Kind::word || token.kind == Token::Kind::number) {
    return text::lower(token.text);
  }
  if (token.kind != Token::Kind::quoted) return std::string(token.text);
  const std::string name = token.value();
  const bool may_be_text = token.text.front() == '"';
  if (may_be_text && (table == nullptr || !names_column(*table, name))) {
    return std::string(token.text);
  }
  return text::lower(spell_identifier(name));
}

/// Which of `tokens`, those of a query, are names behind AS that its first SELECT gives its
/// columns: the ones that a view has.
std::vector<bool> output_names(std::span<const Token> tokens) {
  std::vector<bool> named(tokens.size());
  int depth = 0;
  bool is_selecting = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].is_symbol('(')) ++depth;
    if (tokens[i].is_symbol(')')) --depth;
    if (depth > 0) continue;
    if (tokens[i].is_word("SELECT")) {
      is_selecting = true;
    } else if (is_selecting && (tokens[i].is_word("FROM") || tokens[i].is_word("WHERE") ||
                                tokens[i].is_word("UNION") || tokens[i].is_word("EXCEPT") ||
                                tokens[i].is_word("INTERSECT"))) {
      break;
    } else if (is_selecting && tokens[i].is_word("AS") && i + 1 < tokens.size()) {
      named[i + 1] = tokens[i + 1].can_be_name();
    }
  }
  return named;
}

// Blanks stand where two words would run into one, nowhere else.
void append(std::string& out, const std::string& word) {
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || c == '"' ||
           c == '\'' || c == '`' || c == '[' || c == ']' || static_cast<unsigned char>(c) >= 0x80;
  };
  if (!out.empty() && !word.empty() && is_part(out.back()) && is_part(word.front())) out += ' ';
  out += word;
}

std::string_view between(std::string_view sql, std::span<const Token> tokens) {
  if (tokens.empty()) return {};
  return sql.substr(tokens.front().offset, tokens.back().end() - tokens.front().offset);
}

}  // namespace

std::string normal_expression(std::string_view sql, const schema::Table& table) {
  const std::vector<Token> all = tokenize(sql);
  const std::span<const Token> tokens = without_parentheses(all);
  std::string out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const bool qualifier = i + 2 < tokens.size() && tokens[i + 1].is_symbol('.') &&
                           token.can_be_name() && token.kind != Token::Kind::string &&
                           text::equals_ignoring_case(token.value(), table.name);
    if (qualifier) {
      ++i;  // the point
      continue;
    }
    append(out, normal_spelling(token, &table));
  }
  return out;
}

std::string normal_statement(std::string_view sql) {
  std::string out;
  std::vector<Token> tokens = tokenize(sql);
  while (!tokens.empty() && tokens.back().is_symbol(';')) tokens.pop_back();
  for (const Token& token : tokens) append(out, normal_spelling(token, nullptr));
  return out;
}

std::string normal_query(std::string_view sql) {
  std::string out;
  std::vector<Token> tokens = tokenize(sql);
  while (!tokens.empty() && tokens.back().is_symbol(';')) tokens.pop_back();
  const std::vector<bool> named = output_names(tokens);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    append(out,
           named[i] ? spell_identifier(tokens[i].value()) : normal_spelling(tokens[i], nullptr));
  }
  return out;
}

std::string trimmed_sql(std::string_view sql) {
  std::vector<Token> tokens = tokenize(sql);
  while (!tokens.empty() && tokens.back().is_symbol(';')) tokens.pop_back();
  return std::string(between(sql, tokens));
}

bool mentions(std::string_view sql, std::string_view name) {
  const std::vector<Token> tokens = tokenize(sql);
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    return token.can_be_name() && text::equals_ignoring_case(token.value(), name);
  });
}

std::string replace_name(std::string_view sql, std::string_view from, std::string_view to) {
  std::string out;
  std::size_t copied = 0;
  for (const Token& token : tokenize(sql)) {
    if (token.kind != Token::Kind::word && token.kind != Token::Kind::quoted) continue;
    if (!text::equals_ignoring_case(token.value(), from)) continue;
    out += sql.substr(copied, token.offset - copied);
    out += spell_identifier(to);
    copied = token.end();
  }
  out += sql.substr(copied);
  return out;
}

schema::IndexPart parse_index_part(std::string_view sql) {
  const std::vector<Token> all = tokenize(sql);
  std::span<const Token> tokens = all;
  schema::IndexPart part;
  if (tokens.size() > 1 && (tokens.back().is_word("ASC") || tokens.back().is_word("DESC"))) {
    part.descending = tokens.back().is_word("DESC");
    tokens = tokens.first(tokens.size() - 1);
  }
  if (tokens.size() > 2 && tokens[tokens.size() - 2].is_word("COLLATE") &&
      is_operand(tokens.first(tokens.size() - 2))) {
    part.collation = tokens.back().value();
    tokens = tokens.first(tokens.size() - 2);
  }
  tokens = without_parentheses(tokens);
  if (tokens.size() == 1 && tokens.front().can_be_name()) {
    part.column = tokens.front().value();
  } else {
    part.expression = std::string(between(sql, tokens));
  }
  return part;
}

std::string index_part_sql(const schema::IndexPart& part) {
  std::string sql;
  if (!part.column.empty()) {
    sql = quote_identifier(part.column);
  } else {
    // Only in parentheses does COLLATE apply to the whole.
    const bool whole = part.collation.empty() || is_operand(tokenize(part.expression));
    sql = whole ? part.expression : "(" + part.expression + ")";
  }
  if (!part.collation.empty()) sql += " COLLATE " + quote_identifier(part.collation);
  if (part.descending) sql += " DESC";
  return sql;
}

std::string without_qualifier(std::string_view sql, std::string_view table) {
  const std::vector<Token> tokens = tokenize(sql);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (!tokens[i + 1].is_symbol('.') || !token.can_be_name() ||
        token.kind == Token::Kind::string || !text::equals_ignoring_case(token.value(), table)) {
      continue;
    }
    out += sql.substr(copied, token.offset - copied);
    copied = tokens[i + 1].end();
  }
  out += sql.substr(copied);
  return out;
}

std::string without_truths(std::string_view sql) {
  std::string out;
  std::size_t copied = 0;
  bool behind_is = false;
  for (const Token& token : tokenize(sql)) {
    const bool is_true = token.is_word("TRUE");
    if ((is_true || token.is_word("FALSE")) && !behind_is) {
      out += sql.substr(copied, token.offset - copied);
      out += is_true ? "1" : "0";
      copied = token.end();
    }
    behind_is = token.is_word("IS") || (behind_is && token.is_word("NOT"));
  }
  out += sql.substr(copied);
  return out;
}

}  // namespace dbmig::dialect::sqlite
