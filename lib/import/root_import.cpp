#include "import/root_import.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "backend/bulk.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "import/check_options.hpp"
#include "import/file_plan.hpp"
#include "import/final_commit.hpp"
#include "import/input_files.hpp"
#include "import/lock_retry.hpp"
#include "import/open_input.hpp"
#include "import/statement_interrupt.hpp"
#include "import/stopwatch.hpp"
#include "import/target_tables.hpp"
#include "import/worker.hpp"

namespace dbmig::import {
namespace {

constexpr auto kReportEvery = std::chrono::milliseconds(200);

double seconds(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e9;
}

}  // namespace

RootImport::RootImport(const Options& options, Communicator& ranks, const Open& open,
                       EventSink& events, const std::atomic<bool>& stop, Announcements announce)
    : options_(options),
      ranks_(ranks),
      open_(open),
      events_(events),
      stop_(stop),
      announce_(std::move(announce)),
      rejects_(options_),
      key_room_(options.keys_at_once) {}

Summary RootImport::run() {
  options_.files = expand_patterns(options_.files);
  check_options(options_);
  connection_ = &open_();
  rejects_.choose(*connection_);
  LockRetry lock_retry(*connection_, options_.lock_wait, stop_);
  lock_retry_ = &lock_retry;
  checkpoints_ = std::make_unique<Checkpoints>(options_, *connection_, lock_retry, events_, stop_);
  checkpoints_->prepare();
  if (!options_.dry_run) recover_imports(*connection_, std::chrono::seconds(1), events_);
  prepare_writers();
  try {
    lock_retry.run([&] { connection_->begin(); });
    {
      const StatementInterrupt interrupt(*connection_, stop_);
      load_files();
    }
    rejects_.flush();
    if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
    if (options_.dry_run) {
      check_deferred_keys(*connection_, tables_);
      connection_->rollback();
    } else {
      if (checkpoints_->are_on() && !checkpoints_->is_finished()) {
        checkpoints_->finish(summary_.files);
      }
      commit();
    }
  } catch (const Error& failure) {
    const Error told = rolled_back(failure);
    if (told.what() != std::string_view(failure.what())) throw Error(told);
    throw;
  } catch (...) {
    writers_.reset();
    connection_->rollback();
    throw;
  }
  finish_summary();
  return std::move(summary_);
}

/// Rolls back; returns `failure` as it is reported to the user.
Error RootImport::rolled_back(const Error& failure) {
  was_watch_wrong_ = was_watch_wrong_ || may_have_missed_key(failure);
  if (was_watch_wrong_ || failed_deferred_check_) {  // The next attempt lets the database look.
    writers_.reset();
    connection_->rollback();
    return failure;
  }
  if (const auto* repeated = dynamic_cast<const RepeatedKeyError*>(&failure)) {
    writers_.reset();
    connection_->rollback();
    return with_first_record(*repeated);
  }
  const bool is_of_duplicate = is_duplicate(failure) && writers_ == nullptr;
  const Error in_transaction = with_earlier_row(failure);
  writers_.reset();
  connection_->rollback();
  const Error error = with_repeated_keys(in_transaction, is_of_duplicate);
  const Error told = checkpoints_->explain(error);
  const bool is_explained = told.what() != std::string_view(failure.what());
  if (is_explained || error.code() != ErrorCode::interrupted || !stop_) return told;
  return Error(ErrorCode::interrupted, "interrupted; nothing was imported");
}

/// Completes the summary after the transaction.
void RootImport::finish_summary() {
  rejects_.finish(summary_.files);
  report(true);
  summary_.rows = progress_.rows;
  summary_.rejected = progress_.rejected;
  if (problems_.has_duplicates()) summary_.repeated = repeated_keys();
  summary_.problems = problems_.take();
  summary_.dry_run = options_.dry_run;
  summary_.bytes = bytes_before_;
  summary_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  summary_.read_seconds = seconds(times_.read);
  summary_.parse_seconds = seconds(times_.parse);
  summary_.write_seconds = seconds(progress_.write_nanoseconds);
  summary_.ranks = ranks_.size();
}

void RootImport::load_files() {
  look_at_files();
  for (const std::string& path : options_.files) {
    std::string note;
    own_options_.push_back(options_for_file(options_, path, &note));
    if (!note.empty()) events_.info("dbmig.import", note);
  }
  find_tables();
  if (options_.on_duplicate == backend::OnDuplicate::replace) {
    refuse_replacing_parents(*connection_, tables_);
  }
  const std::vector<std::size_t> order = parents_first(tables_);
  summary_.files.resize(order.size());
  rejects_of_.resize(order.size());
  for (const Options& own : own_options_) formats_.push_back(own.format);
  waiting_.resize(order.size());
  checkpoints_->begin(tables_);
  open_writers();
  set_time_zone();
  load_in_order(order);
  finish_waiting();
}

/// Whether all are there, before hours are spent on the first ones, and their size.
void RootImport::look_at_files() {
  for (const std::string& path : options_.files) {
    if (path == kStandardInput) {
      are_files_readable_again_ = false;
      continue;
    }
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(path, failure);
    if (status.type() == std::filesystem::file_type::not_found) {
      throw Error(ErrorCode::not_found, fmt::format("the file {} does not exist", path));
    }
    if (!std::filesystem::is_regular_file(status)) {
      are_files_readable_again_ = false;
    } else {
      bytes_total_ += std::filesystem::file_size(path, failure);
    }
  }
  if (!are_files_readable_again_) bytes_total_ = 0;
}

/// The tables that may still get rows: those of `files`, and those with rows that wait.
std::vector<std::string> RootImport::tables_with_more(std::span<const std::size_t> files) const {
  std::set<std::string> names;
  for (const std::size_t file : files) names.insert(tables_[file].name);
  for (const WaitingFile& file : waiting_) {
    if (!file.rows.empty()) names.insert(file.table.name);
  }
  return {names.begin(), names.end()};
}

void RootImport::load_in_order(const std::vector<std::size_t>& order) {
  // With checkpoints nothing waits for the end. And an expression of --set must find the rows of
  // earlier files in indexes, too.
  const bool is_each_alone = checkpoints_->are_on() || asks_database(options_);
  OpenTable open;
  std::vector<std::string> still_loaded;
  auto end_of_table = order.begin();
  for (auto i = order.begin(); i != order.end(); ++i) {
    if (i == end_of_table) {
      // Once for a table: there may be thousands of files.
      still_loaded = tables_with_more({i, order.end()});
      end_of_table = std::find_if(
          i, order.end(), [&](std::size_t file) { return tables_[file].name != tables_[*i].name; });
    }
    const bool is_loaded =
        checkpoints_->are_on() && (checkpoints_->is_finished() || checkpoints_->file(*i).is_done);
    if (is_loaded) {
      take_results_of(*i);
      continue;
    }
    try {
      load_file({i, is_each_alone ? i + 1 : end_of_table}, still_loaded, i + 1 == order.end(),
                open);
    } catch (const Error& error) {
      if (deferred_.constraints) look_for_earlier_fault(error, open.sinks);
      throw;
    }
  }
}

/// Finds the tables of all files before the first of them is read.
void RootImport::find_tables() {
  std::map<std::string, TargetTable> known;
  for (std::size_t i = 0; i < options_.files.size(); ++i) {
    const std::string& own = own_options_[i].table;
    const std::string name = own.empty() ? table_of(options_.files[i]) : own;
    const bool is_named = !options_.table.empty();
    if (known.count(name) == 0) {
      lock_retry_->run([&] { known[name] = find_target(*connection_, name, is_named); });
    }
    tables_.push_back(known[name].table);
    if (known[name].has_triggers) with_triggers_.insert(tables_.back().name);
    if (known[name].is_filled_by_trigger) filled_by_triggers_.insert(tables_.back().name);
  }
}

OpenedInput RootImport::open_file(const std::string& path) {
  const auto tell_waiting = [this](const std::string& name) {
    events_.info("dbmig.import",
                 fmt::format("Waiting for {}: no process is writing to it yet", name));
  };
  OpenedInput opened = open_input(path, options_.encoding, stop_, tell_waiting, Undecodable::mark);
  if (!opened.note.empty()) events_.info("dbmig.import", opened.note);
  return opened;
}

ChunkReader::Limits RootImport::chunk_limits() const {
  ChunkReader::Limits limits = {.chunk = options_.chunk_bytes, .record = options_.record_bytes};
  if (checkpoints_->are_on()) {
    limits.chunk = checkpoints_->chunk_bytes();
    limits.records = checkpoints_->chunk_records();
  }
  return limits;
}

/// Skips what an earlier process has loaded of the file; what had been counted before this file.
RootImport::Before RootImport::begin_file(std::size_t index, Plan& plan, ChunkReader& reader) {
  Before before = {.rows = progress_.rows, .rejected = progress_.rejected};
  if (!checkpoints_->are_on()) return before;
  checkpoints_->begin_file(index, tables_[index], plan, reader.bytes_done(), reader.line());
  const FileRecord& done = checkpoints_->file(index);
  reader.skip_to(done.bytes_done, done.next_line);
  progress_.rows += done.rows;
  progress_.rejected += done.rejected;
  before.skipped = done.skipped;
  return before;
}

/// Loads the first of `files`, which go into the same table. `is_last`: of the import.
void RootImport::load_file(std::span<const std::size_t> files,
                           const std::vector<std::string>& still_loaded, bool is_last,
                           OpenTable& open) {
  const std::size_t index = files.front();
  OpenedInput opened = open_file(options_.files[index]);
  Input& input = *opened.input;
  const schema::Table& table = tables_[index];
  const ChunkReader::Limits limits = chunk_limits();
  const Options& own = own_options_[index];
  ChunkReader reader(input, own.format, limits);
  const TargetTable target{table, with_triggers_.contains(table.name),
                           filled_by_triggers_.contains(table.name)};
  FilePlan file = plan_file(reader, own, target, *connection_, input.name(), events_);
  Plan& plan = file.plan;
  plan.file_encoding = opened.encoding;
  // From here on another thread reads, and the progress bar shows how far it is.
  opened.file->when_silent(nullptr);
  formats_[index] = plan.format;
  read_files_.push_back({.path = options_.files[index],
                         .encoding = options_.encoding,
                         .limits = limits,
                         .plan = plan,
                         .table = table,
                         .first_byte = reader.bytes_done(),
                         .first_line = reader.line(),
                         .is_as_stored = opened.is_as_stored});
  const Before before = begin_file(index, plan, reader);
  RowOrder row_order = order_of(table, plan, still_loaded);
  KeyWatch* const watch = watch_keys(index, plan);
  open_table(files, plan, row_order, open);
  const auto& sinks = open.sinks;
  const std::uint64_t skipped_before = sinks.front()->skipped();
  plan.encoding = sinks.front()->encoding();
  if (!sinks.front()->refused_rows_take_numbers()) row_order.numbers_each = false;
  // If foreign keys are deferred, no row has to wait for its parent.
  if (deferred_.constraints) row_order.parents_may_follow = false;
  // A value of --set that does not fit is found here, before other ranks take part.
  const Worker trial(plan);
  RejectFile* const rejects = rejects_.file(
      index, {.format = plan.format, .header = file.header, .is_json = own.is_json}, *checkpoints_);
  rejects_of_[index] = rejects;
  const bool has_triggers = with_triggers_.contains(table.name);
  waiting_[index] = {.index = index,
                     .table = table,
                     .columns = plan.column_names(),
                     .rows = {},
                     .has_triggers = has_triggers};
  still_waiting_ = 0;
  row_order.may_wait_untried = row_order.parents_may_follow && !has_triggers &&
                               !checkpoints_->are_on() &&
                               dialect::capabilities(connection_->dialect().kind()).is_server;
  // Small files are loaded faster than they could be handed out. But before the commit every rank
  // must have answered once more.
  const bool is_left_to_root = !is_last && opened.is_as_stored && input.size() != 0 &&
                               input.size() <= limits.chunk && options_.read != ReadWay::parallel;
  const auto shared =
      is_left_to_root ? std::nullopt : shared_file(options_.files[index], opened, plan.format);
  feed_sinks({index, plan, reader, input.name(), shared, row_order, before, watch, is_left_to_root},
             sinks);
  bytes_before_ += reader.bytes_done();
  stored_before_ += reader.stored_bytes();
  bytes_done_ = stored_before_;
  summary_.files[index] = {.name = input.name(),
                           .table = table.name,
                           .rows = progress_.rows - before.rows,
                           .rejected = progress_.rejected - before.rejected,
                           .skipped = before.skipped + sinks.front()->skipped() - skipped_before,
                           .bytes = reader.bytes_done(),
                           .rejects = rejects != nullptr ? rejects->path() : "",
                           .defaulted = std::move(file.defaulted)};
  if (checkpoints_->are_on()) {
    open = {};  // nothing waits for the end
  } else if (files.size() == 1) {
    finish_table(open);
  }
}

/// The file at `path` for the other ranks to read; nothing if only the root can, or should.
std::optional<SharedFile> RootImport::shared_file(const std::string& path,
                                                  const OpenedInput& opened,
                                                  const CsvFormat& format) const {
  if (ranks_.size() == 1 || options_.read == ReadWay::scatter) return std::nullopt;
  std::optional<SharedFile> file;
  // PostgreSQL's end mark is left out of the chunks, so their position would be unknown.
  const bool is_raw = opened.is_as_stored && format.escapes != Escapes::pg_text;
  if (is_raw && path != kStandardInput) file = share_file(path);
  if (!file && options_.read == ReadWay::parallel) {
    throw Error(ErrorCode::usage, fmt::format("only one process can read {}", opened.input->name()))
        .hint("leave out --read parallel: it needs a regular file, not compressed, in UTF-8");
  }
  return file;
}

/// Takes over what an earlier process has loaded of this import.
void RootImport::take_results_of(std::size_t index) {
  const FileRecord& done = checkpoints_->file(index);
  if (checkpoints_->has_kept_rejects(index)) {
    rejects_of_[index] = rejects_.file(index,
                                       {.format = own_options_[index].format,
                                        .header = {},
                                        .is_json = own_options_[index].is_json},
                                       *checkpoints_);
  }
  progress_.rows += done.rows;
  progress_.rejected += done.rejected;
  bytes_before_ += done.bytes_done;
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(options_.files[index], failure);
  if (!failure) stored_before_ += size;
  bytes_done_ = stored_before_;
  summary_.files[index] = {.name = options_.files[index],
                           .table = tables_[index].name,
                           .rows = done.rows,
                           .rejected = done.rejected,
                           .skipped = done.skipped,
                           .bytes = done.bytes_done,
                           .rejects = checkpoints_->rejects_path(index),
                           .defaulted = {}};
}

void RootImport::commit() {
  const Clock::time_point start = Clock::now();
  commit_import(*connection_, writers_.get(), *lock_retry_, stop_);
  progress_.write_nanoseconds += nanoseconds_since(start);
}

void RootImport::report(bool last) {
  const Clock::time_point now = Clock::now();
  if (!last && now - last_report_ < kReportEvery) return;
  last_report_ = now;
  events_.on(event::ImportProgress{.bytes_done = bytes_done_,
                                   .bytes_total = bytes_total_,
                                   .rows = progress_.rows,
                                   .rejected = progress_.rejected,
                                   .seconds = std::chrono::duration<double>(now - start_).count()});
}

}  // namespace dbmig::import
