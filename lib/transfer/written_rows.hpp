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

/// Reads back what was written to a table while more is written: in a thread, through a session of
/// its own that sees uncommitted rows (MariaDB: READ UNCOMMITTED). So the final comparison takes no
/// extra time.
class WrittenRows {
 public:
  /// Nothing if that is not possible: on SQLite, if the key is not an integer on both sides, or
  /// without a second session. `source`: the kind of the source.
  static std::unique_ptr<WrittenRows> watch(backend::Connection& target, const TablePair& pair,
                                            DialectKind source, const std::atomic<bool>& stop);
  ~WrittenRows();
  WrittenRows(const WrittenRows&) = delete;
  WrittenRows& operator=(const WrittenRows&) = delete;

  /// To be called when all rows of `range` are written and none of them will change.
  void add(const KeyRange& range);
  /// Waits until all ranges are read and returns their sums. Nothing if reading failed, or was
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
  std::thread thread_;  ///< last member, because it uses the others
};

}  // namespace dbmig::transfer
