#include "project/sqlite_only.hpp"

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
#include "project/refusals.hpp"
#include "schema/validate.hpp"

namespace dbmig::project {
namespace {

using schema::Schema;
using schema::SqlText;

Refusals known_refusals(const Schema& schema) {
  Refusals reasons;
  for (const dialect::Refusal& refusal :
       dialect::dialect(DialectKind::mariadb).refusals(schema::normalized(schema))) {
    add_refusal(reasons, refusal.path, "MariaDB refuses it: " + refusal.message);
  }
  return reasons;
}

bool has_sql_default(const schema::Column& column) {
  return column.default_value && column.default_value->kind == schema::Default::Kind::sql;
}

/// Whether an expression in it may mean something else on MariaDB, or not work there.
bool is_computed(const schema::Column& column) {
  if (column.generated) return true;
  if (!has_sql_default(column)) return false;
  return !text::equals_ignoring_case(column.default_value->sql.any, "current_timestamp");
}

/// Whether `trigger` changes rows of its own table, which fails on MariaDB when it fires.
bool changes_own_table(const schema::Trigger& trigger) {
  const auto words =
      dialect::script_words(DialectKind::mariadb, trigger.sql.for_dialect(DialectKind::mariadb));
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const bool writes = words[i].is("into") || words[i].is("update") ||
                        (words[i].is("from") && i > 0 && words[i - 1].is("delete"));
    // The head of the trigger also has UPDATE, but it is followed by ON: AFTER UPDATE ON t.
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

std::vector<std::string> mark_sqlite_only(Workspace& workspace, const Schema& before,
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
  Refusals reasons;
  try {
    reasons = known_refusals(all);
    const backend::ScratchOptions options = workspace.scratch_options(DialectKind::mariadb);
    if (options.server) {
      backend::Scratch scratch(options);
      ask_for_refusals(scratch.connection(), schema::on_dialect(all, DialectKind::mariadb),
                       !workspace.selection().empty(), reasons);
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
    // Without a server, the documented rules decide.
  }
  for (const auto& [name, trigger] : found.triggers) {
    if (!is_shared(trigger) || !changes_own_table(trigger)) continue;
    add_refusal(reasons, {"triggers", name},
                "MariaDB refuses it when it fires: it changes rows of its own table (MariaDB "
                "error 1442)");
  }
  std::vector<std::string> said;
  for (const dialect::Refusal& refusal : dialect::two_meanings(found)) {
    if (refusal.path.size() > 4 && refusal.path[4] == "generated") {
      said.push_back(refusal.message + "; " + refusal.hint);
    }
    const std::size_t means = refusal.message.find(" means ");
    add_refusal(
        reasons, refusal.path,
        means == std::string::npos ? refusal.message : "it" + refusal.message.substr(means));
  }
  const auto tell = [&](const std::string& what, const char* mark, const std::string& reason) {
    said.push_back(fmt::format("{} is for SQLite only ({}): {}", what, mark, reason));
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
