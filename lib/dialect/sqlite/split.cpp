#include <algorithm>

#include "dialect/sqlite/dialect.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect::sqlite {
namespace {

// CREATE [TEMP|TEMPORARY] TRIGGER …, also after EXPLAIN.
bool creates_trigger(const std::vector<Token>& tokens, std::size_t at) {
  const auto is = [&](std::string_view keyword) {
    return at < tokens.size() && tokens[at].is_word(keyword);
  };
  if (is("EXPLAIN")) {
    ++at;
    if (is("QUERY")) at += 2;
  }
  if (!is("CREATE")) return false;
  ++at;
  if (is("TEMP") || is("TEMPORARY")) ++at;
  return is("TRIGGER");
}

// The index of the `;` that ends the statement that starts at `at`, or the number of tokens. No
// statement inside a trigger begins with END, so `; END` closes its body, as in sqlite3_complete().
std::size_t find_end(const std::vector<Token>& tokens, std::size_t at) {
  const bool trigger = creates_trigger(tokens, at);
  bool body = false;
  for (; at < tokens.size(); ++at) {
    if (trigger && tokens[at].is_word("BEGIN")) body = true;
    if (!tokens[at].is_symbol(';')) continue;
    if (!body) return at;
    if (at + 1 < tokens.size() && tokens[at + 1].is_word("END")) {
      body = false;
      ++at;
    }
  }
  return at;
}

}  // namespace

std::vector<std::string> SqliteDialect::split_statements(std::string_view sql) const {
  std::vector<std::string> statements;
  const std::vector<Token> tokens = tokenize(sql);
  std::size_t from = 0;  // in `sql`: behind the last `;`, so that comments go with what follows
  for (std::size_t first = 0; first < tokens.size();) {
    const std::size_t semicolon = find_end(tokens, first);
    const std::size_t end = semicolon < tokens.size() ? tokens[semicolon].offset : sql.size();
    if (semicolon > first) {
      std::string_view statement = sql.substr(from, end - from);
      statement.remove_prefix(std::min(statement.find_first_not_of(" \t\r\n\f"), statement.size()));
      statement = statement.substr(0, statement.find_last_not_of(" \t\r\n\f") + 1);
      statements.emplace_back(statement);
    }
    from = std::min(end + 1, sql.size());
    first = semicolon + 1;
  }
  return statements;
}

}  // namespace dbmig::dialect::sqlite
