// The table of the bookkeeping: creates it, recognises its format and upgrades older ones.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backend/transaction.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/dialect.hpp"
#include "dialect/sql_forms.hpp"
#include "run/store.hpp"
#include "run/store_columns.hpp"

namespace dbmig::run {
namespace {

long format_number(const backend::Value& value) {
  long result = 0;
  if (value) std::from_chars(value->data(), value->data() + value->size(), result);
  return result;
}

/// Definitions of the columns that were added after the first version.
std::string origin_column() {
  return "origin VARCHAR(16) NOT NULL DEFAULT ''";
}
std::string hashes_column(DialectKind kind) {
  return fmt::format("statement_hashes {} NOT NULL DEFAULT ''",
                     dialect::sql_forms(kind).long_text());
}
std::string format_column() {
  return fmt::format("format INTEGER NOT NULL DEFAULT {}", RevisionStore::kFormat);
}

}  // namespace

std::string store_columns() {
  std::vector<std::string> names;
  for (const StoreColumn& column : kStoreColumns) names.emplace_back(column.name);
  return text::join(names, ", ");
}

Error newer_format() {
  return Error(ErrorCode::failed, fmt::format("this database's history ({}) was written by a newer "
                                              "dbmig; this version supports its format up to {}",
                                              RevisionStore::kTable, RevisionStore::kFormat))
      .hint("use that version, or a later one");
}

std::string RevisionStore::create_statement(DialectKind kind) {
  const dialect::SqlForms& forms = dialect::sql_forms(kind);
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (id VARCHAR(64) NOT NULL PRIMARY KEY, parents TEXT NOT NULL, "
      "message TEXT NOT NULL, checksum VARCHAR(80) NOT NULL, applied_at VARCHAR(32) NOT NULL, "
      "duration_ms BIGINT NOT NULL, statements_total BIGINT NOT NULL, "
      "statements_done BIGINT NOT NULL, state VARCHAR(16) NOT NULL, "
      "statements_to_undo BIGINT NOT NULL, statement {} NOT NULL, "
      "text {} NOT NULL, {}, {}, {}){}",
      kTable, forms.long_text(), forms.long_text(), origin_column(), hashes_column(kind),
      format_column(), forms.table_options());
}

void RevisionStore::create_if_missing() {
  const DialectKind kind = connection_.dialect().kind();
  if (!exists()) {
    connection_.execute(create_statement(kind));
    return;
  }
  const std::set<std::string> columns = this->columns();
  if (columns.count("format") != 0) {
    if (knows_formats_) return;
    const auto newest =
        connection_.query(fmt::format("SELECT MAX(format) FROM {}", kTable)).rows.at(0).at(0);
    if (format_number(newest) > kFormat) throw newer_format();
    return;
  }
  const bool is_whole = connection_.dialect().transactional_ddl();
  const std::vector<std::string> statements =
      is_whole ? rebuild_statements(columns) : format_statements(columns);
  const bool is_alone = is_whole && !connection_.in_transaction();
  std::optional<backend::Transaction> transaction;
  if (is_alone) transaction.emplace(connection_);
  for (const std::string& statement : statements) connection_.execute(statement);
  if (transaction) transaction->commit();
}

std::vector<std::string> RevisionStore::rebuild_statements(const std::set<std::string>& columns) {
  // SQLite parses every view again when a column is renamed, and fails if one is broken.
  constexpr const char* kCopy = "temp.dbmig_older_format";
  std::vector<std::string> values;
  for (const StoreColumn& column : kStoreColumns) {
    std::string value(column.name);
    if (columns.count(value) == 0) {
      const bool has_before = columns.count(std::string(column.before)) != 0;
      value = has_before ? column.before : column.missing;
    }
    if (column.name == "format") value = std::to_string(kFormat);
    if (column.name == "state") {
      value = fmt::format("CASE WHEN {0} = '' THEN '{1}' ELSE {0} END", value, kCompleteState);
    }
    values.push_back(fmt::format("{} AS {}", value, column.name));
  }
  const std::string all = store_columns();
  return {fmt::format("CREATE TEMP TABLE dbmig_older_format AS SELECT {} FROM main.{}",
                      text::join(values, ", "), kTable),
          fmt::format("DROP TABLE main.{}", kTable), create_statement(DialectKind::sqlite),
          fmt::format("INSERT INTO main.{0} ({1}) SELECT {1} FROM {2}", kTable, all, kCopy),
          fmt::format("DROP TABLE {}", kCopy)};
}

std::vector<std::string> RevisionStore::script_format_statements(DialectKind kind) {
  // SQLite has no conditional DDL: there, a script fails at its first row, and its transaction is
  // rolled back.
  if (dialect::capabilities(kind).transactional_ddl) return {};
  std::vector<std::string> renames;
  for (const StoreColumn& column : kStoreColumns) {
    if (column.before.empty()) continue;
    renames.push_back(fmt::format("RENAME COLUMN IF EXISTS {} TO {}", column.before, column.name));
  }
  return {
      fmt::format("ALTER TABLE {} {}", kTable, text::join(renames, ", ")),
      fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {}, ADD COLUMN IF NOT EXISTS {}, ADD "
                  "COLUMN IF NOT EXISTS {}",
                  kTable, origin_column(), hashes_column(kind), format_column()),
      fmt::format("UPDATE {} SET state = '{}' WHERE state = ''", kTable, kCompleteState)};
}

std::vector<std::string> RevisionStore::format_statements(const std::set<std::string>& columns) {
  // MariaDB commits each statement: if a run dies between two of them, the next one looks at the
  // columns again. A table with `format` has all columns, so it is added last.
  std::vector<std::string> statements;
  const auto alter = [&](std::string change) {
    statements.push_back(fmt::format("ALTER TABLE {} {}", kTable, change));
  };
  for (const StoreColumn& column : kStoreColumns) {
    if (columns.count(std::string(column.before)) == 0) continue;
    alter(fmt::format("RENAME COLUMN {} TO {}", column.before, column.name));
  }
  const auto lacks = [&](const char* name, const char* before) {
    return columns.count(name) == 0 && columns.count(before) == 0;
  };
  if (lacks("origin", "")) alter("ADD COLUMN " + origin_column());
  if (lacks("statement_hashes", "ran")) alter("ADD COLUMN " + hashes_column(DialectKind::mariadb));
  statements.push_back(
      fmt::format("UPDATE {} SET state = '{}' WHERE state = ''", kTable, kCompleteState));
  alter("ADD COLUMN " + format_column());
  return statements;
}

std::set<std::string> RevisionStore::columns() {
  // A table of this format stays so; an older one may be upgraded by another process.
  if (is_current_) {
    std::set<std::string> all;
    for (const StoreColumn& column : kStoreColumns) all.emplace(column.name);
    return all;
  }
  const backend::Rows none = connection_.query(fmt::format("SELECT * FROM {} WHERE 1 = 0", kTable));
  std::set<std::string> found(none.columns.begin(), none.columns.end());
  const bool is_ours =
      std::all_of(kStoreColumns.begin(), kStoreColumns.end(), [&](const StoreColumn& column) {
        return !column.missing.empty() || found.count("format") != 0 ||
               found.count(std::string(column.name)) != 0 ||
               found.count(std::string(column.before)) != 0;
      });
  if (!is_ours || found.count("id") == 0) {
    throw Error(
        ErrorCode::failed,
        fmt::format("the table {} of this database is not dbmig's: it has other columns", kTable))
        .hint("dbmig stores its history in a table of that name: rename the existing one");
  }
  const bool is_newer =
      found.count("format") != 0 &&
      std::any_of(kStoreColumns.begin(), kStoreColumns.end(), [&](const StoreColumn& column) {
        return found.count(std::string(column.name)) == 0;
      });
  if (is_newer) throw newer_format();
  is_current_ = found.count("format") != 0;
  return found;
}

}  // namespace dbmig::run
