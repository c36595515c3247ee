#include "import/import_store.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <numeric>
#include <span>

#include "backend/has_table.hpp"
#include "base/error.hpp"
#include "dialect/sql_forms.hpp"

namespace dbmig::import {
namespace {

constexpr const char* kRecordColumns =
    "id, file_number, state, owner, options, commit_every, chunk_bytes, chunk_records, started_at, "
    "updated_at, path, table_name, fingerprint, plan, is_done, bytes_done, next_line, rows_done, "
    "rejected, skipped, next_number, rejects_temporary, rejects_bytes";

std::uint64_t stored_number(const backend::Value& value) {
  std::uint64_t result = 0;
  if (value) std::from_chars(value->data(), value->data() + value->size(), result);
  return result;
}

std::string stored_time() {
  const auto now = std::chrono::system_clock::now();
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

void require_owner(std::size_t changed) {
  if (changed != 0) return;
  throw Error(ErrorCode::failed, "another dbmig import --resume has taken over this import")
      .hint("it continues from the last commit of this one");
}

}  // namespace

std::uint64_t ImportRecord::rows() const {
  return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const FileRecord& file) { return sum + file.rows; });
}

bool ImportRecord::has_progress() const {
  return std::any_of(files.begin(), files.end(), [](const FileRecord& file) {
    return file.rows + file.rejected + file.skipped != 0;
  });
}

bool ImportStore::exists() {
  return backend::has_table(connection_, kTable);
}

void ImportStore::create_if_missing() {
  if (exists()) return;
  const dialect::SqlForms& forms = dialect::sql_forms(connection_.dialect().kind());
  const char* const number = "BIGINT UNSIGNED";
  const char* const word = "VARCHAR(64)";
  const std::string text = forms.long_text();
  connection_.execute(fmt::format(
      "CREATE TABLE IF NOT EXISTS {0} (id {2} NOT NULL, file_number {1} NOT NULL, "
      "state {2} NOT NULL, owner {2} NOT NULL, options {3} NOT NULL, commit_every {1} NOT NULL, "
      "chunk_bytes {1} NOT NULL, chunk_records {1} NOT NULL, started_at {2} NOT NULL, "
      "updated_at {2} NOT NULL, path {3} NOT NULL, table_name {3} NOT NULL, "
      "fingerprint {3} NOT NULL, plan {3} NOT NULL, is_done {1} NOT NULL, "
      "bytes_done {1} NOT NULL, next_line {1} NOT NULL, rows_done {1} NOT NULL, "
      "rejected {1} NOT NULL, skipped {1} NOT NULL, next_number {1} NOT NULL, "
      "rejects_temporary {3} NOT NULL, rejects_bytes {1} NOT NULL, "
      "PRIMARY KEY (id, file_number)){4}",
      kTable, number, word, text, forms.table_options()));
}

std::vector<ImportRecord> ImportStore::all(bool for_update) {
  std::vector<ImportRecord> records;
  if (!exists()) return records;
  const std::string end =
      for_update ? dialect::sql_forms(connection_.dialect().kind()).for_update() : std::string();
  const auto rows = connection_
                        .query(fmt::format("SELECT {} FROM {} ORDER BY started_at, id, "
                                           "file_number{}",
                                           kRecordColumns, kTable, end))
                        .rows;
  for (const auto& row : rows) {
    const std::string id = row[0].value_or("");
    if (records.empty() || records.back().id != id) {
      ImportRecord& record = records.emplace_back();
      record.id = id;
      record.state = row[2].value_or("");
      record.owner = row[3].value_or("");
      record.options = row[4].value_or("");
      record.commit_every = stored_number(row[5]);
      record.chunk_bytes = stored_number(row[6]);
      record.chunk_records = stored_number(row[7]);
      record.started_at = row[8].value_or("");
      record.updated_at = row[9].value_or("");
    }
    records.back().files.push_back({.path = row[10].value_or(""),
                                    .table = row[11].value_or(""),
                                    .fingerprint = row[12].value_or(""),
                                    .plan = row[13].value_or(""),
                                    .is_done = stored_number(row[14]) != 0,
                                    .bytes_done = stored_number(row[15]),
                                    .next_line = stored_number(row[16]),
                                    .rows = stored_number(row[17]),
                                    .rejected = stored_number(row[18]),
                                    .skipped = stored_number(row[19]),
                                    .next_number = stored_number(row[20]),
                                    .rejects_temporary = row[21].value_or(""),
                                    .rejects_bytes = stored_number(row[22])});
  }
  return records;
}

void ImportStore::insert(const ImportRecord& record) {
  const std::string now = stored_time();
  for (std::size_t i = 0; i < record.files.size(); ++i) {
    const FileRecord& file = record.files[i];
    const std::vector<backend::Value> values = {record.id,
                                                std::to_string(i),
                                                record.state,
                                                record.owner,
                                                record.options,
                                                std::to_string(record.commit_every),
                                                std::to_string(record.chunk_bytes),
                                                std::to_string(record.chunk_records),
                                                now,
                                                now,
                                                file.path,
                                                file.table,
                                                file.fingerprint};
    connection_.execute(fmt::format("INSERT INTO {} ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                                    "?, ?, '', 0, 0, 1, 0, 0, 0, 0, '', 0)",
                                    kTable, kRecordColumns),
                        values);
  }
}

void ImportStore::take_over(const ImportRecord& record) {
  const std::vector<backend::Value> values = {record.owner, record.id};
  connection_.execute(fmt::format("UPDATE {} SET owner = ? WHERE id = ?", kTable), values);
}

void ImportStore::save(const ImportRecord& record, std::size_t index) {
  const FileRecord& file = record.files.at(index);
  const std::vector<backend::Value> values = {stored_time(),
                                              file.plan,
                                              file.is_done ? "1" : "0",
                                              std::to_string(file.bytes_done),
                                              std::to_string(file.next_line),
                                              std::to_string(file.rows),
                                              std::to_string(file.rejected),
                                              std::to_string(file.skipped),
                                              std::to_string(file.next_number),
                                              file.rejects_temporary,
                                              std::to_string(file.rejects_bytes),
                                              record.id,
                                              std::to_string(index),
                                              record.owner};
  connection_.execute(
      fmt::format("UPDATE {} SET updated_at = ?, plan = ?, is_done = ?, bytes_done = ?, "
                  "next_line = ?, rows_done = ?, rejected = ?, skipped = ?, next_number = ?, "
                  "rejects_temporary = ?, rejects_bytes = ? "
                  "WHERE id = ? AND file_number = ? AND owner = ?",
                  kTable),
      values);
  // MariaDB does not say how many rows an UPDATE found without changing them.
  const std::vector<backend::Value> key = {record.id, std::to_string(index), record.owner};
  require_owner(
      connection_
          .query(fmt::format("SELECT 1 FROM {} WHERE id = ? AND file_number = ? AND owner = ?{}",
                             kTable, dialect::sql_forms(connection_.dialect().kind()).for_update()),
                 key)
          .rows.size());
}

void ImportStore::save_state(const ImportRecord& record) {
  const std::vector<backend::Value> values = {record.state, stored_time(), record.id, record.owner};
  require_owner(connection_.execute(
      fmt::format("UPDATE {} SET state = ?, updated_at = ? WHERE id = ? AND owner = ?", kTable),
      values));
}

void ImportStore::remove(const std::string& id) {
  const backend::Value value = id;
  connection_.execute(fmt::format("DELETE FROM {} WHERE id = ?", kTable), std::span(&value, 1));
}

}  // namespace dbmig::import
