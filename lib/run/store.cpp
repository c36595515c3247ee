#include "run/store.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "backend/change_mark.hpp"
#include "backend/has_table.hpp"
#include "backend/row_source.hpp"
#include "backend/transaction.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/dialect.hpp"
#include "dialect/sql_forms.hpp"

namespace dbmig::run {
namespace {

// The names of a column: ours, and the one it had in format 1.
struct StoreColumn {
  std::string_view name;
  std::string_view before;
  /// Stands for it in a table that has it under neither name, of a version before it; "" when every
  /// version has had it.
  std::string_view missing;
};

constexpr std::array kStoreColumns{StoreColumn{"id", "", ""},
                                   StoreColumn{"parents", "", ""},
                                   StoreColumn{"message", "", ""},
                                   StoreColumn{"checksum", "", ""},
                                   StoreColumn{"applied_at", "", ""},
                                   StoreColumn{"duration_ms", "", ""},
                                   StoreColumn{"statements_total", "", ""},
                                   StoreColumn{"statements_done", "", ""},
                                   StoreColumn{"state", "under_way", ""},
                                   StoreColumn{"statements_to_undo", "operations_done", ""},
                                   StoreColumn{"statement", "", ""},
                                   StoreColumn{"origin", "", "''"},
                                   StoreColumn{"statement_hashes", "ran", "''"},
                                   StoreColumn{"format", "", "1"},
                                   StoreColumn{"text", "", ""}};

/// What `state` holds of a complete revision; "" in format 1.
constexpr std::string_view kComplete = "applied";

// What changes while a revision is running.
constexpr std::array<std::string_view, 8> kProgressColumns{
    "applied_at", "duration_ms",        "statements_total", "statements_done",
    "state",      "statements_to_undo", "statement",        "statement_hashes"};

std::string store_columns() {
  std::vector<std::string> names;
  for (const StoreColumn& column : kStoreColumns) names.emplace_back(column.name);
  return text::join(names, ", ");
}

std::string placeholders() {
  return text::join(std::vector<std::string>(kStoreColumns.size(), "?"), ", ");
}

long number(const backend::Value& value) {
  long result = 0;
  if (value) std::from_chars(value->data(), value->data() + value->size(), result);
  return result;
}

long number(const backend::Cell& cell) {
  if (cell.kind == backend::Cell::Kind::integer ||
      cell.kind == backend::Cell::Kind::unsigned_integer) {
    return static_cast<long>(cell.integer);
  }
  long result = 0;
  std::from_chars(cell.bytes.data(), cell.bytes.data() + cell.bytes.size(), result);
  return result;
}

backend::Cell cell_of(const backend::Value& value) {
  return value ? backend::Cell::of_text(*value) : backend::Cell::null();
}

std::vector<std::string> words(std::string_view s) {
  return s.empty() ? std::vector<std::string>{} : text::split(s, ' ');
}

// The fingerprint stands in front of the statement, as a comment: whoever reads the table sees
// the one and can still run the other.
constexpr std::string_view kFingerprint = "/* before: ";
constexpr std::string_view kAfterFingerprint = " */ ";

std::string statement_column(const AppliedRevision& r) {
  if (r.fingerprint.empty() || r.statement.empty()) return r.statement;
  return std::string(kFingerprint) + r.fingerprint + std::string(kAfterFingerprint) + r.statement;
}

void read_statement(std::string column, AppliedRevision& r) {
  const std::size_t end = column.find(kAfterFingerprint);
  if (column.starts_with(kFingerprint) && end != std::string::npos) {
    r.fingerprint = column.substr(kFingerprint.size(), end - kFingerprint.size());
    column.erase(0, end + kAfterFingerprint.size());
  }
  r.statement = std::move(column);
}

Error newer_format() {
  return Error(ErrorCode::failed, fmt::format("this database's history ({}) was written by a newer "
                                              "dbmig; this version supports its format up to {}",
                                              RevisionStore::kTable, RevisionStore::kFormat))
      .hint("use that version, or a later one");
}

/// `row` has the columns of kStoreColumns in their order; `text` may be missing.
AppliedRevision revision_from(const std::vector<backend::Cell>& row) {
  std::size_t column = 0;
  const auto text = [&] { return std::string(row[column++].bytes); };
  const auto list = [&] { return words(row[column++].bytes); };
  const auto count = [&] { return static_cast<std::size_t>(number(row[column++])); };
  AppliedRevision r;
  r.id = text();
  r.parents = list();
  r.message = text();
  r.checksum = text();
  r.applied_at = text();
  r.duration_ms = number(row[column++]);
  r.statements_total = count();
  r.statements_done = count();
  r.running = text();
  if (r.running == kComplete) r.running.clear();
  r.statements_to_undo = count();
  read_statement(text(), r);
  r.origin = text();
  r.statement_hashes = list();
  if (number(row[column++]) > RevisionStore::kFormat) throw newer_format();
  if (column < row.size()) r.text = text();
  return r;
}

std::string state_column(const AppliedRevision& r) {
  return r.running.empty() ? std::string(kComplete) : r.running;
}

std::vector<backend::Value> values_of(const AppliedRevision& r) {
  return {r.id,
          text::join(r.parents, " "),
          r.message,
          r.checksum,
          r.applied_at,
          std::to_string(r.duration_ms),
          std::to_string(r.statements_total),
          std::to_string(r.statements_done),
          state_column(r),
          std::to_string(r.statements_to_undo),
          statement_column(r),
          r.origin,
          text::join(r.statement_hashes, " "),
          std::to_string(RevisionStore::kFormat),
          r.text};
}

/// Definitions of the columns that came after the first version.
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

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(
      now.time_since_epoch() % std::chrono::seconds(1));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), microseconds.count());
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

bool RevisionStore::exists() {
  // One that is not there may be made by another process: only a yes is remembered.
  if (is_there_) return true;
  is_there_ = backend::has_table(connection_, kTable);
  return is_there_;
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
    if (number(newest) > kFormat) throw newer_format();
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
  // SQLite reads every view again when a column is renamed, and fails over one that is broken.
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
      value = fmt::format("CASE WHEN {0} = '' THEN '{1}' ELSE {0} END", value, kComplete);
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
  // SQLite has no conditions in DDL: there a script stops at its first row, in its transaction.
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
      fmt::format("UPDATE {} SET state = '{}' WHERE state = ''", kTable, kComplete)};
}

std::vector<std::string> RevisionStore::format_statements(const std::set<std::string>& columns) {
  // MariaDB commits each of them: a run that dies between two is met by the next one, which looks
  // at the columns again. Having `format` means having all, so it comes last.
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
      fmt::format("UPDATE {} SET state = '{}' WHERE state = ''", kTable, kComplete));
  alter("ADD COLUMN " + format_column());
  return statements;
}

std::set<std::string> RevisionStore::columns() {
  // A table of this format stays one; an older one may be changed by another process.
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

std::vector<AppliedRevision> RevisionStore::all(bool with_text, std::size_t expected) {
  std::optional<RowsAhead> ahead = std::exchange(ahead_, std::nullopt);
  if (ahead && !with_text && deferred_.empty() &&
      backend::change_mark(connection_) == ahead->mark) {
    is_there_ = is_there_ || !ahead->rows.empty();
    knows_formats_ = true;
    return std::move(ahead->rows);
  }
  std::vector<AppliedRevision> rows = read(with_text, nullptr, expected);
  knows_formats_ = true;
  return rows;
}

std::optional<RowsAhead> RevisionStore::read_ahead() {
  RowsAhead ahead;
  ahead.mark = backend::change_mark(connection_);
  if (ahead.mark.empty()) return std::nullopt;
  ahead.rows = read(false, nullptr);
  return ahead;
}

std::vector<AppliedRevision> RevisionStore::read(bool with_text, const std::string* id,
                                                 std::size_t expected) {
  flush();
  if (!exists()) return {};
  const std::set<std::string> there = columns();
  std::vector<std::string> wanted;
  for (const StoreColumn& column : kStoreColumns) {
    if (column.name == "text" && !with_text) continue;
    const bool has_new = there.count(std::string(column.name)) != 0;
    const bool has_old = there.count(std::string(column.before)) != 0;
    wanted.emplace_back(has_new || (!has_old && column.missing.empty()) ? column.name
                        : has_old                                       ? column.before
                                                                        : column.missing);
  }
  std::vector<AppliedRevision> result;
  result.reserve(expected);
  const std::string select = fmt::format("SELECT {} FROM {}", text::join(wanted, ", "), kTable);
  if (id != nullptr) {
    const std::vector<backend::Value> key{*id};
    for (const auto& row : connection_.query(select + " WHERE id = ?", key).rows) {
      std::vector<backend::Cell> cells;
      for (const backend::Value& value : row) cells.push_back(cell_of(value));
      result.push_back(revision_from(cells));
    }
    return result;
  }
  // Of long histories the rows are many: none is held twice, and they mostly come in their order.
  const std::unique_ptr<backend::RowSource> rows = connection_.read_rows(select);
  std::vector<backend::Cell> cells;
  while (rows->next(cells)) result.push_back(revision_from(cells));
  const auto by_time = [](const AppliedRevision& a, const AppliedRevision& b) {
    return std::tie(a.applied_at, a.id) < std::tie(b.applied_at, b.id);
  };
  if (!std::is_sorted(result.begin(), result.end(), by_time)) {
    std::sort(result.begin(), result.end(), by_time);
  }
  return result;
}

bool RevisionStore::empty() {
  flush();
  return !exists() ||
         connection_.query(fmt::format("SELECT 1 FROM {} LIMIT 1", kTable)).rows.empty();
}

std::optional<AppliedRevision> RevisionStore::find(const std::string& id) {
  std::vector<AppliedRevision> found = read(false, &id);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::string RevisionStore::text(const std::string& id) {
  flush();
  const std::vector<backend::Value> key{id};
  const auto rows = connection_.query(fmt::format("SELECT text FROM {} WHERE id = ?", kTable), key);
  return rows.rows.empty() ? std::string() : rows.rows.front().front().value_or("");
}

void RevisionStore::insert(const AppliedRevision& revision) {
  if (!deferred_.empty()) {
    insert_later(revision);
    return flush();
  }
  connection_.execute(
      fmt::format("INSERT INTO {} ({}) VALUES ({})", kTable, store_columns(), placeholders()),
      values_of(revision));
}

void RevisionStore::update_progress(const AppliedRevision& r) {
  if (!deferred_.empty()) {
    update_later(r);
    return flush();
  }
  const std::vector<backend::Value> values{r.applied_at,
                                           std::to_string(r.duration_ms),
                                           std::to_string(r.statements_total),
                                           std::to_string(r.statements_done),
                                           state_column(r),
                                           std::to_string(r.statements_to_undo),
                                           statement_column(r),
                                           text::join(r.statement_hashes, " "),
                                           r.id};
  connection_.execute(
      fmt::format("UPDATE {} SET applied_at = ?, duration_ms = ?, statements_total = ?, "
                  "statements_done = ?, state = ?, statements_to_undo = ?, statement = ?, "
                  "statement_hashes = ? WHERE id = ?",
                  kTable),
      values);
}

void RevisionStore::update_text(const std::string& id, const std::string& text,
                                const std::string& checksum) {
  flush();
  const std::vector<backend::Value> values{text, checksum, id};
  connection_.execute(fmt::format("UPDATE {} SET text = ?, checksum = ? WHERE id = ?", kTable),
                      values);
}

void RevisionStore::insert_later(AppliedRevision revision) {
  defer({std::move(revision), true});
}

void RevisionStore::update_later(AppliedRevision revision) {
  defer({std::move(revision), false});
}

void RevisionStore::defer(Deferred entry) {
  const auto same = std::find_if(deferred_.begin(), deferred_.end(),
                                 [&](const Deferred& one) { return one.row.id == entry.row.id; });
  if (same == deferred_.end()) {
    deferred_.push_back(std::move(entry));
    return;
  }
  entry.is_new = entry.is_new || same->is_new;
  if (entry.is_new && entry.row.text.empty()) entry.row.text = std::move(same->row.text);
  *same = std::move(entry);
}

void RevisionStore::flush() {
  if (deferred_.empty()) return;
  write(deferred_);
  deferred_.clear();
}

void RevisionStore::write(const std::vector<Deferred>& entries) {
  std::vector<backend::Value> values;
  std::vector<std::string> rows;
  for (const Deferred& entry : entries) {
    AppliedRevision row = entry.row;
    if (!entry.is_new) row.text.clear();  // it is there, and stays
    for (backend::Value& value : values_of(row)) values.push_back(std::move(value));
    rows.push_back('(' + placeholders() + ')');
  }
  const std::vector<std::string> changes(std::begin(kProgressColumns), std::end(kProgressColumns));
  connection_.execute(
      fmt::format("INSERT INTO {} ({}) VALUES {} {}", kTable, store_columns(),
                  text::join(rows, ", "),
                  dialect::sql_forms(connection_.dialect().kind()).update_existing("id", changes)),
      values);
}

void RevisionStore::remove(const std::string& id) {
  std::erase_if(deferred_, [&](const Deferred& one) { return one.row.id == id; });
  flush();
  const std::vector<backend::Value> key{id};
  connection_.execute(fmt::format("DELETE FROM {} WHERE id = ?", kTable), key);
}

std::string RevisionStore::insert_statement(DialectKind kind, const AppliedRevision& revision) {
  const dialect::Dialect& dialect = dialect::dialect(kind);
  std::vector<std::string> literals;
  for (const backend::Value& value : values_of(revision)) {
    literals.push_back(dialect.quote_string(*value));
  }
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", kTable, store_columns(),
                     text::join(literals, ", "));
}

}  // namespace dbmig::run
