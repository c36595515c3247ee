#include "dialect/two_meanings.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "dialect/both_parser.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect {
namespace {

using schema::Schema;
using schema::SqlText;
using schema::Table;

bool is_shared_text(const std::optional<DialectKind>& only, const SqlText& sql) {
  return !only && !sql.any.empty() && sql.mariadb.empty() && sql.sqlite.empty();
}

template <class TableType, class Visit>
void each_shared_expression(TableType& table, Visit visit) {
  for (auto& check : table.checks) {
    if (!is_shared_text(table.only, check.sql)) continue;
    visit(std::vector<std::string>{"tables", table.name, "checks", check.name},
          fmt::format("check '{}' of table '{}'", check.name, table.name), check.sql);
  }
  for (auto& column : table.columns) {
    if (!column.generated || !is_shared_text(table.only, column.generated->sql)) continue;
    visit(std::vector<std::string>{"tables", table.name, "columns", column.name, "generated"},
          fmt::format("column '{}.{}'", table.name, column.name), column.generated->sql);
  }
}

/// Whether a name in double quotes is one for MariaDB in a text that has no table of its own.
bool is_known_name(const Schema& schema, const std::string& name) {
  return std::any_of(schema.tables.begin(), schema.tables.end(), [&](const auto& entry) {
    return text::equals_ignoring_case(entry.first, name) ||
           entry.second.find_column(name) != nullptr;
  });
}

/// A query with its names quoted for MariaDB, too.
SqlText query_for_both(const SqlText& sql, const Schema& schema) {
  std::string said;
  std::string previous;
  bool changed = false;
  for (const ops::Token& token : ops::tokenize(sql.any, std::nullopt)) {
    const bool quoted = token.kind == ops::TokenKind::quoted_name && token.text.front() != '`';
    if (quoted) {
      const std::string name = ops::identifier(token);
      const bool is_alias = text::equals_ignoring_case(previous, "as");
      changed = true;
      said += token.text.front() == '[' || is_alias || previous == "." ||
                      is_known_name(schema, name) || schema.views.count(name) != 0
                  ? text::quote(name, '`')
                  : mariadb::string_literal(name);
    } else {
      said += token.text;
    }
    if (token.kind != ops::TokenKind::space && token.kind != ops::TokenKind::comment) {
      previous = std::string(token.text);
    }
  }
  if (!changed) return sql;
  return {{}, said, sql.any};
}

}  // namespace

ForBoth for_both(std::string_view sql, const Table& table) {
  return BothParser(sql, table).run();
}

Schema for_both(Schema schema) {
  for (auto& [name, table] : schema.tables) {
    const Table whole = table;
    each_shared_expression(table, [&](const auto&, const auto&, SqlText& sql) {
      ForBoth said = for_both(sql.any, whole);
      if (said.differences.empty()) sql = std::move(said.sql);
    });
  }
  const Schema whole = schema;
  for (auto& [name, view] : schema.views) {
    if (is_shared_text(view.only, view.sql)) view.sql = query_for_both(view.sql, whole);
  }
  return schema;
}

std::vector<Refusal> two_meanings(const Schema& schema) {
  std::vector<Refusal> found;
  for (const auto& [name, table] : schema.tables) {
    each_shared_expression(
        table, [&](std::vector<std::string> path, const std::string& what, const SqlText& sql) {
          const ForBoth both = for_both(sql.any, table);
          if (both.differences.empty()) return;
          found.push_back({std::move(path),
                           fmt::format("{} means different things on the two databases: {}", what,
                                       text::join(both.differences, "; ")),
                           "write it for each: {sqlite: …, mariadb: …}; or name the one database "
                           "of the project under `dialects:` in dbmig.yaml"});
        });
  }
  return found;
}

Schema as_written(Schema schema) {
  const auto pin = [&](SqlText& sql) { sql = {{}, sql.any, sql.any}; };
  for (auto& [name, table] : schema.tables) {
    const Table whole = table;
    each_shared_expression(table, [&](const auto&, const auto&, SqlText& sql) {
      const ForBoth said = for_both(sql.any, whole);
      if (said.sql != sql || !said.differences.empty()) pin(sql);
    });
  }
  return schema;
}

}  // namespace dbmig::dialect
