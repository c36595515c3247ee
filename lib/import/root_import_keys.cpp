// Finding and reporting keys that occur more than once in the files.

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "import/root_import.hpp"

namespace dbmig::import {
namespace {

/// `error`, which is about one record, with all repeated records if there are more.
Error with_all(const Error& error, const std::vector<RepeatedKey>& keys) {
  std::uint64_t records = 0;
  std::vector<Diagnostic> all = error.diagnostics();
  for (const RepeatedKey& key : keys) {
    records += key.records;
    all.push_back({.where = {}, .message = described(key), .hint = {}});
  }
  if (records <= 1) return error;
  return Error(error.code(), std::move(all)).native(error.native_code()).sql(error.statement());
}

}  // namespace

/// Not if the user decides what happens to a row that fails a check, if a trigger
/// may change rows, or if one of the files cannot be read again: for the other line of a repeated
/// key, or to start again.
bool RootImport::may_defer_checks(std::size_t index) const {
  const schema::Table& table = tables_[index];
  const bool first_ends_it = options_.on_duplicate == backend::OnDuplicate::abort &&
                             !options_.goes_on() && !checkpoints_->are_on();
  return first_ends_it && !with_triggers_.contains(table.name) && are_files_readable_again_;
}

/// The watch for the keys of a file before its rows are written; null if it is left to the
/// database.
KeyWatch* RootImport::watch_keys(std::size_t index, Plan& plan) {
  if (!options_.watch_keys || !may_defer_checks(index)) return nullptr;
  const schema::Table& table = tables_[index];
  KeyWatch& watch = watches_.try_emplace(table.name, key_room_).first->second;
  plan.watched = watch.watch(*connection_, table, plan);
  return plan.watched.empty() ? nullptr : &watch;
}

/// Whether a record before the one that `error` is about may repeat a key: the index of the key is
/// built at the end, and there was no memory to watch all its values.
bool RootImport::may_have_missed_key(const Error& error) const {
  return deferred_.keys && is_of_rows(error) &&
         std::any_of(watches_.begin(), watches_.end(),
                     [](const auto& watch) { return watch.second.has_given_up(); });
}

/// `error`, with the line of the row that the database accepted instead of the refused one.
Error RootImport::with_earlier_row(const Error& error) {
  const Diagnostic& what = error.diagnostics().front();
  if (writers_ != nullptr || read_files_.empty() || !is_duplicate(error) ||
      what.where.file != read_files_.back().path || what.where.line <= 0) {
    return error;
  }
  const auto earlier = find_earlier_row(*connection_, read_files_,
                                        static_cast<std::uint64_t>(what.where.line), stop_);
  if (!earlier) return error;
  const std::string place = earlier->file == what.where.file
                                ? fmt::format("line {}", earlier->line)
                                : fmt::format("{}:{}", earlier->file, earlier->line);
  return Error(error.code(), fmt::format("{}; {} has the same {}", what.message, place,
                                         text::join(earlier->columns, ", ")))
      .at(what.where)
      .native(error.native_code())
      .sql(error.statement())
      .hint(what.hint);
}

/// All keys that occur more than once in the files of a table. Called outside of the transaction:
/// the files are read again, which may take a while.
std::vector<RepeatedKey> RootImport::repeated_keys() {
  if (ranks_.was_left()) return {};
  watches_.clear();  // their memory is needed for the keys of this search
  std::map<std::string, std::vector<ReadFile>> files_of;
  for (const ReadFile& file : read_files_) files_of[file.table.name].push_back(file);
  std::vector<RepeatedKey> all;
  for (const auto& [table, files] : files_of) {
    if (stop_) return {};
    try {
      auto keys = find_repeated_keys(ranks_, *connection_, files,
                                     {.block = options_.chunk_bytes, .keys = options_.keys_at_once},
                                     stop_, announce_.key_scan);
      if (keys) all.insert(all.end(), keys->begin(), keys->end());
    } catch (const Error&) {
      // The database's message is sufficient.
    }
  }
  return all;
}

/// `error`, with the line of the first record with its key: all ranks search for all repeated keys.
Error RootImport::with_first_record(const RepeatedKeyError& error) {
  const Diagnostic& what = error.diagnostics().front();
  const std::vector<RepeatedKey> keys = repeated_keys();
  if (stop_) return Error(ErrorCode::interrupted, "interrupted; nothing was imported");
  for (const RepeatedKey& key : keys) {
    if (key.columns != error.columns()) continue;
    for (const RepeatedRecord& one : key.examples) {
      const bool is_it = key.files.at(one.place.file) == what.where.file &&
                         std::cmp_equal(one.place.line, what.where.line);
      if (!is_it) continue;
      has_named_repeated_key_ = true;
      const std::string& file = key.files.at(one.first.file);
      const std::string place = file == what.where.file
                                    ? fmt::format("line {}", one.first.line)
                                    : fmt::format("{}:{}", file, one.first.line);
      return with_all(error.with_first(place), keys);
    }
  }
  was_watch_wrong_ = !ranks_.was_left();
  return error;
}

/// `error`, which is about one record, with everything else that is repeated in the files.
Error RootImport::with_repeated_keys(const Error& error, bool is_of_duplicate) {
  return is_of_duplicate ? with_all(error, repeated_keys()) : error;
}

}  // namespace dbmig::import
