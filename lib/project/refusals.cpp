#include "project/refusals.hpp"

#include <fmt/core.h>

#include <variant>

#include "backend/refusal_text.hpp"
#include "base/error.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/dialect.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "proof/external.hpp"

namespace dbmig::project {
namespace {

using schema::Schema;

std::string does_not_take(const backend::Connection& connection, const Error& error) {
  return backend::refusal_text(connection.dialect().kind(), error.message());
}

/// Whether the database rejects the statement, as opposed to being unreachable or interrupted.
bool is_of_the_statement(const Error& error) {
  return error.code() != ErrorCode::connection && error.code() != ErrorCode::interrupted;
}

bool has_default_to_ask(const schema::Column& column) {
  return column.default_value && column.default_value->kind == schema::Default::Kind::sql;
}

void apply(backend::Connection& connection, const ops::Operation& operation, Schema& built) {
  const std::vector<ops::Operation> one{operation};
  for (const auto& statement : connection.dialect().plan(built, one, {})) {
    connection.execute(statement.sql);
  }
  built = ops::apply(std::move(built), one);
}

/// SQLite accepts any default, and evaluates it only when it is needed.
void ask_defaults(backend::Connection& connection, const schema::Table& table, Refusals& refusals) {
  if (!dialect::capabilities(connection.dialect().kind()).late_defaults) return;
  for (const schema::Column& column : table.columns) {
    if (!has_default_to_ask(column)) continue;
    try {
      connection.query(
          "SELECT (" + column.default_value->sql.for_dialect(DialectKind::sqlite) + ")", {});
    } catch (const Error& error) {
      if (!is_of_the_statement(error)) throw;
      add_refusal(refusals, {"tables", table.name, "columns", column.name, "default"},
                  does_not_take(connection, error));
    }
  }
}

/// Creates `table` without the checks and defaults that the server refuses.
void ask_table(backend::Connection& connection, const schema::Table& table, Schema& built,
               Refusals& refusals) {
  const auto ask = [&](const ops::Operation& operation, const std::vector<std::string>& path) {
    try {
      apply(connection, operation, built);
    } catch (const Error& error) {
      if (!is_of_the_statement(error)) throw;
      add_refusal(refusals, path, does_not_take(connection, error));
    }
  };
  schema::Table plain = table;
  plain.checks.clear();
  for (schema::Column& column : plain.columns) {
    if (has_default_to_ask(column)) column.default_value.reset();
  }
  apply(connection, ops::CreateTable{plain}, built);
  for (const schema::Column& column : table.columns) {
    if (!has_default_to_ask(column)) continue;
    ops::AlterColumn alter;
    alter.table = table.name;
    alter.name = column.name;
    alter.default_value = column.default_value;
    ask(alter, {"tables", table.name, "columns", column.name, "default"});
  }
  for (const schema::Check& check : table.checks) {
    ask(ops::CreateCheckConstraint{table.name, check},
        {"tables", table.name, "checks", check.name});
  }
}

}  // namespace

void add_refusal(Refusals& refusals, const std::vector<std::string>& path, std::string reason) {
  const bool is_of_table = !path.empty() && path[0] == "tables";
  const bool is_default = path.size() > 4 && path[4] == "default";
  if (is_of_table ? path.size() < 4 || (path[2] != "checks" && !is_default) : path.size() < 2) {
    return;
  }
  refusals.try_emplace({path.begin(), path.begin() + (is_of_table ? 4 : 2)}, std::move(reason));
}

void ask_for_refusals(backend::Connection& connection, schema::Schema schema, bool others,
                      Refusals& refusals) {
  // Keys, and AUTO_INCREMENT, do not matter to views, triggers and checks.
  for (auto& [name, table] : schema.tables) {
    table.foreign_keys.clear();
    table.indexes.clear();
    table.uniques.clear();
    table.primary_key.reset();
    for (schema::Column& column : table.columns) column.autoincrement = false;
  }
  proof::ExternalTables external(connection);
  Schema built;
  for (const auto& [name, table] : schema.tables) ask_defaults(connection, table, refusals);
  for (const ops::Operation& operation : diff::diff({}, schema).operations) {
    try {
      const std::vector<ops::Operation> one{operation};
      for (const auto& statement : connection.dialect().plan(built, one, {})) {
        if (others && std::holds_alternative<ops::CreateView>(operation)) {
          external.execute_view(statement.sql);
        } else {
          connection.execute(statement.sql);
        }
      }
      built = ops::apply(std::move(built), one);
    } catch (const Error& error) {
      if (!is_of_the_statement(error)) throw;
      const std::string reason = does_not_take(connection, error);
      if (const auto* view = std::get_if<ops::CreateView>(&operation)) {
        add_refusal(refusals, {"views", view->view.name}, reason);
      } else if (const auto* trigger = std::get_if<ops::CreateTrigger>(&operation)) {
        add_refusal(refusals, {"triggers", trigger->trigger.name}, reason);
      } else if (const auto* create = std::get_if<ops::CreateTable>(&operation)) {
        try {
          ask_table(connection, create->table, built, refusals);
        } catch (const Error& again) {
          if (!is_of_the_statement(again)) throw;
        }
      }
    }
  }
}

}  // namespace dbmig::project
