// The connections that write an import, and the sinks of a file on them. See root_import.hpp.

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "backend/bulk.hpp"
#include "dialect/capabilities.hpp"
#include "import/check_options.hpp"
#include "import/earlier_row.hpp"
#include "import/lock_retry.hpp"
#include "import/root_import.hpp"
#include "import/target_tables.hpp"
#include "import/writer_choice.hpp"

namespace dbmig::import {
namespace {

/// About how many records a file has, by the lines of its beginning; 0 if that is not known.
std::uint64_t expected_rows(const std::string& path, char line_byte) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) return 0;
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  std::string beginning(65536, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  if (failure || beginning.empty()) return 0;
  const auto lines = std::count(beginning.begin(), beginning.end(), line_byte);
  return size / beginning.size() * static_cast<std::uint64_t>(lines);
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

/// The sink of a file. Where the import commits as it goes, nothing is deferred: an index that is
/// missing at a commit would be missing for everybody.
std::unique_ptr<RenewedSink> RootImport::open_sink(const schema::Table& table,
                                                   const std::vector<std::string>& columns,
                                                   const backend::DeferrableChecks& deferrable) {
  auto sink = std::make_unique<RenewedSink>([this, table, columns, deferrable] {
    std::unique_ptr<backend::BulkSink> one;
    lock_retry_->run([&] {
      one.reset();  // restores the session's settings, which the next one saves again
      lock_table(*connection_, table, columns);
      one = connection_->bulk_sink(table, columns, options_.on_duplicate);
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

/// The sinks of a file: one for each connection that writes.
std::vector<std::unique_ptr<RenewedSink>> RootImport::open_sinks(std::size_t index,
                                                                 const Plan& plan,
                                                                 RowOrder& order) {
  const schema::Table& table = tables_[index];
  std::vector<std::unique_ptr<RenewedSink>> sinks;
  const std::vector<std::string> columns = plan.column_names();
  if (writers_ == nullptr) {
    sinks.push_back(open_sink(
        table, columns,
        {.keys = watched_keys(plan),
         .constraints = options_.defers_constraints && may_defer_checks(index),
         .expected_rows = expected_rows(options_.files[index], plan.format.line_byte())}));
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
  lock_retry_->run([&] { lock_table(*connection_, table, columns); });
  for (std::size_t i = 0; i < count; ++i) {
    sinks.push_back(std::make_unique<RenewedSink>([this, i, table, columns] {
      return writers_->connection(i).bulk_sink(table, columns, backend::OnDuplicate::abort);
    }));
  }
  if (count == 1) order.refuses_empty_keys = false;
  return sinks;
}

/// Does what the sinks have deferred.
void RootImport::finish_sinks(const std::vector<std::unique_ptr<RenewedSink>>& sinks) {
  try {
    for (const auto& one : sinks) one->finish();
  } catch (const Error& error) {
    note_failed_check(error);
    throw;
  }
  deferred_.constraints = false;
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
    return;
  }
  try {
    for (const auto& one : sinks) one->finish();
  } catch (const Error& failure) {
    note_failed_check(failure);
  }
}

}  // namespace dbmig::import
