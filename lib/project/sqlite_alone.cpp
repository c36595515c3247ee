#include "project/sqlite_alone.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/scratch.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/script.hpp"
#include "dialect/two_meanings.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "proof/external.hpp"
#include "schema/validate.hpp"

namespace dbmig::project {
namespace {

using schema::Schema;
using schema::SqlText;

/// {"views", "v"}, {"tables", "t", "checks", "c"} or {"tables", "t", "columns", "c"} of a default →
/// why it is for SQLite alone.
using Path = std::vector<std::string>;
using Reasons = std::map<Path, std::string>;

void add_reason(Reasons& reasons, const Path& path, std::string reason) {
  const bool is_of_table = !path.empty() && path[0] == "tables";
  const bool is_default = path.size() > 4 && path[4] == "default";
  if (is_of_table ? path.size() < 4 || (path[2] != "checks" && !is_default) : path.size() < 2) {
    return;
  }
  reasons.try_emplace({path.begin(), path.begin() + (is_of_table ? 4 : 2)}, std::move(reason));
}

Reasons known_refusals(const Schema& schema) {
  Reasons reasons;
  for (const dialect::Refusal& refusal :
       dialect::dialect(DialectKind::mariadb).refusals(schema::normalized(schema))) {
    add_reason(reasons, refusal.path, "MariaDB does not take it: " + refusal.message);
  }
  return reasons;
}

bool has_sql_default(const schema::Column& column) {
  return column.default_value && column.default_value->kind == schema::Default::Kind::sql;
}

/// Whether something about it may mean another thing on MariaDB, or nothing.
bool is_computed(const schema::Column& column) {
  if (column.generated) return true;
  if (!has_sql_default(column)) return false;
  return !text::equals_ignoring_case(column.default_value->sql.any, "current_timestamp");
}

void apply(backend::Connection& connection, const ops::Operation& operation, Schema& built) {
  const std::vector<ops::Operation> one{operation};
  for (const auto& statement : connection.dialect().plan(built, one, {})) {
    connection.execute(statement.sql);
  }
  built = ops::apply(std::move(built), one);
}

/// Makes `table` without the checks and defaults that the server refuses.
void ask_table(backend::Connection& connection, const schema::Table& table, Schema& built,
               Reasons& reasons) {
  const auto ask = [&](const ops::Operation& operation, const Path& path) {
    try {
      apply(connection, operation, built);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      add_reason(reasons, path, "MariaDB does not take it: " + error.message());
    }
  };
  schema::Table plain = table;
  plain.checks.clear();
  for (schema::Column& column : plain.columns) {
    if (has_sql_default(column)) column.default_value.reset();
  }
  apply(connection, ops::CreateTable{plain}, built);
  for (const schema::Column& column : table.columns) {
    if (!has_sql_default(column)) continue;
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

/// Builds `schema` one object after the other: what is refused holds up nothing that does without.
/// With `others`, tables that views read may be those of others.
void ask(backend::Connection& connection, Schema schema, bool others, Reasons& reasons) {
  // Keys, and what others manage, do not matter to views, triggers and checks.
  for (auto& [name, table] : schema.tables) {
    table.foreign_keys.clear();
    table.indexes.clear();
    table.uniques.clear();
    table.primary_key.reset();
    for (schema::Column& column : table.columns) column.autoincrement = false;
  }
  proof::ExternalTables external(connection);
  Schema built;
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
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      const std::string reason = "MariaDB does not take it: " + error.message();
      if (const auto* view = std::get_if<ops::CreateView>(&operation)) {
        add_reason(reasons, {"views", view->view.name}, reason);
      } else if (const auto* trigger = std::get_if<ops::CreateTrigger>(&operation)) {
        add_reason(reasons, {"triggers", trigger->trigger.name}, reason);
      } else if (const auto* create = std::get_if<ops::CreateTable>(&operation)) {
        try {
          ask_table(connection, create->table, built, reasons);
        } catch (const Error& again) {
          if (again.code() == ErrorCode::connection || again.code() == ErrorCode::interrupted)
            throw;
        }
      }
    }
  }
}

/// Whether `trigger` changes rows of its own table, which fails on MariaDB when it fires.
bool changes_own_table(const schema::Trigger& trigger) {
  const auto words =
      dialect::script_words(DialectKind::mariadb, trigger.sql.for_dialect(DialectKind::mariadb));
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const bool writes = words[i].is("into") || words[i].is("update") ||
                        (words[i].is("from") && i > 0 && words[i - 1].is("delete"));
    // Its head says when it fires: AFTER UPDATE ON t.
    if (!writes || !text::equals_ignoring_case(words[i + 1].text, trigger.table)) continue;
    return true;
  }
  return false;
}

template <class Object>
bool is_shared(const Object& object) {
  return !object.only && !object.sql.for_dialect(DialectKind::mariadb).empty();
}

}  // namespace

std::vector<std::string> mark_what_sqlite_alone_takes(Workspace& workspace, const Schema& before,
                                                      Schema& found) {
  const bool has_expressions =
      std::any_of(found.tables.begin(), found.tables.end(), [](const auto& entry) {
        return !entry.second.checks.empty() ||
               std::any_of(entry.second.columns.begin(), entry.second.columns.end(), is_computed);
      });
  if (!has_expressions && found.views.empty() && found.triggers.empty()) return {};
  Schema all = before;
  all.tables.insert(found.tables.begin(), found.tables.end());
  all.views.insert(found.views.begin(), found.views.end());
  all.triggers.insert(found.triggers.begin(), found.triggers.end());
  Reasons reasons;
  try {
    reasons = known_refusals(all);
    const backend::ScratchOptions options = workspace.scratch_options(DialectKind::mariadb);
    if (options.server) {
      backend::Scratch scratch(options);
      ask(scratch.connection(), schema::on_dialect(all, DialectKind::mariadb),
          !workspace.selection().empty(), reasons);
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
    // Without a server, what is documented decides.
  }
  for (const auto& [name, trigger] : found.triggers) {
    if (!is_shared(trigger) || !changes_own_table(trigger)) continue;
    add_reason(reasons, {"triggers", name},
               "MariaDB does not take it when it fires: it changes rows of its own table (MariaDB "
               "error 1442)");
  }
  std::vector<std::string> said;
  for (const dialect::Refusal& refusal : dialect::two_meanings(found)) {
    if (refusal.path.size() > 4 && refusal.path[4] == "generated") {
      said.push_back(refusal.message + "; " + refusal.hint);
    }
    add_reason(reasons, refusal.path,
               "it" + refusal.message.substr(refusal.message.find(" means ")));
  }
  const auto tell = [&](const std::string& what, const char* mark, const std::string& reason) {
    said.push_back(fmt::format("{} is for SQLite alone ({}), as {}", what, mark, reason));
  };
  const auto mark = [&](auto& objects, const char* section, const char* what) {
    for (auto& [name, object] : objects) {
      const auto reason = reasons.find({section, name});
      if (reason == reasons.end() || !is_shared(object)) continue;
      object.only = DialectKind::sqlite;
      if (!object.sql.sqlite.empty()) object.sql = {object.sql.sqlite, {}, {}};
      tell(fmt::format("{} '{}'", what, name), "only: sqlite", reason->second);
    }
  };
  for (auto& [name, table] : found.tables) {
    for (schema::Check& check : table.checks) {
      const auto reason = reasons.find({"tables", name, "checks", check.name});
      if (reason == reasons.end() || check.sql.for_dialect(DialectKind::mariadb).empty()) continue;
      check.sql = {{}, {}, check.sql.for_dialect(DialectKind::sqlite)};
      tell(fmt::format("check '{}' of table '{}'", check.name, name), "sqlite: …", reason->second);
    }
  }
  for (auto& [name, table] : found.tables) {
    for (schema::Column& column : table.columns) {
      const auto reason = reasons.find({"tables", name, "columns", column.name});
      if (reason == reasons.end() || !column.default_value) continue;
      SqlText& sql = column.default_value->sql;
      sql = {{}, "NULL", sql.for_dialect(DialectKind::sqlite)};
      tell(fmt::format("the default of '{}.{}'", name, column.name), "mariadb: NULL",
           reason->second);
    }
  }
  mark(found.views, "views", "view");
  mark(found.triggers, "triggers", "trigger");
  return said;
}

}  // namespace dbmig::project
