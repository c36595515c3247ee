#include "run/store.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"

namespace dbmig::run {
namespace {

constexpr std::string_view kColumns =
    "id, parents, message, checksum, applied_at, duration_ms, statements_total, statements_done, "
    "under_way, operations_done, statement, text";
// What later versions added, with defaults: older versions go on reading and writing the table.
constexpr std::string_view kLaterColumns = "origin, ran";

// What changes while a revision is under way.
constexpr std::array<std::string_view, 8> kProgressColumns{
    "applied_at", "duration_ms",     "statements_total", "statements_done",
    "under_way",  "operations_done", "statement",        "ran"};

long number(const backend::Value& value) {
  long result = 0;
  if (value) std::from_chars(value->data(), value->data() + value->size(), result);
  return result;
}

std::vector<std::string> words(const std::string& s) {
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

std::vector<backend::Value> values_of(const AppliedRevision& r) {
  return {r.id,
          text::join(r.parents, " "),
          r.message,
          r.checksum,
          r.applied_at,
          std::to_string(r.duration_ms),
          std::to_string(r.statements_total),
          std::to_string(r.statements_done),
          r.running,
          std::to_string(r.operations_done),
          statement_column(r),
          r.text};
}

/// Definitions of kLaterColumns.
std::vector<std::string> later_columns(DialectKind kind) {
  const bool mariadb = kind == DialectKind::mariadb;
  return {"origin VARCHAR(16) NOT NULL DEFAULT ''",
          fmt::format("ran {} NOT NULL DEFAULT ''", mariadb ? "LONGTEXT" : "TEXT")};
}

}  // namespace

bool has_table(backend::Connection& connection, std::string_view name) {
  const bool mariadb = connection.dialect().kind() == DialectKind::mariadb;
  const std::vector<backend::Value> table{std::string(name)};
  return !connection
              .query(mariadb ? "SELECT 1 FROM information_schema.tables WHERE table_schema = "
                               "DATABASE() AND table_name = ?"
                             : "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
                     table)
              .rows.empty();
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(
      now.time_since_epoch() % std::chrono::seconds(1));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), microseconds.count());
}

std::string RevisionStore::create_statement(DialectKind kind) {
  const bool mariadb = kind == DialectKind::mariadb;
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (id VARCHAR(64) NOT NULL PRIMARY KEY, parents TEXT NOT NULL, "
      "message TEXT NOT NULL, checksum VARCHAR(80) NOT NULL, applied_at VARCHAR(32) NOT NULL, "
      "duration_ms BIGINT NOT NULL, statements_total BIGINT NOT NULL, "
      "statements_done BIGINT NOT NULL, under_way VARCHAR(16) NOT NULL, "
      "operations_done BIGINT NOT NULL, statement {} NOT NULL, "
      "text {} NOT NULL, {}){}",
      kTable, mariadb ? "LONGTEXT" : "TEXT", mariadb ? "LONGTEXT" : "TEXT",
      text::join(later_columns(kind), ", "),
      mariadb ? " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : "");
}

bool RevisionStore::exists() {
  // One that is not there may be made by another process: only a yes is remembered.
  if (is_there_) return true;
  is_there_ = has_table(connection_, kTable);
  return is_there_;
}

void RevisionStore::create_if_missing() {
  const DialectKind kind = connection_.dialect().kind();
  if (!exists()) {
    connection_.execute(create_statement(kind));
  } else if (!has_later_columns()) {
    for (const std::string& column : later_columns(kind)) {
      connection_.execute(fmt::format("ALTER TABLE {} ADD COLUMN {}{}", kTable,
                                      kind == DialectKind::mariadb ? "IF NOT EXISTS " : "",
                                      column));
    }
  }
  has_later_columns_ = true;
}

bool RevisionStore::has_later_columns() {
  // What is not there now may be added by another process: only a yes is remembered.
  if (has_later_columns_.value_or(false)) return true;
  const backend::Rows none = connection_.query(fmt::format("SELECT * FROM {} WHERE 1 = 0", kTable));
  has_later_columns_ =
      std::find(none.columns.begin(), none.columns.end(), "ran") != none.columns.end();
  return *has_later_columns_;
}

std::vector<AppliedRevision> RevisionStore::all(bool with_text) {
  return read(with_text, nullptr);
}

std::vector<AppliedRevision> RevisionStore::read(bool with_text, const std::string* id) {
  flush();
  if (!exists()) return {};
  const std::string columns =
      with_text ? std::string(kColumns) : std::string(kColumns.substr(0, kColumns.rfind(',')));
  const bool has_later = has_later_columns();
  const backend::Rows rows = connection_.query(
      fmt::format("SELECT {}, {} FROM {}{} ORDER BY applied_at, id",
                  has_later ? kLaterColumns : std::string_view("'', ''"), columns, kTable,
                  id == nullptr ? "" : " WHERE id = ?"),
      id == nullptr ? std::vector<backend::Value>{} : std::vector<backend::Value>{*id});
  std::vector<AppliedRevision> result;
  result.reserve(rows.rows.size());
  for (const auto& row : rows.rows) {
    AppliedRevision r;
    r.origin = row[0].value_or("");
    r.ran = words(row[1].value_or(""));
    r.id = row[2].value_or("");
    r.parents = words(row[3].value_or(""));
    r.message = row[4].value_or("");
    r.checksum = row[5].value_or("");
    r.applied_at = row[6].value_or("");
    r.duration_ms = number(row[7]);
    r.statements_total = static_cast<std::size_t>(number(row[8]));
    r.statements_done = static_cast<std::size_t>(number(row[9]));
    r.running = row[10].value_or("");
    r.operations_done = static_cast<std::size_t>(number(row[11]));
    read_statement(row[12].value_or(""), r);
    if (with_text) r.text = row[13].value_or("");
    result.push_back(std::move(r));
  }
  return result;
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
  std::vector<backend::Value> values = values_of(revision);
  values.emplace_back(revision.origin);
  values.emplace_back(text::join(revision.ran, " "));
  connection_.execute(
      fmt::format("INSERT INTO {} ({}, {}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  kTable, kColumns, kLaterColumns),
      values);
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
                                           r.running,
                                           std::to_string(r.operations_done),
                                           statement_column(r),
                                           text::join(r.ran, " "),
                                           r.id};
  connection_.execute(
      fmt::format("UPDATE {} SET applied_at = ?, duration_ms = ?, statements_total = ?, "
                  "statements_done = ?, under_way = ?, operations_done = ?, statement = ?, "
                  "ran = ? WHERE id = ?",
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
    values.emplace_back(row.origin);
    values.emplace_back(text::join(row.ran, " "));
    rows.emplace_back("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }
  const bool mariadb = connection_.dialect().kind() == DialectKind::mariadb;
  std::vector<std::string> changes;
  for (const std::string_view column : kProgressColumns) {
    changes.push_back(mariadb ? fmt::format("{0} = VALUES({0})", column)
                              : fmt::format("{0} = excluded.{0}", column));
  }
  connection_.execute(
      fmt::format("INSERT INTO {} ({}, {}) VALUES {} {} {}", kTable, kColumns, kLaterColumns,
                  text::join(rows, ", "),
                  mariadb ? "ON DUPLICATE KEY UPDATE" : "ON CONFLICT (id) DO UPDATE SET",
                  text::join(changes, ", ")),
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
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", kTable, kColumns,
                     text::join(literals, ", "));
}

}  // namespace dbmig::run
