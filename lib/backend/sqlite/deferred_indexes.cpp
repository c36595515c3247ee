#include "backend/sqlite/deferred_indexes.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "backend/sqlite/constraint_check.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "schema/conflict_clause.hpp"

namespace dbmig::backend::sqlite {
namespace {

/// Threads that sort beside the one that runs the statement.
constexpr int kSortingThreads = 2;

bool is_empty(SqliteConnection& connection, const std::string& table) {
  return connection
      .query(fmt::format("SELECT 1 FROM main.{} LIMIT 1",
                         connection.dialect().quote_identifier(table)))
      .rows.empty();
}

using Keys = std::vector<std::vector<std::string>>;

/// Whether the unique index called `index` is of one of `keys`, in whatever order.
bool is_one_of(SqliteConnection& connection, const std::string& index, const Keys& keys) {
  const auto has_columns = [&](std::vector<std::string> key, std::vector<std::string> columns) {
    std::sort(key.begin(), key.end());
    std::sort(columns.begin(), columns.end());
    return key == columns;
  };
  std::vector<std::string> columns;
  const Value name = index;
  const Rows found = connection.query("SELECT name FROM pragma_index_info(?)", std::span(&name, 1));
  for (const auto& row : found.rows) columns.push_back(row.at(0).value_or(""));
  return std::any_of(keys.begin(), keys.end(),
                     [&](const auto& key) { return has_columns(key, columns); });
}

/// Whether a foreign key refers to a column of `index`: SQLite wants the index of a parent key to
/// be there.
bool is_parent_key(SqliteConnection& connection, const std::string& table,
                   const std::string& index) {
  const std::vector<Value> names{table, index};
  return !connection
              .query(
                  "SELECT 1 FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f, "
                  "pragma_index_info(?2) AS c WHERE m.type = 'table' "
                  "AND f.\"table\" = ?1 COLLATE NOCASE AND f.\"to\" = c.name COLLATE NOCASE "
                  "LIMIT 1",
                  names)
              .rows.empty();
}

/// Lets SQLite sort with more threads.
class SortingThreads {
 public:
  explicit SortingThreads(SqliteConnection& connection)
      : connection_(connection),
        before_(connection.query("PRAGMA threads").rows.at(0).at(0).value_or("0")) {
    connection_.execute(fmt::format("PRAGMA threads = {}", kSortingThreads));
  }
  ~SortingThreads() {
    try {
      connection_.execute("PRAGMA threads = " + before_);
    } catch (const Error&) {
      // It only takes more threads than it was told.
    }
  }
  SortingThreads(const SortingThreads&) = delete;
  SortingThreads& operator=(const SortingThreads&) = delete;

 private:
  SqliteConnection& connection_;
  std::string before_;
};

/// Whether SQLite looks in `table` for children of each row that comes: of one for which children
/// wait until the end of the transaction, or that takes the place of another.
bool looks_for_its_children(SqliteConnection& connection, const schema::Table& table) {
  const bool may_wait = std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                                    [](const schema::ForeignKey& key) { return key.deferrable; });
  return refers_to_itself(table) && (may_wait || schema::has_conflict_clause(table)) &&
         looks_for_parents(connection, table.name);
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

bool has_at_most_rows(SqliteConnection& connection, const std::string& table, std::uint64_t rows) {
  const Rows more = connection.query(
      fmt::format("SELECT count(*) > {0} FROM (SELECT 1 FROM main.{1} LIMIT {0} + 1)", rows,
                  connection.dialect().quote_identifier(table)));
  return more.rows.at(0).at(0) == "0";
}

DeferredIndexes::DeferredIndexes(SqliteConnection& connection, const schema::Table& table,
                                 const DeferrableChecks& deferrable)
    : connection_(connection), table_(table.name) {
  if (sqlite3_txn_state(connection.native(), "main") != SQLITE_TXN_WRITE) return;
  const bool may_leave_unique = !deferrable.keys.empty() && is_empty(connection, table_);
  if (may_leave_unique) find_constraints(deferrable.keys);
  const Value name = table_;
  Rows found = connection.query(
      "SELECT m.name, m.sql, i.\"unique\" FROM sqlite_master AS m JOIN pragma_index_list(?1) AS i "
      "ON i.name = m.name WHERE m.type = 'index' AND m.sql IS NOT NULL "
      "AND i.partial = 0 AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(m.name) AS c "
      "WHERE c.key = 1 AND c.cid < 0) ORDER BY m.rowid",
      std::span(&name, 1));
  std::erase_if(found.rows, [&](const auto& row) {
    const std::string index = row.at(0).value_or("");
    return row.at(2) == "1" &&
           !(may_leave_unique && is_one_of(connection, index, deferrable.keys) &&
             !is_parent_key(connection, table_, index));
  });
  if (found.rows.empty()) return;
  if (was_analyzed(connection, table_) || triggers_may_read(connection, table_) ||
      looks_for_its_children(connection, table) ||
      !has_at_most_rows(connection, table_, std::max(kFewRows, deferrable.expected_rows))) {
    return;
  }
  drop(found);
}

void DeferredIndexes::find_constraints(const Keys& deferrable_keys) {
  const Value name = table_;
  const Rows found = connection_.query("SELECT name FROM pragma_index_list(?) WHERE origin <> 'c'",
                                       std::span(&name, 1));
  for (const auto& row : found.rows) {
    const std::string index = row.at(0).value_or("");
    if (!is_one_of(connection_, index, deferrable_keys)) continue;
    constraint_indexes_.push_back(
        unique_index(index, "REINDEX main." + connection_.dialect().quote_identifier(index)));
  }
}

void DeferredIndexes::drop(const Rows& found) {
  for (const auto& row : found.rows) {
    const std::string name = row.at(0).value_or("");
    std::string sql = row.at(1).value_or("");
    dropped_.push_back(row.at(2) == "1" ? unique_index(name, std::move(sql))
                                        : Index{name, std::move(sql)});
    connection_.execute("DROP INDEX main." + connection_.dialect().quote_identifier(name));
  }
}

DeferredIndexes::Index DeferredIndexes::unique_index(const std::string& name,
                                                     std::string rebuild) const {
  Index index{name, std::move(rebuild)};
  const Value value = name;
  const Rows columns =
      connection_.query("SELECT name, coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno",
                        std::span(&value, 1));
  for (const auto& row : columns.rows) {
    index.columns.push_back(connection_.dialect().quote_identifier(row.at(0).value_or("")));
    index.collations.push_back(
        connection_.dialect().quote_identifier(row.at(1).value_or("BINARY")));
  }
  return index;
}

std::vector<std::string> DeferredIndexes::constraint_indexes() const {
  std::vector<std::string> names;
  for (const Index& index : constraint_indexes_) names.push_back(index.name);
  return names;
}

bool DeferredIndexes::defers_unique_keys() const {
  return bypasses_ || std::any_of(dropped_.begin(), dropped_.end(),
                                  [](const Index& index) { return !index.columns.empty(); });
}

void DeferredIndexes::rebuild() {
  if (!has_dropped() && !bypasses_) return;
  const SortingThreads threads(connection_);
  if (bypasses_) {
    for (const Index& index : constraint_indexes_) rebuild(index);
  }
  for (const Index& index : dropped_) rebuild(index);
}

void DeferredIndexes::rebuild(const Index& index) {
  try {
    connection_.execute(index.rebuild);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::constraint || index.columns.empty()) throw;
    throw Error(error.code(), fmt::format("{}: {}", error.message(), repeated_value(index)))
        .native(error.native_code())
        .sql(error.statement())
        .hint("remove the duplicate rows");
  }
}

/// What rows have that a unique index refuses. Reads the table itself: the index lacks the rows.
std::string DeferredIndexes::repeated_value(const Index& index) const {
  constexpr std::size_t kShownCharacters = 40;
  std::string values;
  std::string groups;
  for (std::size_t i = 0; i < index.columns.size(); ++i) {
    values += fmt::format("{}quote(substr({}, 1, {}))", i == 0 ? "" : " || ', ' || ",
                          index.columns[i], kShownCharacters);
    groups +=
        fmt::format("{}{} COLLATE {}", i == 0 ? "" : ", ", index.columns[i], index.collations[i]);
  }
  const Rows rows = connection_.query(fmt::format(
      "SELECT count(*) || ' rows have ' || {} FROM main.{} NOT INDEXED WHERE {} IS NOT NULL "
      "GROUP BY {} HAVING count(*) > 1 ORDER BY min(rowid) LIMIT 1",
      values, connection_.dialect().quote_identifier(table_),
      text::join(index.columns, " IS NOT NULL AND "), groups));
  return rows.rows.empty() ? "rows have the same values" : rows.rows[0][0].value_or("");
}

}  // namespace dbmig::backend::sqlite
