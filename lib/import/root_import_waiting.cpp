// Rows that wait for their parents.

#include <algorithm>
#include <utility>
#include <vector>

#include "import/root_import.hpp"
#include "import/stopwatch.hpp"

namespace dbmig::import {

/// Writes rows of the file that wait and have their parents now, when there are so many that
/// keeping them would take much memory. If most are left, it asks again when they are twice as
/// many.
void RootImport::insert_ready_rows(std::size_t index) {
  constexpr std::size_t kMany = 20'000;
  WaitingFile& file = waiting_[index];
  if (file.has_triggers || file.rows.size() < std::max(kMany, 2 * still_waiting_)) return;
  const Clock::time_point start = Clock::now();
  insert_ready(*connection_, file, stop_);
  still_waiting_ = file.rows.size();
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
  if (files.empty()) return;
  const Clock::time_point start = Clock::now();
  insert_waiting(*connection_, files, stop_);
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
