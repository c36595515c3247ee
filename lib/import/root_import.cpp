#include "import/root_import.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <system_error>
#include <utility>

#include "backend/bulk.hpp"
#include "base/text.hpp"
#include "import/file_plan.hpp"
#include "import/input_files.hpp"
#include "import/lock_retry.hpp"
#include "import/open_input.hpp"
#include "import/record_parser.hpp"
#include "import/statement_interrupt.hpp"
#include "import/stopwatch.hpp"
#include "import/transcoded_input.hpp"
#include "import/worker.hpp"

namespace dbmig::import {
namespace {

constexpr auto kReportEvery = std::chrono::milliseconds(200);
/// Violations of foreign keys that are named when the commit finds them.
constexpr std::size_t kShownViolations = 5;
/// More get into each other's way in one table.
constexpr std::size_t kUsualWriters = 4;

double seconds(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e9;
}

/// The files that SQLite keeps for a database, there or not.
std::vector<KeptFile> database_files(backend::Connection& connection) {
  std::vector<KeptFile> files;
  if (connection.dialect().kind() != DialectKind::sqlite) return files;
  for (const auto& row : connection.query("SELECT file FROM pragma_database_list").rows) {
    const std::string file = row.at(0).value_or("");
    if (file.empty()) continue;
    files.push_back({file, "the database"});
    for (const char* ending : {"-wal", "-shm", "-journal"}) {
      files.push_back({file + ending, "a file of the database"});
    }
  }
  return files;
}

void refuse_json_rejects(const Options& options) {
  if (!options.is_json || options.on_error != OnError::reject || options.dry_run) return;
  throw Error(ErrorCode::usage, "--on-error reject does not know how to keep JSON lines")
      .hint("--dry-run names all that is wrong; mend the file and import it whole");
}

}  // namespace

RootImport::RootImport(const Options& options, Communicator& ranks, const Open& open,
                       EventSink& events, const std::atomic<bool>& stop, Announcements announce)
    : options_(options),
      ranks_(ranks),
      open_(open),
      events_(events),
      stop_(stop),
      announce_(std::move(announce)) {}

Summary RootImport::run() {
  options_.files = expand_patterns(options_.files);
  check_options();
  connection_ = &open_();
  if (options_.on_error == OnError::reject && !options_.dry_run) choose_reject_targets();
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
    for (const auto& rejects : rejects_) rejects->flush();
    if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
    if (options_.dry_run) {
      check_deferred_keys();
      connection_->rollback();
    } else {
      if (checkpoints_->are_on() && !checkpoints_->is_finished()) {
        checkpoints_->finish(summary_.files);
      }
      commit();
    }
  } catch (const Error& failure) {
    const bool is_of_duplicate = is_duplicate(failure) && writers_ == nullptr;
    const Error in_transaction = with_earlier_row(failure);
    writers_.reset();
    connection_->rollback();
    const Error error = with_repeated_keys(in_transaction, is_of_duplicate);
    const Error told = checkpoints_->explain(error);
    if (told.what() != std::string_view(failure.what())) throw Error(told);
    if (error.code() == ErrorCode::interrupted && stop_) {
      throw Error(ErrorCode::interrupted, "interrupted; nothing was imported");
    }
    throw;
  } catch (...) {
    writers_.reset();
    connection_->rollback();
    throw;
  }
  finish_rejects();
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
  return std::move(summary_);
}

/// How many connections write, and what several need outside of the transaction.
void RootImport::prepare_writers() {
  has_usual_writers_ = options_.writers == 0;
  if (has_usual_writers_) options_.writers = usual_writers();
  if (options_.writers <= 1 || connection_->dialect().kind() != DialectKind::mariadb) return;
  try {
    lock_retry_->run([&] { ImportStore(*connection_).create_if_missing(); });
  } catch (const Error& error) {
    if (!has_usual_writers_ || error.code() == ErrorCode::interrupted) throw;
    options_.writers = 1;  // Without the right to it, as one connection does without.
  }
}

/// One for each rank, where they are worth what starting and committing them together costs.
std::size_t RootImport::usual_writers() const {
  if (connection_->dialect().kind() != DialectKind::mariadb || options_.dry_run) return 1;
  std::uintmax_t bytes = 0;
  for (const std::string& path : options_.files) {
    std::error_code failure;
    if (!std::filesystem::is_regular_file(path, failure)) return 1;
    bytes += std::filesystem::file_size(path, failure);
  }
  if (bytes < options_.bytes_for_writers) return 1;
  return std::min(static_cast<std::size_t>(ranks_.size()), kUsualWriters);
}

void RootImport::check_options() const {
  check(options_.format);
  if (!options_.encoding.empty()) check_encoding(options_.encoding);
  for (const DateOption& one : options_.date_formats) const DateFormat format(one.format);
  refuse_json_rejects(options_);
  if (!options_.map.empty() && !options_.columns.empty()) {
    throw Error(ErrorCode::usage, "--map and --columns both say what the fields are")
        .hint(
            "--columns names them all in order, --map only those whose name in the header differs");
  }
  if (options_.files.empty()) {
    throw Error(ErrorCode::usage, "no file to import").hint("name one, or '-' for standard input");
  }
  const auto inputs = std::count(options_.files.begin(), options_.files.end(), kStandardInput);
  if (inputs > 1) throw Error(ErrorCode::usage, "'-' can be given only once");
  if (inputs == 1 && options_.table.empty()) {
    throw Error(ErrorCode::usage, "standard input has no name to take the table from")
        .hint("say which with --table NAME");
  }
  if (!options_.rejects.empty() && options_.on_error != OnError::reject) {
    throw Error(ErrorCode::usage, "--rejects needs --on-error reject")
        .hint("without it the first bad record ends the import");
  }
  if (options_.dry_run && (options_.commit_every != 0 || options_.resume)) {
    throw Error(ErrorCode::usage, "--dry-run loads nothing: there is nothing to commit or resume")
        .hint("leave out --commit-every and --resume");
  }
}

void RootImport::load_files() {
  bool known = true;
  for (const std::string& path : options_.files) {
    if (path == kStandardInput) {
      known = false;
      continue;
    }
    std::error_code failure;
    // Before hours are spent on the files in front of it.
    const std::filesystem::file_status status = std::filesystem::status(path, failure);
    if (status.type() == std::filesystem::file_type::not_found) {
      throw Error(ErrorCode::not_found, fmt::format("there is no file {}", path));
    }
    known = known && std::filesystem::is_regular_file(status);
    if (known) bytes_total_ += std::filesystem::file_size(path, failure);
  }
  if (!known) bytes_total_ = 0;
  for (const std::string& path : options_.files) {
    std::string note;
    own_options_.push_back(options_for_file(options_, path, &note));
    if (!note.empty()) events_.info("dbmig.import", note);
    refuse_json_rejects(own_options_.back());
  }
  find_tables();
  refuse_replacing_parents();
  const std::vector<std::size_t> order = parents_first();
  summary_.files.resize(order.size());
  rejects_of_.resize(order.size());
  for (const Options& own : own_options_) formats_.push_back(own.format);
  waiting_.resize(order.size());
  checkpoints_->begin(tables_);
  open_writers();
  std::vector<std::string> still_loaded;
  for (auto i = order.begin(); i != order.end(); ++i) {
    still_loaded.clear();
    for (auto left = i; left != order.end(); ++left) still_loaded.push_back(tables_[*left].name);
    const bool is_loaded =
        checkpoints_->are_on() && (checkpoints_->is_finished() || checkpoints_->file(*i).is_done);
    if (is_loaded) {
      take_results_of(*i);
    } else {
      load_file(*i, still_loaded);
    }
  }
  finish_waiting();
}

/// What all files go into, before the first of them is read.
void RootImport::find_tables() {
  std::map<std::string, schema::Table> known;
  for (std::size_t i = 0; i < options_.files.size(); ++i) {
    const std::string& own = own_options_[i].table;
    const std::string name = own.empty() ? table_of(options_.files[i]) : own;
    if (known.count(name) == 0) lock_retry_->run([&] { known[name] = find_table(name); });
    tables_.push_back(known[name]);
  }
}

/// The files in the order in which they are read: as they were named, but none before the files
/// that its table's foreign keys refer to, as far as that can be.
std::vector<std::size_t> RootImport::parents_first() const {
  std::vector<std::size_t> order;
  std::vector<bool> seen(tables_.size());
  const std::function<void(std::size_t)> take = [&](std::size_t file) {
    if (seen[file]) return;
    seen[file] = true;
    for (const schema::ForeignKey& key : tables_[file].foreign_keys) {
      for (std::size_t other = 0; other < tables_.size(); ++other) {
        const std::string& name = tables_[other].name;
        if (name == tables_[file].name) continue;
        if (text::equals_ignoring_case(name, key.referenced_table)) take(other);
      }
    }
    order.push_back(file);
  };
  for (std::size_t i = 0; i < tables_.size(); ++i) take(i);
  return order;
}

/// The rows that waited for their parents. Those that still have none are refused, and so are the
/// rows that wait for them.
void RootImport::finish_waiting() {
  std::vector<WaitingFile*> files;
  for (WaitingFile& file : waiting_) {
    if (!file.rows.empty()) files.push_back(&file);
  }
  if (files.empty()) return;
  const Clock::time_point start = Clock::now();
  insert_waiting(*connection_, files, stop_);
  for (WaitingFile& file : waiting_) {
    const std::string& name = summary_.files[file.index].name;
    RejectFile* const rejects = rejects_of_[file.index];
    for (const WaitingRow& row : file.rows) {
      if (!options_.goes_on()) {
        throw refused_record(name, row.line, row.record, formats_[file.index], row.error);
      }
      problems_.add(name, row.line, row.error);
      if (rejects != nullptr) rejects->add(name, row.line, row.error.message(), row.record);
    }
    summary_.files[file.index].rows += file.written;
    summary_.files[file.index].rejected += file.rows.size();
    progress_.rows += file.written;
    progress_.rejected += file.rows.size();
  }
  progress_.write_nanoseconds += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
}

schema::Table RootImport::find_table(const std::string& name) const {
  // Loading is about what columns mean, not about how their types were spelled.
  const schema::Schema one =
      connection_->canonical(connection_->inspect({.tables = {name}}).schema);
  if (const schema::Table* table = one.find_table(name)) return *table;
  const schema::Schema all = connection_->canonical(connection_->inspect({}).schema);
  std::vector<std::string> names;
  const schema::Table* found = nullptr;
  for (const auto& [table_name, table] : all.tables) {
    names.push_back(table_name);
    if (text::equals_ignoring_case(table_name, name)) found = found == nullptr ? &table : nullptr;
  }
  if (found != nullptr) return *found;
  if (all.views.contains(name)) {
    throw Error(ErrorCode::invalid, fmt::format("'{}' is a view; rows go into tables", name))
        .hint("name the table with --table");
  }
  const std::string known = names.empty() ? "the database has no tables; `dbmig upgrade` makes them"
                                          : text::suggest(name, names);
  throw Error(ErrorCode::not_found, fmt::format("there is no table '{}'", name))
      .hint(options_.table.empty()
                ? fmt::format("{}; --table names another than the file does", known)
                : known);
}

/// Before anything is loaded, or the file that was rejected from is gone when it is found out.
void RootImport::choose_reject_targets() {
  const std::vector<KeptFile> kept = database_files(*connection_);
  std::vector<std::string> paths = {options_.rejects};
  if (options_.rejects.empty()) paths = default_reject_paths(options_.files);
  for (const std::string& path : paths) {
    reject_targets_.push_back(check_reject_target(path, options_.files, kept));
  }
}

RejectFile* RootImport::reject_file(std::size_t index, const std::string& header,
                                    const CsvFormat& format) {
  if (options_.on_error != OnError::reject || options_.dry_run) return nullptr;
  const bool is_shared = !options_.rejects.empty();
  if (is_shared && !rejects_.empty()) {
    RejectFile& shared = *rejects_.back();
    // Of a file that an earlier process has loaded nothing more is known.
    if (shared.header().empty()) shared.set_form(format, header);
    if (!header.empty() &&
        without_line_end(shared.header(), format) != without_line_end(header, format)) {
      throw Error(ErrorCode::usage,
                  fmt::format("{} has other columns than the file before it, and --rejects takes "
                              "one kind of record",
                              options_.files[index]))
          .hint("leave --rejects out: each file then gets its own reject file");
    }
    return &shared;
  }
  const RejectTarget& target = reject_targets_.at(is_shared ? 0 : index);
  std::optional<KeptRejects> kept;
  if (checkpoints_->are_on()) kept = checkpoints_->rejects_of(index, target.path);
  rejects_.push_back(
      std::make_unique<RejectFile>(target, format, header, is_shared, std::move(kept)));
  return rejects_.back().get();
}

void RootImport::load_file(std::size_t index, const std::vector<std::string>& still_loaded) {
  const std::string& path = options_.files[index];
  OpenedInput opened = open_input(path, options_.encoding, stop_, [this](const std::string& name) {
    events_.info("dbmig.import", fmt::format("Waiting for {}: no process writes to it yet", name));
  });
  if (!opened.note.empty()) events_.info("dbmig.import", opened.note);
  Input& input = *opened.input;
  const schema::Table& table = tables_[index];
  ChunkReader::Limits limits = {.chunk = options_.chunk_bytes, .record = options_.record_bytes};
  if (checkpoints_->are_on()) {
    limits.chunk = checkpoints_->chunk_bytes();
    limits.records = checkpoints_->chunk_records();
  }
  ChunkReader reader(input, own_options_[index].format, limits);
  FilePlan file =
      plan_file(reader, own_options_[index], table, *connection_, input.name(), events_);
  Plan& plan = file.plan;
  // From here on another thread reads, and the progress says how far it is.
  opened.file->when_silent(nullptr);
  formats_[index] = plan.format;
  read_files_.push_back({.path = path,
                         .encoding = options_.encoding,
                         .limits = limits,
                         .plan = plan,
                         .table = table,
                         .first_byte = reader.bytes_done(),
                         .first_line = reader.line(),
                         .is_as_stored = opened.is_as_stored});
  const std::uint64_t rows_before = progress_.rows;
  const std::uint64_t rejected_before = progress_.rejected;
  std::uint64_t skipped_before = 0;
  if (checkpoints_->are_on()) {
    checkpoints_->begin_file(index, table, plan, reader.bytes_done(), reader.line());
    const FileRecord& done = checkpoints_->file(index);
    reader.skip_to(done.bytes_done, done.next_line);
    progress_.rows += done.rows;
    progress_.rejected += done.rejected;
    skipped_before = done.skipped;
  }
  RowOrder row_order = order_of(table, plan, still_loaded);
  const auto sinks = open_sinks(table, plan, row_order);
  RenewedSink* const sink = sinks.front().get();
  plan.encoding = sink->encoding();
  // A value of --set that does not fit is found here, by this rank alone.
  const Worker trial(plan);
  RejectFile* rejects = reject_file(index, file.header, plan.format);
  rejects_of_[index] = rejects;
  waiting_[index] = {index, table, plan.column_names(), {}};
  std::vector<Loader> all;
  all.reserve(sinks.size());
  std::vector<Loader*> loaders;
  for (const auto& one : sinks) {
    loaders.push_back(&all.emplace_back(
        *one, input.name(), plan.format,
        BadRecordPolicy{.rejects = rejects, .problems = options_.goes_on() ? &problems_ : nullptr},
        progress_, row_order, waiting_[index]));
  }

  const auto on_tick = [this](std::uint64_t bytes_done) {
    bytes_done_ = bytes_before_ + bytes_done;
    report(false);
  };
  const auto reached = [&](std::uint64_t bytes, std::uint64_t next_line, bool is_end) {
    const bool rows_wait =
        std::any_of(waiting_.begin(), waiting_.end(),
                    [](const WaitingFile& other) { return !other.rows.empty(); });
    checkpoints_->reached({.bytes = bytes,
                           .next_line = next_line,
                           .rows = progress_.rows - rows_before,
                           .rejected = progress_.rejected - rejected_before,
                           .skipped = skipped_before + sink->skipped(),
                           .is_end = is_end},
                          *sink, rejects, !rows_wait);
  };
  OnLoaded on_loaded;
  if (checkpoints_->are_on()) {
    on_loaded = [&](std::uint64_t bytes, std::uint64_t next_line) {
      reached(bytes, next_line, false);
    };
  }

  had_writers_ = had_writers_ || loaders.size() > 1;
  const auto shared = shared_file(path, opened, plan.format);
  announce_.file(plan, shared);
  const StageTimes times =
      feed_chunks(plan, ranks_, reader, loaders, shared ? options_.read : ReadWay::scatter, stop_,
                  on_tick, on_loaded);
  const Clock::time_point written = Clock::now();
  if (checkpoints_->are_on()) {
    reached(reader.bytes_done(), reader.line(), true);
  } else {
    for (const auto& one : sinks) one->finish();
  }
  progress_.write_nanoseconds += nanoseconds_since(written);
  times_.read += times.read;
  times_.parse += times.parse;
  bytes_before_ += reader.bytes_done();
  bytes_done_ = bytes_before_;
  summary_.files[index] = {.name = input.name(),
                           .table = table.name,
                           .rows = progress_.rows - rows_before,
                           .rejected = progress_.rejected - rejected_before,
                           .bytes = reader.bytes_done(),
                           .rejects = rejects != nullptr ? rejects->path() : "",
                           .defaulted = std::move(file.defaulted)};
  summary_.files[index].skipped = skipped_before + sink->skipped();
}

/// The file at `path` as the other ranks may read it; nothing when only the root can, or shall.
std::optional<SharedFile> RootImport::shared_file(const std::string& path,
                                                  const OpenedInput& opened,
                                                  const CsvFormat& format) const {
  if (ranks_.size() == 1 || options_.read == ReadWay::scatter) return std::nullopt;
  std::optional<SharedFile> file;
  // PostgreSQL's mark at the end is left out of the chunks, whose place is then not known.
  const bool is_raw = opened.is_as_stored && format.escapes != Escapes::pg_text;
  if (is_raw && path != kStandardInput) file = share_file(path);
  if (!file && options_.read == ReadWay::parallel) {
    throw Error(ErrorCode::usage,
                fmt::format("{} can be read by one process only", opened.input->name()))
        .hint("leave out --read parallel: it needs a regular file, not compressed, in UTF-8");
  }
  return file;
}

/// What an earlier process has loaded of this import.
void RootImport::take_results_of(std::size_t index) {
  const FileRecord& done = checkpoints_->file(index);
  if (checkpoints_->has_kept_rejects(index)) {
    rejects_of_[index] = reject_file(index, "", own_options_[index].format);
  }
  progress_.rows += done.rows;
  progress_.rejected += done.rejected;
  bytes_before_ += done.bytes_done;
  bytes_done_ = bytes_before_;
  summary_.files[index] = {.name = options_.files[index],
                           .table = tables_[index].name,
                           .rows = done.rows,
                           .rejected = done.rejected,
                           .skipped = done.skipped,
                           .bytes = done.bytes_done,
                           .rejects = checkpoints_->rejects_path(index),
                           .defaulted = {}};
}

/// The sink of a file. Where the import commits as it goes, nothing is put off: an index that is
/// missing at a commit would be missing for everybody.
std::unique_ptr<RenewedSink> RootImport::open_sink(const schema::Table& table,
                                                   const std::vector<std::string>& columns) {
  auto sink = std::make_unique<RenewedSink>([this, table, columns] {
    std::unique_ptr<backend::BulkSink> one;
    lock_retry_->run([&] {
      one.reset();  // gives the session its settings back, which the next one keeps
      one = connection_->bulk_sink(table, columns, options_.on_duplicate);
      if (!checkpoints_->are_on()) one->begin();
      lock_table(table, columns);
    });
    return one;
  });
  lock_retry_->wait_in_statements();
  return sink;
}

/// What keeps several writers from giving the table that one gives; nothing when nothing does.
std::optional<std::string> RootImport::why_one_writer() const {
  if (auto reason = backend::why_no_branches(*connection_)) return reason;
  if (checkpoints_->are_on()) return "an import in steps is in the order of the file";
  if (options_.on_duplicate != backend::OnDuplicate::abort) {
    return "which of two duplicates stays depends on the order of the file";
  }
  if (options_.goes_on()) return "which record is rejected depends on the order of the file";
  for (const std::string& path : options_.files) {
    if (!std::filesystem::is_regular_file(path)) {
      return fmt::format("{} can be read only once",
                         path == kStandardInput ? "standard input" : path);
    }
  }
  for (const schema::Table& table : tables_) {
    for (const schema::ForeignKey& key : table.foreign_keys) {
      for (const schema::Table& other : tables_) {
        if (!text::equals_ignoring_case(other.name, key.referenced_table)) continue;
        return fmt::format("rows of '{}' refer to rows of '{}' of the same import", table.name,
                           other.name);
      }
    }
    const backend::Value name = table.name;
    const auto triggers = connection_->query(
        "SELECT trigger_name FROM information_schema.triggers WHERE event_object_schema = "
        "DATABASE() AND event_object_table = ? AND event_manipulation = 'INSERT' LIMIT 1",
        std::span(&name, 1));
    if (!triggers.rows.empty()) {
      return fmt::format("the trigger '{}' sees the rows in the order of the file",
                         triggers.rows.front().front().value_or(""));
    }
  }
  return std::nullopt;
}

void RootImport::open_writers() {
  if (options_.writers <= 1) return;
  if (const auto reason = why_one_writer()) {
    if (!has_usual_writers_) {
      events_.info("dbmig.import", fmt::format("One connection writes: {}", *reason));
    }
    return;
  }
  std::vector<FileRecord> files;
  for (std::size_t i = 0; i < options_.files.size(); ++i) {
    FileRecord& file = files.emplace_back();
    file.path = std::filesystem::absolute(options_.files[i]).string();
    file.table = tables_[i].name;
  }
  writers_ = std::make_unique<Writers>(*connection_, options_.writers, std::move(files));
}

/// The sinks of a file: one for each connection that writes it.
std::vector<std::unique_ptr<RenewedSink>> RootImport::open_sinks(const schema::Table& table,
                                                                 const Plan& plan,
                                                                 RowOrder& order) {
  std::vector<std::unique_ptr<RenewedSink>> sinks;
  const std::vector<std::string> columns = plan.column_names();
  if (writers_ == nullptr) {
    sinks.push_back(open_sink(table, columns));
    return sinks;
  }
  std::size_t count = writers_->count();
  for (const schema::Column& column : table.columns) {
    if (!column.autoincrement) continue;
    const auto given = std::find(columns.begin(), columns.end(), column.name);
    if (given == columns.end()) {
      count = 1;
      if (has_usual_writers_) continue;
      events_.info("dbmig.import",
                   fmt::format("One connection writes '{}': its rows are numbered in the order of "
                               "the file",
                               table.name));
    } else {
      order.key = static_cast<std::size_t>(given - columns.begin());
      order.refuses_empty_keys = true;
    }
  }
  lock_retry_->run([&] { lock_table(table, columns); });
  for (std::size_t i = 0; i < count; ++i) {
    sinks.push_back(std::make_unique<RenewedSink>([this, i, table, columns] {
      return writers_->connection(i).bulk_sink(table, columns, backend::OnDuplicate::abort);
    }));
  }
  if (count == 1) order.refuses_empty_keys = false;
  return sinks;
}

/// A row that waits for its parents would come behind rows that it is a duplicate of.
RowOrder RootImport::order_of(const schema::Table& table, const Plan& plan,
                              const std::vector<std::string>& still_loaded) const {
  const bool may_wait = options_.on_duplicate == backend::OnDuplicate::abort;
  return row_order(table, plan.column_names(), may_wait ? still_loaded : std::vector<std::string>{},
                   options_.goes_on());
}

/// REPLACE takes the old row away, and with it what goes where it goes.
void RootImport::refuse_replacing_parents() const {
  if (options_.on_duplicate != backend::OnDuplicate::replace) return;
  const schema::Schema all = connection_->inspect({}).schema;
  for (const auto& [name, child] : all.tables) {
    for (const schema::ForeignKey& key : child.foreign_keys) {
      const bool takes_along = key.on_delete == schema::ReferentialAction::cascade ||
                               key.on_delete == schema::ReferentialAction::set_null ||
                               key.on_delete == schema::ReferentialAction::set_default;
      const bool is_parent =
          std::any_of(tables_.begin(), tables_.end(), [&](const schema::Table& table) {
            return text::equals_ignoring_case(table.name, key.referenced_table);
          });
      if (!takes_along || !is_parent) continue;
      throw Error(ErrorCode::refused,
                  fmt::format("replacing rows of '{}' would delete or change rows of '{}', whose "
                              "foreign key '{}' goes along",
                              key.referenced_table, name, key.name))
          .hint("--on-duplicate update keeps the row and changes its columns");
    }
  }
}

/// Whoever has the table, or the whole server, locked is met here, where nothing is done yet; the
/// first row could not be tried again. The lock that this takes lasts until the transaction ends.
void RootImport::lock_table(const schema::Table& table, const std::vector<std::string>& columns) {
  if (connection_->dialect().kind() != DialectKind::mariadb) return;
  const dialect::Dialect& dialect = connection_->dialect();
  std::string names;
  std::string nulls;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + dialect.quote_identifier(column);
    nulls += nulls.empty() ? "NULL" : ", NULL";
  }
  connection_->execute(fmt::format("INSERT INTO {} ({}) SELECT {} FROM DUAL WHERE FALSE",
                                   dialect.quote_identifier(table.name), names, nulls));
}

void RootImport::commit() {
  const Clock::time_point start = Clock::now();
  try {
    if (connection_->dialect().kind() == DialectKind::sqlite) {
      lock_retry_->run([&] { connection_->commit(); });
    } else if (writers_ != nullptr) {
      writers_->commit(stop_);
    } else {
      connection_->commit();  // which rolls back when it fails: there is nothing to try again
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::busy && connection_->dialect().kind() == DialectKind::sqlite) {
      throw Error(ErrorCode::busy,
                  fmt::format("{}: another process still reads it, and the import cannot be "
                              "written under its eyes",
                              error.message()))
          .native(error.native_code())
          .hint(
              "nothing was imported; let the reader finish its SELECT, or wait longer with "
              "--lock-wait; with `PRAGMA journal_mode = WAL` readers block no writer");
    }
    if (error.code() != ErrorCode::constraint) throw;
    // Foreign keys that are checked at the end only: which rows, while they are still there.
    std::string rows;
    for (const std::string& row : connection_->foreign_key_violations(kShownViolations)) {
      rows += (rows.empty() ? "" : "; ") + row;
    }
    if (rows.empty()) throw;
    throw Error(ErrorCode::constraint, fmt::format("{}: {}", error.message(), rows))
        .native(error.native_code())
        .hint("nothing was imported");
  }
  progress_.write_nanoseconds += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
}

/// What the commit would find: foreign keys that are checked at the end only.
void RootImport::check_deferred_keys() {
  if (connection_->dialect().kind() != DialectKind::sqlite) return;
  const auto has_deferred = [](const schema::Table& table) {
    return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                       [](const schema::ForeignKey& key) { return key.deferrable; });
  };
  if (std::none_of(tables_.begin(), tables_.end(), has_deferred)) return;
  const auto rows = connection_->foreign_key_violations(kShownViolations);
  if (rows.empty()) return;
  throw Error(ErrorCode::constraint,
              fmt::format("the import would fail at its end: {}", text::join(rows, "; ")))
      .hint("nothing was loaded");
}

/// `error`, and which line the row stands on that the database took instead of the refused one.
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

/// Every key that is in the files of a table more than once. Asked for outside of the transaction:
/// the files are read once more, which may take a while.
std::vector<RepeatedKey> RootImport::repeated_keys() {
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
      // What the database said is enough.
    }
  }
  return all;
}

/// `error`, which is of one record, and what else is repeated in the files.
Error RootImport::with_repeated_keys(const Error& error, bool is_of_duplicate) {
  if (!is_of_duplicate) return error;
  std::uint64_t records = 0;
  std::vector<Diagnostic> all = error.diagnostics();
  for (const RepeatedKey& key : repeated_keys()) {
    records += key.records;
    all.push_back({.where = {}, .message = described(key), .hint = {}});
  }
  if (records <= 1) return error;
  return Error(error.code(), std::move(all)).native(error.native_code()).sql(error.statement());
}

void RootImport::finish_rejects() {
  for (const auto& rejects : rejects_) {
    if (rejects->finish()) continue;
    for (Summary::File& file : summary_.files) {
      if (file.rejects == rejects->path()) file.rejects.clear();
    }
  }
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
