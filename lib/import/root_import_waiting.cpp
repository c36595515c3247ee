// Rows that wait for their parents.

#include <algorithm>
#include <utility>
#include <vector>

#include "import/root_import.hpp"
#include "import/stopwatch.hpp"

namespace dbmig::import {

/// The files of `table` with waiting rows.
std::vector<WaitingFile*> RootImport::waiting_in(const std::string& table) {
  std::vector<WaitingFile*> files;
  for (WaitingFile& file : waiting_) {
    if (file.table.name == table && !file.rows.empty()) files.push_back(&file);
  }
  return files;
}

/// Where a repeated key does not end the import, the first row of the files must get it, even if it
/// waits for its parent.
void RootImport::hold_keys(const Feed& feed) {
  held_.reset();
  if (!options_.goes_on() || !feed.row_order.parents_may_follow) return;
  auto held = std::make_unique<HeldKeys>(*connection_, tables_[feed.index], feed.plan);
  if (!held->has_keys()) return;
  for (const WaitingFile* file : waiting_in(tables_[feed.index].name)) {
    for (const WaitingRow& row : file->rows) held->hold(row.keys);
  }
  held_ = std::move(held);
}

/// Writes rows of the file that wait and have their parents now, when there are so many that
/// keeping them would take much memory. If most are left, it asks again when they are twice as
/// many.
void RootImport::insert_ready_rows(std::size_t index) {
  constexpr std::size_t kMany = 20'000;
  WaitingFile& file = waiting_[index];
  if (file.has_triggers || file.rows.size() < std::max(kMany, 2 * still_waiting_)) return;
  const Clock::time_point start = Clock::now();
  const std::vector<WaitingFile*> files = waiting_in(file.table.name);
  insert_ready(*connection_, files, stop_);
  still_waiting_ = file.rows.size();
  if (held_ != nullptr) {
    held_->clear();
    for (const WaitingFile* one : files) {
      for (const WaitingRow& row : one->rows) held_->hold(row.keys);
    }
  }
  progress_.rows += std::exchange(file.written, 0);
  progress_.write_nanoseconds += nanoseconds_since(start);
}

/// The rows that waited for their parents. Those that still have none are refused, and so are the
/// rows that wait for them.
void RootImport::finish_waiting() {
  std::vector<WaitingFile*> files;
  for (WaitingFile& file : waiting_) {
    if (!file.rows.empty()) files.push_back(&file);
  }
  const Clock::time_point start = Clock::now();
  if (!files.empty()) insert_waiting(*connection_, files, stop_);
  for (WaitingFile& file : waiting_) {
    const std::string& name = summary_.files[file.index].name;
    RejectFile* const rejects = rejects_of_[file.index];
    for (const WaitingRow& row : file.rows) {
      if (!options_.goes_on()) {
        throw refused_record(name, row.line, row.record, formats_[file.index], row.error.value());
      }
      problems_.add(name, row.line, row.error.value());
      if (rejects != nullptr) rejects->add(name, row.line, row.error->message(), row.record);
    }
    summary_.files[file.index].rows += file.written;
    summary_.files[file.index].rejected += file.rows.size();
    progress_.rows += file.written;
    progress_.rejected += file.rows.size();
  }
  progress_.write_nanoseconds += nanoseconds_since(start);
}

}  // namespace dbmig::import
