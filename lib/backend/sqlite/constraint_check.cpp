#include "backend/sqlite/constraint_check.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "backend/sqlite/error.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"

namespace dbmig::backend::sqlite {
namespace {

/// How often a word stands in `sql`.
std::size_t count_of(std::string_view word, std::string_view sql) {
  const auto in_word = [](char c) { return ascii::is_alphanumeric(c) || c == '_'; };
  std::size_t count = 0;
  for (std::size_t at = 0; at < sql.size();) {
    const auto end = static_cast<std::size_t>(
        std::find_if_not(sql.begin() + static_cast<std::ptrdiff_t>(at), sql.end(), in_word) -
        sql.begin());
    if (text::equals_ignoring_case(sql.substr(at, end - at), word)) ++count;
    at = end + 1;
  }
  return count;
}

bool may_have_check(SqliteConnection& connection, const std::string& table) {
  const Rows found = query_about(
      connection,
      "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE", table);
  return std::any_of(found.rows.begin(), found.rows.end(),
                     [](const auto& row) { return mentions(row[0].value_or(""), {"check"}); });
}

void look_for_parents(SqliteConnection& connection, const std::string& table) {
  const Rows orphans =
      query_about(connection, "SELECT 1 FROM pragma_foreign_key_check(?, 'main') LIMIT 1", table);
  if (orphans.rows.empty() && !has_missing_parents(connection)) return;
  throw translate(SQLITE_CONSTRAINT_FOREIGNKEY, "FOREIGN KEY constraint failed", {});
}

bool enforces_foreign_keys(SqliteConnection& connection) {
  int enforces = 0;
  sqlite3_db_config(connection.native(), SQLITE_DBCONFIG_ENABLE_FKEY, -1, &enforces);
  return enforces != 0;
}

void evaluate_checks(SqliteConnection& connection, const std::string& table) {
  const Rows found = connection.query("PRAGMA main.quick_check(" +
                                      connection.dialect().quote_identifier(table) + ")");
  const std::string first = found.rows.empty() ? "ok" : found.rows[0][0].value_or("");
  if (first != "ok") throw translate(SQLITE_CONSTRAINT_CHECK, first, {});
}

}  // namespace

bool mentions(std::string_view sql, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return count_of(word, sql) != 0; });
}

bool has_triggers(SqliteConnection& connection, const std::string& table) {
  return !query_about(connection,
                      "SELECT 1 FROM sqlite_master WHERE type = 'trigger' "
                      "AND tbl_name = ?1 COLLATE NOCASE UNION ALL "
                      "SELECT 1 FROM sqlite_temp_master WHERE type = 'trigger' LIMIT 1",
                      table)
              .rows.empty();
}

bool triggers_may_read(SqliteConnection& connection, const std::string& table) {
  int fire = 1;
  sqlite3_db_config(connection.native(), SQLITE_DBCONFIG_ENABLE_TRIGGER, -1, &fire);
  if (fire == 0 || !has_triggers(connection, table)) return false;
  if (looks_for_parents(connection, table)) return true;
  const bool is_word = std::all_of(table.begin(), table.end(),
                                   [](char c) { return ascii::is_alphanumeric(c) || c == '_'; });
  if (!is_word) return true;
  const Rows all = connection.query(
      "SELECT type, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') UNION ALL "
      "SELECT type, tbl_name, sql FROM sqlite_temp_master WHERE type IN ('trigger', 'view')");
  return std::any_of(all.rows.begin(), all.rows.end(), [&](const auto& row) {
    const bool is_its_trigger =
        row[0] == "trigger" && text::equals_ignoring_case(row[1].value_or(""), table);
    // Its own ON names it once.
    return count_of(table, row[2].value_or("")) > (is_its_trigger ? 1U : 0U);
  });
}

bool looks_for_parents(SqliteConnection& connection, const std::string& table) {
  return enforces_foreign_keys(connection) &&
         !query_about(connection, "SELECT 1 FROM pragma_foreign_key_list(?) LIMIT 1", table)
              .rows.empty();
}

bool has_children(SqliteConnection& connection, const std::string& table) {
  return enforces_foreign_keys(connection) &&
         !query_about(connection,
                      "SELECT 1 FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f "
                      "WHERE m.type = 'table' AND f.\"table\" = ? COLLATE NOCASE LIMIT 1",
                      table)
              .rows.empty();
}

bool has_parents_and_children(SqliteConnection& connection, const std::string& table) {
  return looks_for_parents(connection, table) && has_children(connection, table);
}

bool refers_to_itself(const schema::Table& table) {
  return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                     [&](const schema::ForeignKey& key) {
                       return text::equals_ignoring_case(key.referenced_table, table.name);
                     });
}

bool has_missing_parents(SqliteConnection& connection) {
  int missing = 0;
  int unused = 0;
  sqlite3_db_status(connection.native(), SQLITE_DBSTATUS_DEFERRED_FKS, &missing, &unused, 0);
  return missing != 0;
}

bool has_row_constraints(SqliteConnection& connection, const std::string& table) {
  return looks_for_parents(connection, table) || may_have_check(connection, table);
}

void check_row_constraints(SqliteConnection& connection, const std::string& table) {
  if (looks_for_parents(connection, table)) look_for_parents(connection, table);
  if (may_have_check(connection, table)) evaluate_checks(connection, table);
}

bool passes_row_constraints(SqliteConnection& connection, const std::string& table) {
  try {
    check_row_constraints(connection, table);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace dbmig::backend::sqlite
