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
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/sql_forms.hpp"
#include "run/store_columns.hpp"

namespace dbmig::run {
namespace {

// The columns that change while a revision is running.
constexpr std::array<std::string_view, 8> kProgressColumns{
    "applied_at", "duration_ms",        "statements_total", "statements_done",
    "state",      "statements_to_undo", "statement",        "statement_hashes"};

std::string placeholders() {
  return text::join(std::vector<std::string>(kStoreColumns.size(), "?"), ", ");
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

// The fingerprint is stored in front of the statement, as a comment: so a person who reads the
// table can still run the statement.
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
  if (r.running == kCompleteState) r.running.clear();
  r.statements_to_undo = count();
  read_statement(text(), r);
  r.origin = text();
  r.statement_hashes = list();
  if (number(row[column++]) > RevisionStore::kFormat) throw newer_format();
  if (column < row.size()) r.text = text();
  return r;
}

std::string state_column(const AppliedRevision& r) {
  return r.running.empty() ? std::string(kCompleteState) : r.running;
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

}  // namespace

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(
      now.time_since_epoch() % std::chrono::seconds(1));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), microseconds.count());
}

bool RevisionStore::exists() {
  // Another process may create a missing table: only its existence is remembered.
  if (is_there_) return true;
  is_there_ = backend::has_table(connection_, kTable);
  return is_there_;
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
  // Long histories have many rows: each is held only once, and they mostly arrive in order.
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
    if (!entry.is_new) row.text.clear();  // the text is already stored and does not change
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
