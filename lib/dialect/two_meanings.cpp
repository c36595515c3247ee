#include "dialect/two_meanings.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "dialect/both_parser.hpp"
#include "dialect/both_query.hpp"
#include "dialect/now_default.hpp"
#include "dialect/sqlite/types.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect {
namespace {

using schema::Schema;
using schema::SqlText;
using schema::Table;

bool is_shared_text(const std::optional<DialectKind>& only, const SqlText& sql) {
  return !only && !sql.any.empty() && sql.mariadb.empty() && sql.sqlite.empty();
}

/// Its parts without what stands between them.
std::vector<std::string_view> parts_of(std::string_view sql) {
  std::vector<std::string_view> parts;
  for (const ops::Token& token : ops::tokenize(sql, DialectKind::sqlite)) {
    if (token.kind == ops::TokenKind::space || token.kind == ops::TokenKind::comment) continue;
    parts.push_back(token.text);
  }
  return parts;
}

/// A default for both, of which SQLite may have another spelling.
bool is_shared_default(const std::optional<DialectKind>& only, const SqlText& sql) {
  if (only || sql.any.empty() || !sql.mariadb.empty()) return false;
  return sql.sqlite.empty() || parts_of(sql.sqlite) == parts_of(sql.any);
}

template <class TableType, class Visit>
void each_shared_expression(TableType& table, Visit visit) {
  for (auto& check : table.checks) {
    if (!is_shared_text(table.only, check.sql)) continue;
    visit(std::vector<std::string>{"tables", table.name, "checks", check.name},
          fmt::format("check '{}' of table '{}'", check.name, table.name), check.sql);
  }
  for (auto& column : table.columns) {
    if (column.default_value && column.default_value->kind == schema::Default::Kind::sql &&
        is_shared_default(table.only, column.default_value->sql)) {
      visit(std::vector<std::string>{"tables", table.name, "columns", column.name, "default"},
            fmt::format("the default of '{}.{}'", table.name, column.name),
            column.default_value->sql);
    }
    if (!column.generated || !is_shared_text(table.only, column.generated->sql)) continue;
    visit(std::vector<std::string>{"tables", table.name, "columns", column.name, "generated"},
          fmt::format("column '{}.{}'", table.name, column.name), column.generated->sql);
  }
}

template <class SchemaType, class Visit>
void each_shared_query(SchemaType& schema, Visit visit) {
  for (auto& [name, view] : schema.views) {
    if (!is_shared_text(view.only, view.sql)) continue;
    visit(std::vector<std::string>{"views", name}, fmt::format("view '{}'", name), view.sql);
  }
  for (auto& [name, trigger] : schema.triggers) {
    if (!is_shared_text(trigger.only, trigger.sql)) continue;
    visit(std::vector<std::string>{"triggers", name}, fmt::format("trigger '{}'", name),
          trigger.sql);
  }
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
      if (!said.differences.empty()) return;
      if (sql.sqlite.empty()) {
        sql = std::move(said.sql);
      } else {
        sql.mariadb = std::move(said.sql.mariadb);
        if (!sql.mariadb.empty()) sql.any.clear();
      }
    });
    for (schema::Column& column : table.columns) {
      if (!column.default_value || column.default_value->kind != schema::Default::Kind::sql)
        continue;
      SqlText& sql = column.default_value->sql;
      const std::string now = is_shared_default(table.only, sql) ? mariadb_now(sql.any) : "";
      if (now.empty()) continue;
      sql.mariadb = now;
      if (sql.sqlite.empty()) sql.sqlite = sql.any;
      sql.any.clear();
    }
  }
  const Schema whole = schema;
  each_shared_query(schema, [&](const auto&, const auto&, SqlText& sql) {
    ForBoth said = query_for_both(sql.any, whole);
    if (said.differences.empty()) sql = std::move(said.sql);
  });
  return schema;
}

std::vector<Refusal> two_meanings(const Schema& schema) {
  std::vector<Refusal> found;
  const auto judge = [&](std::vector<std::string> path, const std::string& what,
                         const ForBoth& both) {
    if (both.differences.empty()) return;
    found.push_back({std::move(path),
                     fmt::format("{} means different things on the two databases: {}", what,
                                 text::join(both.differences, "; ")),
                     "write it for each: {sqlite: …, mariadb: …}; or name the one database "
                     "of the project under `dialects:` in dbmig.yaml"});
  };
  const auto judge_names = [&](const std::vector<std::string>& path, const ForBoth& both) {
    if (both.repeated.empty() || path.front() != "views") return;
    if (!schema.views.at(path.back()).columns.empty()) return;
    found.push_back({path,
                     fmt::format("view '{}' has two columns called '{}': SQLite renames one of "
                                 "them, and MariaDB has no such view",
                                 path.back(), both.repeated),
                     "give one of them another name with AS"});
  };
  for (const auto& [name, table] : schema.tables) {
    each_shared_expression(
        table, [&](std::vector<std::string> path, const std::string& what, const SqlText& sql) {
          judge(std::move(path), what, for_both(sql.any, table));
        });
  }
  each_shared_query(
      schema, [&](std::vector<std::string> path, const std::string& what, const SqlText& sql) {
        const ForBoth both = query_for_both(sql.any, schema);
        judge_names(path, both);
        judge(std::move(path), what, both);
      });
  return found;
}

Schema as_written(Schema schema) {
  const auto pin = [&](SqlText& sql) { sql = {{}, sql.any, sql.any}; };
  for (auto& [name, table] : schema.tables) {
    const Table whole = table;
    each_shared_expression(table, [&](const auto&, const auto&, SqlText& sql) {
      const ForBoth said = for_both(sql.any, whole);
      if (sql.sqlite.empty() && (said.sql != sql || !said.differences.empty())) pin(sql);
    });
  }
  const Schema whole = schema;
  each_shared_query(schema, [&](const auto&, const auto&, SqlText& sql) {
    const ForBoth said = query_for_both(sql.any, whole);
    if (said.sql != sql || !said.differences.empty()) pin(sql);
  });
  return schema;
}

namespace {

/// Whether an expression of `table` names `column`: MariaDB lets none name a numbered one.
bool is_computed_with(const schema::Table& table, const std::string& column) {
  const auto names = [&](const schema::SqlText& sql) {
    return text::lower(sql.for_dialect(DialectKind::mariadb)).find(text::lower(column)) !=
           std::string::npos;
  };
  return std::any_of(table.checks.begin(), table.checks.end(),
                     [&](const schema::Check& check) { return names(check.sql); }) ||
         std::any_of(table.columns.begin(), table.columns.end(), [&](const schema::Column& other) {
           return other.generated && names(other.generated->sql);
         });
}

}  // namespace

void number_keys(schema::Table& table) {
  for (schema::Column& column : table.columns) {
    if (!sqlite::is_filled_by_sqlite_alone(table, column) || is_computed_with(table, column.name)) {
      continue;
    }
    column.autoincrement = true;
    column.sqlite.type = schema::Type{};
    column.sqlite.type->kind = schema::TypeKind::integer;
    column.sqlite.null_key = false;
  }
}

void keep_digits(schema::Table& table) {
  for (schema::Column& column : table.columns) {
    const bool is_cut = column.type.kind == schema::TypeKind::float_ ||
                        (column.type.kind == schema::TypeKind::double_ && column.type.length);
    if (!is_cut || column.mariadb.type) continue;
    column.mariadb.type = schema::Type{};
    column.mariadb.type->kind = schema::TypeKind::double_;
    column.mariadb.type->is_unsigned = column.type.is_unsigned;
  }
}

}  // namespace dbmig::dialect
