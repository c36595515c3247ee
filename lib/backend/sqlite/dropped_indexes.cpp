#include "backend/sqlite/dropped_indexes.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

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

DroppedIndexes::DroppedIndexes(SqliteConnection& connection, const std::string& table)
    : connection_(connection) {
  if (sqlite3_txn_state(connection.native(), "main") != SQLITE_TXN_WRITE) return;
  const Value name = table;
  const Rows found = connection.query(
      "SELECT m.name, m.sql FROM sqlite_master AS m JOIN pragma_index_list(?1) AS i "
      "ON i.name = m.name WHERE m.type = 'index' AND m.sql IS NOT NULL AND i.\"unique\" = 0 "
      "AND i.partial = 0 AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(m.name) AS c "
      "WHERE c.key = 1 AND c.cid < 0) ORDER BY m.rowid",
      std::span(&name, 1));
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
