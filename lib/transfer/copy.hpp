#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "import/communicator.hpp"

namespace dbmig::transfer {

struct CopyOptions {
  std::vector<std::string> tables;   ///< empty: all but dbmig's own
  std::vector<std::string> exclude;  ///< tables to leave out
  bool truncate = false;             ///< empty the target's tables first
  bool resume = false;               ///< leave tables alone that already have the source's rows
  bool fire_triggers = false;        ///< the target's, for every row that is written
};

/// The comparison of a table on both sides.
struct TableComparison {
  std::string table;
  std::uint64_t source_rows = 0;
  std::uint64_t target_rows = 0;
  std::string source_checksum;  ///< over canonical_value() of all rows, in any order
  std::string target_checksum;
  /// A column that is MariaDB's FLOAT on one side: its values are compared with that precision.
  struct AsFloat {
    std::string column;
    std::uint64_t source_values = 0;  ///< values with more digits than that
    std::uint64_t target_values = 0;
  };
  std::vector<AsFloat> as_float;  ///< only of a comparison: columns that have such values
  /// The keys of the first rows that differ, or exist on one side only.
  std::vector<std::string> examples;
  bool is_same() const { return source_rows == target_rows && source_checksum == target_checksum; }
};

/// Refuses a target that has rows in one of the tables to be copied, before anything is changed;
/// recreates triggers that a killed copy left dropped. Throws Error{refused}, unless `truncate` or
/// `resume` is set.
void refuse_rows(backend::Connection& source, backend::Connection& target,
                 const CopyOptions& options, EventSink& events);

/// Copies the rows of `source`'s tables into existing tables of the same names in `target`, and
/// compares both sides before the commit: every row, or, if it throws or a comparison differs,
/// none. Triggers do not fire, foreign keys are checked at the end, counters of numbered keys are
/// copied. The source is read in one snapshot, by the other `ranks` if given (they must be in
/// serve_copy()), otherwise by a thread.
///
/// Throws Error{refused} for tables with rows without `truncate`, with `resume` for those whose
/// rows are not the source's, and for triggers of MariaDB that this user could not create again
/// (see SilentTriggers); Error{invalid} for a table or column that the target does not have, and
/// for a value that it cannot hold (see check_rows()); Error{constraint} for a row that it refuses.
std::vector<TableComparison> copy_rows(backend::Connection& source, backend::Connection& target,
                                       const CopyOptions& options, EventSink& events,
                                       const std::atomic<bool>& stop,
                                       import::Communicator* ranks = nullptr);

/// Builds the full-text indexes in `target` that the source has over the rows of other tables
/// again. To be called when all tables and views are there.
void rebuild_indexes(backend::Connection& source, backend::Connection& target,
                     const CopyOptions& options, EventSink& events);

}  // namespace dbmig::transfer
