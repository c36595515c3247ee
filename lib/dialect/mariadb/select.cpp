#include "dialect/mariadb/select.hpp"

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/query.hpp"

namespace dbmig::dialect::mariadb {

std::string normalize_select(std::string_view sql, const schema::Schema& schema,
                             const std::vector<std::string>& columns) {
  std::vector<Token> tokens = tokenize(sql);
  while (tokens.size() > 1 && tokens[tokens.size() - 2].text == ";") {
    tokens.erase(tokens.end() - 2);
  }
  // The parser names an expression without an alias by its text, which it finds there.
  tokens.back().text = std::string(sql);
  try {
    std::size_t position = 0;
    const auto query = parse_query(tokens, position);
    if (tokens[position].kind == TokenKind::end) return print_query(*query, schema, columns);
  } catch (const NotUnderstood&) {
    // Compared as tokens.
  }
  return normalize_tokens(tokens);
}

std::string normalize_trigger(std::string_view sql, std::string_view table) {
  const std::vector<Token> tokens = tokenize(sql);
  const auto is = [&](std::size_t i, std::string_view word) {
    return i < tokens.size() && tokens[i].kind == TokenKind::word &&
           text::equals_ignoring_case(tokens[i].text, word);
  };
  std::size_t each = 0;
  while (each < tokens.size() && !(is(each, "for") && is(each + 1, "each"))) ++each;
  if (each + 3 >= tokens.size() || tokens.size() < 2) return std::string(text::trim(sql));
  std::size_t body = each + 3;
  if (is(body, "follows") || is(body, "precedes")) body += 2;
  std::string text(text::trim(sql.substr(std::min(tokens[body].begin, sql.size()))));
  while (text.ends_with(';')) text = std::string(text::trim(text.substr(0, text.size() - 1)));
  return text::lower(tokens[0].text) + ' ' + text::lower(tokens[1].text) + " on " +
         readable_name(table) + " for each row " + text;
}

}  // namespace dbmig::dialect::mariadb
