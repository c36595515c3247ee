#include "import/checkpoints.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "backend/next_number.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "import/file_fingerprint.hpp"
#include "import/final_commit.hpp"
#include "import/lock_retry.hpp"
#include "import/reject_target.hpp"
#include "import/resumed_options.hpp"
#include "import/unfinished_import.hpp"

namespace dbmig::import {
namespace {

constexpr const char* kRunning = "running";
constexpr const char* kDone = "done";
constexpr int kIdDigits = 12;
/// With this many bytes per row, a chunk has room for rows of usual size; more would be copied from
/// chunk to chunk.
constexpr std::uint64_t kBytesForRow = 256;
constexpr std::uint64_t kSmallestChunk = 4096;
/// A file of this size takes seconds to read.
constexpr std::uint64_t kLongRead = std::uint64_t{1} << 30;

std::string absolute_path(const std::string& path) {
  std::error_code failure;
  const auto found = std::filesystem::weakly_canonical(path, failure);
  return failure ? std::filesystem::absolute(path).string() : found.string();
}

std::string on_duplicate_text(backend::OnDuplicate how) {
  switch (how) {
    case backend::OnDuplicate::abort:
      return "abort";
    case backend::OnDuplicate::skip:
      return "skip";
    case backend::OnDuplicate::update:
      return "update";
    case backend::OnDuplicate::replace:
      return "replace";
  }
  return {};
}

std::string kept_rejects_name(const std::string& target, const std::string& id) {
  return fmt::format("{}.{}.tmp", target, id);
}

std::string shown_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string listed_files(const std::vector<std::string>& files) {
  return text::join(files, ", ");
}

}  // namespace

Checkpoints::Checkpoints(const Options& options, backend::Connection& connection,
                         const LockRetry& lock_retry, EventSink& events,
                         const std::atomic<bool>& stop)
    : options_(options),
      connection_(connection),
      lock_retry_(lock_retry),
      events_(events),
      stop_(stop),
      store_(connection),
      commit_every_(options.commit_every) {}

void Checkpoints::prepare() {
  for (const std::string& file : options_.files) paths_.push_back(absolute_path(file));
  if (!are_on()) return;
  for (const std::string& file : options_.files) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(file, failure);
    if (!failure && size >= kLongRead) {
      events_.info("dbmig.import", fmt::format("Reading {} once to compute its fingerprint", file));
    }
    fingerprints_.push_back(file_fingerprint(file, stop_));
  }
  lock_retry_.run([&] { store_.create_if_missing(); });
}

ImportRecord Checkpoints::new_record(const std::vector<schema::Table>& tables) const {
  ImportRecord record;
  record.id = random_hex(kIdDigits);
  record.state = kRunning;
  record.owner = random_hex(kIdDigits);
  record.options = fmt::format("--on-duplicate={}\n--encoding={}\n--rejects={}\n--on-error={}",
                               on_duplicate_text(options_.on_duplicate), options_.encoding,
                               options_.rejects.empty() ? "" : absolute_path(options_.rejects),
                               options_.on_error == OnError::reject ? "reject" : "abort");
  record.commit_every = options_.commit_every;
  record.chunk_records = options_.commit_every;
  record.chunk_bytes = options_.chunk_bytes;
  if (options_.commit_every < record.chunk_bytes / kBytesForRow) {
    record.chunk_bytes = std::min(record.chunk_bytes,
                                  std::max(kSmallestChunk, options_.commit_every * kBytesForRow));
  }
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    FileRecord& file = record.files.emplace_back();
    file.path = paths_[i];
    file.table = tables.at(i).name;
    if (i < fingerprints_.size()) file.fingerprint = fingerprints_[i];
  }
  return record;
}

void Checkpoints::begin(const std::vector<schema::Table>& tables) {
  record_ = new_record(tables);
  if (options_.dry_run) return;
  const auto all_equal = [&](const ImportRecord& other, std::string FileRecord::*what) {
    return std::equal(record_.files.begin(), record_.files.end(), other.files.begin(),
                      other.files.end(),
                      [&](const FileRecord& a, const FileRecord& b) { return a.*what == b.*what; });
  };
  std::optional<ImportRecord> found;
  std::vector<ImportRecord> others;  // interrupted imports of other files, or in another order
  for (ImportRecord& other : store_.all(are_on())) {
    if (other.state != kRunning && other.state != kDone) continue;
    const bool is_alike = all_equal(other, &FileRecord::table);
    const bool is_moved = is_alike && are_on() && all_equal(other, &FileRecord::fingerprint);
    if ((is_alike && all_equal(other, &FileRecord::path)) || (is_moved && !found)) {
      found = std::move(other);
    } else if (other.state == kRunning) {
      others.push_back(std::move(other));
    }
  }
  const std::string files = listed_files(options_.files);
  if (!found) forget_or_refuse(others);
  const bool has_rows = found && found->state == kRunning && found->has_progress();
  if (has_rows && !options_.resume) {
    throw Error(ErrorCode::refused,
                fmt::format("an import of {} was interrupted at {}: {} of it {} in the database",
                            files, found->updated_at, text::count(found->rows(), "row"),
                            found->rows() == 1 ? "is" : "are"))
        .hint(
            "continue with --resume; --no-resume forgets it and loads the file from the beginning, "
            "in addition to the rows in the table");
  }
  if (!are_on()) {
    if (found && found->state == kRunning) forget(*found);
    return;
  }
  if (options_.resume.value_or(false)) {
    if (found) {
      resume(std::move(*found));
    } else if (options_.commit_every == 0) {
      throw Error(ErrorCode::not_found, fmt::format("no import of {} was interrupted", files))
          .hint("add --commit-every ROWS to --resume to start one");
    } else {
      store_.insert(record_);
    }
  } else {
    if (found) forget(*found);
    store_.insert(record_);
  }
  committed_rows_ = record_.rows();
  commit_and_begin();
}

/// None of `others` may have loaded a part of these files, unless the user says so.
void Checkpoints::forget_or_refuse(std::vector<ImportRecord> others) {
  while (const auto unfinished = find_unfinished_import(others, record_.files, stop_)) {
    if (options_.resume.value_or(true)) {
      throw Error(ErrorCode::refused,
                  fmt::format("{} would be loaded twice: {}", shown_name(unfinished->file),
                              unfinished->describe()))
          .hint(
              "finish that import first, with --resume and its files in their order; --no-resume "
              "forgets it and loads the files from the beginning, in addition to the rows in the "
              "table");
    }
    forget(unfinished->record);
    std::erase_if(others, [&](const auto& one) { return one.id == unfinished->record.id; });
  }
}

/// The rows stay; what was kept for a resumed import is removed.
void Checkpoints::forget(const ImportRecord& record) {
  for (const FileRecord& file : record.files) {
    std::error_code ignored;
    if (!file.rejects_temporary.empty() && is_reject_file(file.rejects_temporary)) {
      std::filesystem::remove(file.rejects_temporary, ignored);
    }
  }
  store_.remove(record.id);
}

void Checkpoints::resume(ImportRecord found) {
  for (std::size_t i = 0; i < found.files.size(); ++i) {
    if (found.files[i].fingerprint == fingerprints_[i]) continue;
    throw Error(
        ErrorCode::refused,
        fmt::format("{} has changed since its import {} at {}", options_.files[i],
                    found.state == kDone ? "was completed" : "was interrupted", found.updated_at))
        .hint(
            "--no-resume loads it from the beginning, in addition to the rows in the database: "
            "first delete those that would be loaded twice");
  }
  const std::string files = listed_files(options_.files);
  if (found.state == kDone) {
    events_.info("dbmig.import", fmt::format("The import of {} was completed at {}: there is "
                                             "nothing left to load",
                                             files, found.updated_at));
    record_ = std::move(found);
    return;
  }
  check_same_options(found.options, record_.options);
  found.owner = record_.owner;
  record_ = std::move(found);
  if (commit_every_ == 0) commit_every_ = record_.commit_every;
  store_.take_over(record_);
  events_.info("dbmig.import",
               fmt::format("Resuming the import of {}: {} of it {} in the database", files,
                           text::count(record_.rows(), "row"), record_.rows() == 1 ? "is" : "are"));
}

bool Checkpoints::has_kept_rejects(std::size_t index) const {
  const std::string& temporary = file(index).rejects_temporary;
  if (temporary.empty()) return false;
  // The process may have died after it renamed the file.
  return !is_finished() || std::filesystem::exists(temporary);
}

std::string Checkpoints::rejects_path(std::size_t index) const {
  const std::string& temporary = file(index).rejects_temporary;
  const std::string ending = kept_rejects_name("", record_.id);
  return temporary.ends_with(ending) ? temporary.substr(0, temporary.size() - ending.size())
                                     : std::string();
}

KeptRejects Checkpoints::rejects_of(std::size_t index, const std::string& target) const {
  KeptRejects kept;
  kept.temporary = kept_rejects_name(target, record_.id);
  const auto take = [&kept](const FileRecord& file) {
    if (file.rejects_temporary.empty()) return;
    kept.temporary = file.rejects_temporary;
    kept.bytes = std::max(kept.bytes, file.rejects_bytes);
  };
  if (options_.rejects.empty()) {
    take(record_.files.at(index));
  } else {
    for (const FileRecord& file : record_.files) take(file);
  }
  return kept;
}

/// The number with which the rows continue that are rolled back, also after a restart of the
/// server.
std::uint64_t Checkpoints::next_number(const schema::Table& table) {
  if (dialect::capabilities(connection_.dialect().kind()).counters_roll_back) return 0;
  const bool is_numbered =
      std::any_of(table.columns.begin(), table.columns.end(),
                  [](const schema::Column& column) { return column.autoincrement; });
  if (!is_numbered) return 0;
  const auto number = backend::next_number(connection_, table.name);
  return number ? std::stoull(*number) : 0;
}

/// So that rows that are loaded again get the same numbers as before.
void Checkpoints::reset_number(const schema::Table& table, std::uint64_t number) {
  if (number == 0 || next_number(table) <= number) return;
  connection_.commit();  // as the statement would; nothing has been done yet
  try {
    backend::set_next_number(connection_, table.name, std::to_string(number));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::access) throw;
    events_.warning("dbmig.import",
                    fmt::format("Rows of '{}' that are loaded again get different numbers: {}",
                                table.name, error.message()));
  }
  lock_retry_.run([&] { connection_.begin(); });
}

void Checkpoints::commit_and_begin() {
  if (dialect::capabilities(connection_.dialect().kind()).commit_can_be_retried) {
    commit_beside_readers(connection_, lock_retry_, "");
  } else {
    connection_.commit();
  }
  lock_retry_.run([&] { connection_.begin(); });
}

void Checkpoints::begin_file(std::size_t index, const schema::Table& table, Plan& plan,
                             std::uint64_t bytes, std::uint64_t line) {
  index_ = index;
  table_ = &table;
  FileRecord& file = record_.files.at(index);
  if (!file.plan.empty()) {
    check_same_plan(file, plan);
    reset_number(table, file.next_number);
  } else {
    Plan kept = plan;
    kept.encoding.clear();
    Bytes encoded;
    encode(kept, encoded);
    file.plan = to_hex({encoded.data(), encoded.size()});
    file.bytes_done = bytes;
    file.next_line = line;
    file.next_number = next_number(table);
    store_.save(record_, index);
    commit_and_begin();
  }
  records_at_commit_ = file.rows + file.rejected + file.skipped;
}

void Checkpoints::reached(const Position& position, RenewedSink& sink, RejectFile* rejects,
                          bool may_commit) {
  const std::uint64_t records = position.rows + position.rejected + position.skipped;
  if (!position.is_end && records - records_at_commit_ < commit_every_) return;
  if (!may_commit) {
    if (!std::exchange(told_of_waiting_, true)) {
      events_.info(
          "dbmig.import",
          "Some rows refer to later rows: everything from here on is committed at the end");
    }
    if (!position.is_end) return;
  }
  FileRecord& file = record_.files.at(index_);
  file.bytes_done = position.bytes;
  file.next_line = position.next_line;
  file.rows = position.rows;
  file.rejected = position.rejected;
  file.skipped = position.skipped;
  file.is_done = position.is_end;
  file.next_number = next_number(*table_);
  if (rejects != nullptr && rejects->bytes() != 0) {
    rejects->flush();
    file.rejects_temporary = rejects->temporary();
    file.rejects_bytes = rejects->bytes();
  }
  store_.save(record_, index_);
  if (!may_commit) return;
  sink.close();
  try {
    commit_and_begin();
    records_at_commit_ = records;
    committed_rows_ = record_.rows();
    if (rejects != nullptr) rejects->keep();
  } catch (const Error& error) {
    // SQLite has checked the deferred foreign keys, and keeps the transaction open: the missing
    // parents may still follow.
    if (error.code() != ErrorCode::constraint || !connection_.in_transaction()) throw;
  }
  if (!position.is_end) sink.open();
}

void Checkpoints::finish(const std::vector<Summary::File>& files) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    FileRecord& file = record_.files.at(i);
    file.rows = files[i].rows;
    file.rejected = files[i].rejected;
    store_.save(record_, i);
  }
  record_.state = kDone;
  store_.save_state(record_);
}

Error Checkpoints::explain(const Error& error) const {
  if (committed_rows_ == 0) return error;
  const std::string rows =
      fmt::format("the first {} {} in the database", text::count(committed_rows_, "row"),
                  committed_rows_ == 1 ? "is" : "are");
  if (error.code() == ErrorCode::interrupted) {
    return Error(ErrorCode::interrupted, fmt::format("interrupted; {}", rows))
        .hint("continue with --resume");
  }
  std::vector<Diagnostic> told = error.diagnostics();
  const bool is_bad_record = !told.front().where.file.empty();
  told.front().hint =
      is_bad_record
          ? fmt::format("{}; continue without bad records with --resume --on-error reject", rows)
          : fmt::format("{}; fix what is wrong and continue with --resume", rows);
  return Error(error.code(), std::move(told)).native(error.native_code()).sql(error.statement());
}

}  // namespace dbmig::import
