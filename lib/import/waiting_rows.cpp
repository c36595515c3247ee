#include "import/waiting_rows.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "import/row_circles.hpp"

namespace dbmig::import {
namespace {

std::size_t count(const std::vector<WaitingFile*>& files) {
  std::size_t rows = 0;
  for (const WaitingFile* file : files) rows += file->rows.size();
  return rows;
}

/// Tries waiting rows one by one, each as often as others succeed.
class Trials {
 public:
  /// All must outlive it.
  Trials(backend::Connection& connection, const std::vector<WaitingFile*>& files,
         const std::atomic<bool>& stop)
      : connection_(connection), files_(files), stop_(stop) {}

  /// Tries the rows that were not tried yet, for the database's reason.
  void try_untried() {
    turns_.clear();
    for (const WaitingFile* file : files_) {
      std::vector<bool>& turns = turns_.emplace_back();
      for (const WaitingRow& row : file->rows) turns.push_back(!row.error.has_value());
    }
    try_while_one_succeeds();
  }

  /// Tries all rows, each when the earlier ones with one of its keys are written or refused.
  void try_all() {
    while (give_turns()) {
      try_while_one_succeeds();
      for (std::size_t i = 0; i < files_.size(); ++i) {
        for (std::size_t row = 0; row < files_[i]->rows.size(); ++row) {
          if (turns_[i][row]) refused_.insert({i, files_[i]->rows[row].line});
        }
      }
    }
  }

 private:
  /// False if no row has its first turn.
  bool give_turns() {
    bool has_new = false;
    std::unordered_set<std::string> held;
    turns_.clear();
    for (std::size_t i = 0; i < files_.size(); ++i) {
      std::vector<bool>& turns = turns_.emplace_back();
      for (const WaitingRow& row : files_[i]->rows) {
        const bool is_refused = refused_.contains({i, row.line});
        const bool is_held = std::any_of(row.keys.begin(), row.keys.end(), [&](const auto& key) {
          return held.contains(key) && !written_.contains(key);
        });
        if (!is_refused) held.insert(row.keys.begin(), row.keys.end());
        turns.push_back(is_refused || !is_held);
        has_new = has_new || (!is_refused && !is_held);
      }
    }
    return has_new;
  }

  /// Alternates between both ends, so that rows in either order need only one round.
  void try_while_one_succeeds() {
    bool backwards = true;
    for (std::size_t before = 0; before != count(files_); backwards = !backwards) {
      before = count(files_);
      for (std::size_t i = 0; i < files_.size(); ++i) {
        const std::size_t at = backwards ? files_.size() - 1 - i : i;
        try_once(*files_[at], turns_[at], backwards);
      }
    }
  }

  /// Those that are refused again stay.
  void try_once(WaitingFile& file, std::vector<bool>& turns, bool backwards) {
    if (std::find(turns.begin(), turns.end(), true) == turns.end()) return;
    const auto sink = connection_.bulk_sink(file.table, file.columns);
    sink->refuse_orphans();
    std::vector<bool> is_written(file.rows.size());
    for (std::size_t i = 0; i < file.rows.size(); ++i) {
      const std::size_t at = backwards ? file.rows.size() - 1 - i : i;
      if (!turns[at]) continue;
      if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
      WaitingRow& row = file.rows[at];
      is_written[at] = true;
      backend::write_cells(*sink, file.columns.size(), row.batch,
                           [&](std::size_t, const Error& error) {
                             row.error = error;
                             is_written[at] = false;
                           });
      if (is_written[at]) written_.insert(row.keys.begin(), row.keys.end());
    }
    std::vector<WaitingRow> left;
    std::vector<bool> turns_left;
    for (std::size_t at = 0; at < file.rows.size(); ++at) {
      if (is_written[at]) continue;
      left.push_back(std::move(file.rows[at]));
      turns_left.push_back(turns[at]);
    }
    file.written += file.rows.size() - left.size();
    file.rows = std::move(left);
    turns = std::move(turns_left);
  }

  backend::Connection& connection_;
  const std::vector<WaitingFile*>& files_;
  const std::atomic<bool>& stop_;
  std::vector<std::vector<bool>> turns_;  ///< of each row of a file: whether it is to be tried
  std::set<std::pair<std::size_t, std::uint64_t>> refused_;  ///< files and lines
  std::unordered_set<std::string> written_;                  ///< keys
};

}  // namespace

void insert_ready(backend::Connection& connection, const std::vector<WaitingFile*>& files,
                  const std::atomic<bool>& stop) {
  write_circles(connection, files, true, stop);
}

void insert_waiting(backend::Connection& connection, const std::vector<WaitingFile*>& files,
                    const std::atomic<bool>& stop) {
  const bool has_triggers =
      std::any_of(files.begin(), files.end(), [](const auto* file) { return file->has_triggers; });
  const bool is_decided = !has_triggers && write_circles(connection, files, false, stop);
  Trials trials(connection, files, stop);
  if (is_decided) {
    trials.try_untried();
  } else {
    trials.try_all();
  }
  if (has_triggers && count(files) > 0) write_circles(connection, files, false, stop);
}

}  // namespace dbmig::import
