// The connections that write an import, and the sinks of a table on them. See root_import.hpp.

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "backend/bulk.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "import/check_options.hpp"
#include "import/earlier_row.hpp"
#include "import/lock_retry.hpp"
#include "import/root_import.hpp"
#include "import/stopwatch.hpp"
#include "import/target_tables.hpp"
#include "import/writer_choice.hpp"

namespace dbmig::import {
namespace {

struct FirstLines {
  std::string first_line;
  std::uint64_t rows = 0;  ///< about how many the file has, by its first lines; 0 if not known
};

FirstLines first_lines_of(const std::string& path, char line_byte) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) return {};
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  std::string beginning(65536, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  if (failure || beginning.empty()) return {};
  const auto lines = std::count(beginning.begin(), beginning.end(), line_byte);
  return {beginning.substr(0, beginning.find(line_byte)),
          size / beginning.size() * static_cast<std::uint64_t>(lines)};
}

bool is_text(std::string_view line) {
  return std::none_of(line.begin(), line.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r';
  });
}

}  // namespace

/// Decides how many connections write, and prepares what several need outside of the transaction.
void RootImport::prepare_writers() {
  has_usual_writers_ = options_.writers == 0;
  if (has_usual_writers_) options_.writers = usual_writers(*connection_, options_, ranks_.size());
  if (options_.writers <= 1 ||
      !dialect::capabilities(connection_->dialect().kind()).parallel_writers)
    return;
  try {
    lock_retry_->run([&] { ImportStore(*connection_).create_if_missing(); });
  } catch (const Error& error) {
    if (!has_usual_writers_ || error.code() == ErrorCode::interrupted) throw;
    options_.writers = 1;  // Without the right to it, as with one connection.
  }
}

/// The sink of a table. Where the import commits as it goes, nothing is deferred: an index that is
/// missing at a commit would be missing for everybody.
std::unique_ptr<RenewedSink> RootImport::open_sink(const schema::Table& table,
                                                   const std::vector<std::string>& columns,
                                                   bool refuses_orphans,
                                                   const backend::DeferrableChecks& deferrable) {
  auto sink = std::make_unique<RenewedSink>([this, table, columns, refuses_orphans, deferrable] {
    std::unique_ptr<backend::BulkSink> one;
    lock_retry_->run([&] {
      one.reset();  // restores the session's settings, which the next one saves again
      one = connection_->bulk_sink(table, columns, options_.on_duplicate);
      if (refuses_orphans) one->refuse_orphans();
      if (!checkpoints_->are_on()) {
        const backend::DeferredChecks deferred = one->begin(deferrable);
        deferred_ = {.keys = deferred.keys || deferred_.keys, .constraints = deferred.constraints};
      }
    });
    return one;
  });
  lock_retry_->wait_in_statements();
  return sink;
}

/// Whether a row without its parent is refused at once, so that its line is known, although its
/// foreign key is checked at the commit. Not if the parent may follow and the row cannot wait for
/// it: because of --on-duplicate, or because it has no number of its own.
bool RootImport::refuses_orphans(const schema::Table& table, const RowOrder& order) const {
  if (options_.on_duplicate == backend::OnDuplicate::abort) {
    return !order.numbers_are_parents || order.key.has_value();
  }
  return std::none_of(
      table.foreign_keys.begin(), table.foreign_keys.end(), [this](const schema::ForeignKey& key) {
        return std::any_of(tables_.begin(), tables_.end(), [&](const schema::Table& other) {
          return text::equals_ignoring_case(key.referenced_table, other.name);
        });
      });
}

void RootImport::open_writers() {
  if (options_.writers <= 1) return;
  if (const auto reason = why_one_writer(*connection_, options_, tables_, checkpoints_->are_on())) {
    if (!has_usual_writers_) {
      events_.info("dbmig.import", fmt::format("Using one connection: {}", *reason));
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

/// On all connections that write, before the first value is converted.
void RootImport::set_time_zone() {
  const std::string zone = time_zone_of(own_options_, tables_, connection_->dialect().kind());
  if (zone.empty()) return;
  connection_->set_time_zone(zone);
  for (std::size_t i = 0; writers_ != nullptr && i < writers_->count(); ++i) {
    writers_->connection(i).set_time_zone(zone);
  }
}

/// A row that waits for its parents would be written after its duplicates.
RowOrder RootImport::order_of(const schema::Table& table, const Plan& plan,
                              const std::vector<std::string>& still_loaded) const {
  const bool may_wait = options_.on_duplicate == backend::OnDuplicate::abort;
  return row_order(connection_->dialect().kind(), table, plan.column_names(),
                   may_wait ? still_loaded : std::vector<std::string>{}, options_.goes_on());
}

/// Opens the table of the first of `files`, unless it is open for rows like those of `plan`.
void RootImport::open_table(std::span<const std::size_t> files, const Plan& plan, RowOrder& order,
                            OpenTable& open) {
  const std::string& name = tables_[files.front()].name;
  const std::vector<std::string> columns = plan.column_names();
  const bool is_reopened = open.name == name;
  if (is_reopened && open.columns == columns) {
    order = open.order;
    return;
  }
  finish_table(open);
  auto sinks = open_sinks(files, plan, is_reopened, order);
  open = {name, columns, order, std::move(sinks)};
}

/// About how many rows come until the table is opened again: at the first file whose header line is
/// another one. Where that does not tell the columns (compressed files, JSON), it is taken to be
/// the last of `files`, unless it has turned out otherwise before. 0 if it is not known.
std::uint64_t RootImport::expected_rows(std::span<const std::size_t> files, char line_byte,
                                        bool is_reopened) const {
  std::uint64_t rows = 0;
  std::string header;
  for (const std::size_t file : files) {
    const Options& own = own_options_[file];
    const FirstLines one = first_lines_of(options_.files[file], line_byte);
    const bool has_header = own.header.value_or(own.has_header && own.columns.empty());
    const bool tells_columns = !own.is_json && own.skip_lines == 0 && own.format.comment.empty() &&
                               is_text(one.first_line);
    if (file == files.front()) {
      header = one.first_line;
    } else if (has_header && (tells_columns ? one.first_line != header : is_reopened)) {
      break;
    }
    rows += one.rows;
  }
  return rows;
}

/// The sinks of a table: one for each connection that writes.
std::vector<std::unique_ptr<RenewedSink>> RootImport::open_sinks(std::span<const std::size_t> files,
                                                                 const Plan& plan, bool is_reopened,
                                                                 RowOrder& order) {
  const std::size_t index = files.front();
  const schema::Table& table = tables_[index];
  std::vector<std::unique_ptr<RenewedSink>> sinks;
  const std::vector<std::string> columns = plan.column_names();
  if (writers_ == nullptr) {
    sinks.push_back(
        open_sink(table, columns, refuses_orphans(table, order),
                  {.keys = watched_keys(plan),
                   .constraints = options_.defers_constraints && may_defer_checks(index),
                   .expected_rows = expected_rows(files, plan.format.line_byte(), is_reopened)}));
    return sinks;
  }
  std::size_t count = writers_->count();
  for (const schema::Column& column : table.columns) {
    if (!column.autoincrement) continue;
    const auto given = std::find(columns.begin(), columns.end(), column.name);
    if (given == columns.end()) {
      count = 1;
      if (has_usual_writers_) continue;
      events_.info(
          "dbmig.import",
          fmt::format(
              "Using one connection for '{}': its rows are numbered in the order of the file",
              table.name));
    } else {
      order.key = static_cast<std::size_t>(given - columns.begin());
      order.refuses_empty_keys = true;
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    lock_retry_->run([&] {
      sinks.push_back(std::make_unique<RenewedSink>([this, i, table, columns] {
        return writers_->connection(i).bulk_sink(table, columns, backend::OnDuplicate::abort);
      }));
    });
  }
  if (count == 1) order.refuses_empty_keys = false;
  return sinks;
}

/// Loads the rest of the file into its sinks.
void RootImport::feed_sinks(const Feed& feed,
                            const std::vector<std::unique_ptr<RenewedSink>>& sinks) {
  RejectFile* const rejects = rejects_of_[feed.index];
  hold_keys(feed);
  std::vector<Loader> all;
  all.reserve(sinks.size());
  std::vector<Loader*> loaders;
  for (const auto& one : sinks) {
    loaders.push_back(&all.emplace_back(
        *one, feed.name, feed.plan.format,
        BadRecordPolicy{.rejects = rejects, .problems = options_.goes_on() ? &problems_ : nullptr},
        progress_, feed.row_order, waiting_[feed.index], held_.get()));
  }
  const auto on_tick = [this](std::uint64_t stored_bytes) {
    bytes_done_ = stored_before_ + stored_bytes;
    report(false);
  };
  const auto reached = [&](std::uint64_t bytes, std::uint64_t next_line, bool is_end) {
    const bool rows_wait =
        std::any_of(waiting_.begin(), waiting_.end(),
                    [](const WaitingFile& other) { return !other.rows.empty(); });
    checkpoints_->reached({.bytes = bytes,
                           .next_line = next_line,
                           .rows = progress_.rows - feed.before.rows,
                           .rejected = progress_.rejected - feed.before.rejected,
                           .skipped = feed.before.skipped + sinks.front()->skipped(),
                           .is_end = is_end},
                          *sinks.front(), rejects, !rows_wait);
  };
  const auto on_silence = [this](int rank, std::chrono::seconds silent) {
    events_.info("dbmig.import", fmt::format("Waiting for rank {}, which has not answered for {} s",
                                             rank, silent.count()));
  };
  OnLoaded on_loaded;
  if (checkpoints_->are_on() || feed.row_order.may_wait_untried) {
    on_loaded = [&](std::uint64_t bytes, std::uint64_t next_line) {
      insert_ready_rows(feed.index);
      if (checkpoints_->are_on()) reached(bytes, next_line, false);
    };
  }
  had_writers_ = had_writers_ || loaders.size() > 1;
  if (!feed.is_left_to_root) announce_.file(feed.plan, feed.shared);
  Communicator& ranks = feed.is_left_to_root ? *root_alone_ : ranks_;
  const ReadWay way = feed.shared && !feed.is_left_to_root ? options_.read : ReadWay::scatter;
  const StageTimes times =
      feed_chunks(feed.plan, ranks, feed.reader, loaders, way, stop_, on_tick, on_loaded,
                  feed.watch, {.limit = options_.rank_limit, .on_silence = on_silence});
  if (checkpoints_->are_on()) {
    const Clock::time_point written = Clock::now();
    reached(feed.reader.bytes_done(), feed.reader.line(), true);
    progress_.write_nanoseconds += nanoseconds_since(written);
  }
  times_.read += times.read;
  times_.parse += times.parse;
}

/// Does what the sinks have deferred, and closes them.
void RootImport::finish_table(OpenTable& open) {
  const Clock::time_point start = Clock::now();
  const OpenTable closing = std::exchange(open, {});
  try {
    for (const auto& one : closing.sinks) one->finish();
  } catch (const Error& error) {
    note_failed_check(error);
    deferred_.constraints = false;
    throw;
  }
  deferred_.constraints = false;
  progress_.write_nanoseconds += nanoseconds_since(start);
}

/// After a failure of finish(): what the next attempt must not defer, so that the database names
/// the record.
void RootImport::note_failed_check(const Error& failure) {
  was_watch_wrong_ = deferred_.keys && is_duplicate(failure);
  failed_deferred_check_ =
      deferred_.constraints && !was_watch_wrong_ && !is_of_surroundings(failure.code());
}

/// `error` may not be about the first bad record: runs the deferred checks on the rows written so
/// far, unless the record only came before its parent. The sinks cannot be used afterwards.
void RootImport::look_for_earlier_fault(const Error& error,
                                        const std::vector<std::unique_ptr<RenewedSink>>& sinks) {
  // SQLite may have rolled back by itself.
  if (is_of_surroundings(error.code()) || !connection_->in_transaction()) return;
  if (lacks_parent(error)) {
    failed_deferred_check_ = true;
    lacked_parent_ = true;
    return;
  }
  try {
    for (const auto& one : sinks) one->finish();
  } catch (const Error& failure) {
    note_failed_check(failure);
  }
}

}  // namespace dbmig::import
