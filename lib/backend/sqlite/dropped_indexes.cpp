#include "backend/sqlite/dropped_indexes.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>

namespace dbmig::backend::sqlite {
namespace {

/// Threads that sort beside the one that runs the statement.
constexpr int kSortingThreads = 2;
constexpr const char* kSavepoint = "dbmig_indexes";

bool has_few_rows(SqliteConnection& connection, const std::string& table) {
  const Rows rows = connection.query(
      fmt::format("SELECT count(*) > {0} FROM (SELECT 1 FROM main.{1} LIMIT {0} + 1)",
                  DroppedIndexes::kMaxRows, connection.dialect().quote_identifier(table)));
  return rows.rows.at(0).at(0) == "0";
}

bool is_empty(SqliteConnection& connection, const std::string& table) {
  return connection
      .query(fmt::format("SELECT 1 FROM main.{} LIMIT 1",
                         connection.dialect().quote_identifier(table)))
      .rows.empty();
}

using Keys = std::vector<std::vector<std::string>>;

/// Whether the unique index called `index` is of one of `keys`, in whatever order. Not if a foreign
/// key refers to one of its columns: SQLite wants the index of a parent key to be there.
bool is_checked(SqliteConnection& connection, const std::string& table, const std::string& index,
                const Keys& keys) {
  const auto has_columns = [&](std::vector<std::string> key, std::vector<std::string> columns) {
    std::sort(key.begin(), key.end());
    std::sort(columns.begin(), columns.end());
    return key == columns;
  };
  std::vector<std::string> columns;
  const Value name = index;
  const Rows found = connection.query("SELECT name FROM pragma_index_info(?)", std::span(&name, 1));
  for (const auto& row : found.rows) columns.push_back(row.at(0).value_or(""));
  if (std::none_of(keys.begin(), keys.end(),
                   [&](const auto& key) { return has_columns(key, columns); })) {
    return false;
  }
  const std::vector<Value> names{table, index};
  return connection
      .query(
          "SELECT 1 FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f, "
          "pragma_index_info(?2) AS c WHERE m.type = 'table' AND f.\"table\" = ?1 COLLATE NOCASE "
          "AND f.\"to\" = c.name COLLATE NOCASE LIMIT 1",
          names)
      .rows.empty();
}

bool was_analyzed(SqliteConnection& connection, const std::string& table) {
  const Rows counted =
      connection.query("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1' LIMIT 1");
  if (counted.rows.empty()) return false;
  const Value name = table;
  return !connection
              .query("SELECT 1 FROM sqlite_stat1 WHERE tbl = ? COLLATE NOCASE LIMIT 1",
                     std::span(&name, 1))
              .rows.empty();
}

}  // namespace

DroppedIndexes::DroppedIndexes(SqliteConnection& connection, const std::string& table,
                               const std::vector<std::vector<std::string>>& checked_keys)
    : connection_(connection) {
  if (sqlite3_txn_state(connection.native(), "main") != SQLITE_TXN_WRITE) return;
  const Value name = table;
  Rows found = connection.query(
      "SELECT m.name, m.sql, i.\"unique\" FROM sqlite_master AS m JOIN pragma_index_list(?1) AS i "
      "ON i.name = m.name WHERE m.type = 'index' AND m.sql IS NOT NULL "
      "AND i.partial = 0 AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(m.name) AS c "
      "WHERE c.key = 1 AND c.cid < 0) ORDER BY m.rowid",
      std::span(&name, 1));
  const bool may_drop_unique = !checked_keys.empty() && is_empty(connection, table);
  std::erase_if(found.rows, [&](const auto& row) {
    return row.at(2) == "1" &&
           !(may_drop_unique &&
             is_checked(connection, table, row.at(0).value_or(""), checked_keys));
  });
  if (found.rows.empty()) return;
  if (!has_few_rows(connection, table) || was_analyzed(connection, table)) return;
  connection.savepoint(kSavepoint);
  try {
    drop(found);
    connection.release_savepoint(kSavepoint);
  } catch (...) {
    // The caller may try again, and must find them.
    connection.rollback_to_savepoint(kSavepoint);
    throw;
  }
}

void DroppedIndexes::drop(const Rows& found) {
  for (const auto& row : found.rows) {
    connection_.execute("DROP INDEX main." +
                        connection_.dialect().quote_identifier(row.at(0).value_or("")));
    statements_.push_back(row.at(1).value_or(""));
    has_unique_ = has_unique_ || row.at(2) == "1";
  }
}

void DroppedIndexes::rebuild() {
  if (empty()) return;
  const std::string before = connection_.query("PRAGMA threads").rows.at(0).at(0).value_or("0");
  connection_.execute(fmt::format("PRAGMA threads = {}", kSortingThreads));
  for (const std::string& sql : statements_) connection_.execute(sql);
  connection_.execute("PRAGMA threads = " + before);
}

}  // namespace dbmig::backend::sqlite
