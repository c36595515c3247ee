#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/limit_checks.hpp"

namespace dbmig::dialect::mariadb::limit_checks {
namespace {

/// The columns of `table` in the parentheses behind each PARTITION BY and SUBPARTITION BY, which
/// say where a row goes.
std::vector<std::string> deciding_columns(const Table& table) {
  std::vector<std::string> columns;
  const std::vector<Token> tokens = tokenize(table.mariadb.partition);
  const auto is = [&](std::size_t i, const char* word) {
    return i < tokens.size() && text::equals_ignoring_case(tokens[i].text, word);
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!is(i + 1, "by") || (!is(i, "partition") && !is(i, "subpartition"))) continue;
    std::size_t at = i + 2;
    while (at < tokens.size() && tokens[at].text != "(") ++at;
    if (is(i + 2, "system_time")) continue;
    for (int depth = 0; at < tokens.size(); ++at) {
      if (tokens[at].text == "(") ++depth;
      if (tokens[at].text == ")" && --depth == 0) break;
      const bool is_function = at + 1 < tokens.size() && tokens[at + 1].text == "(";
      const bool is_name = tokens[at].kind == TokenKind::name ||
                           (tokens[at].kind == TokenKind::word && !is_function);
      const Column* column = is_name ? table.find_column(tokens[at].text) : nullptr;
      if (column != nullptr) columns.push_back(column->name);
    }
  }
  return columns;
}

}  // namespace

/// https://mariadb.com/kb/en/partitioning-limitations-with-mariadb/
void partition_columns(const Table& table, const LimitCheck& in) {
  if (table.mariadb.partition.empty()) return;
  const std::vector<std::string> deciding = deciding_columns(table);
  for (const Key& key : keys_of(table)) {
    if (!key.is_unique) continue;
    for (const std::string& column : deciding) {
      const bool has = std::any_of(key.parts.begin(), key.parts.end(), [&](const auto& part) {
        return text::equals_ignoring_case(part.column, column);
      });
      if (has) continue;
      in.found.push_back(
          {key.path,
           fmt::format("{} of table '{}' does not have column '{}', by which the table is "
                       "partitioned",
                       key.name, table.name, column),
           "add the column to the key, or partition the table by columns of it"});
      break;
    }
  }
}

}  // namespace dbmig::dialect::mariadb::limit_checks
