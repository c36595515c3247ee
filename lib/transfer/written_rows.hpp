#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "backend/backend.hpp"
#include "transfer/key_ranges.hpp"
#include "transfer/row_converter.hpp"
#include "transfer/row_hash.hpp"

namespace dbmig::transfer {

class TablePair;

/// Reads back what has been written into a table while more is written: in a thread, through a
/// session of its own that sees what the writing one has not committed yet (MariaDB: READ
/// UNCOMMITTED). So the comparison at the end costs no time of its own.
class WrittenRows {
 public:
  /// Nothing where that cannot be done: on SQLite, where the key is not a whole number on both
  /// sides, without a second session. `source`: the kind of the source.
  static std::unique_ptr<WrittenRows> watch(backend::Connection& target, const TablePair& pair,
                                            DialectKind source, const std::atomic<bool>& stop);
  ~WrittenRows();
  WrittenRows(const WrittenRows&) = delete;
  WrittenRows& operator=(const WrittenRows&) = delete;

  /// All rows of `range` are written, and none of them will change.
  void add(const KeyRange& range);
  /// What all ranges hold; waits until they are read. Nothing when reading failed, or was
  /// interrupted.
  std::optional<RowSum> finish();

 private:
  WrittenRows(std::unique_ptr<backend::Connection> session, const TablePair& pair,
              std::string column, const std::atomic<bool>& stop);
  void read_all();
  void read(const KeyRange& range);
  void end(bool is_abandoned);

  std::unique_ptr<backend::Connection> session_;
  const TablePair& pair_;
  std::string column_;
  const std::atomic<bool>& stop_;
  RowConverter converter_;
  RowSum sum_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<KeyRange> waiting_;
  bool is_closed_ = false;
  std::atomic<bool> is_abandoned_ = false;
  bool has_failed_ = false;
  std::thread thread_;  ///< last: it uses the others
};

}  // namespace dbmig::transfer
