#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "import/binary_text.hpp"
#include "import/communicator.hpp"
#include "import/csv_format.hpp"

namespace dbmig::import {

/// Among the files to import: what stands for standard input.
inline constexpr const char* kStandardInput = "-";

enum class OnError { abort, reject };

struct Options {
  std::vector<std::string> files;  ///< paths; "-" is standard input
  std::string table;               ///< empty: each file's name without its ending
  /// Which column each field goes to; "-" leaves a field out. Empty: the header says.
  std::vector<std::string> columns;
  CsvFormat format;
  /// Whether the first line is a header. Left out: it is where `has_header`, unless `columns` is
  /// given.
  std::optional<bool> header;
  bool has_header = true;       ///< see FileFormat
  bool check_line_end = false;  ///< see FileFormat
  NullMarks nulls;
  BinaryText binary = BinaryText::guarded;
  /// Leave out names of the header that are no column's, and fields beyond those expected.
  bool ignore_unknown = false;
  /// Fields that a record does not have are NULL.
  bool fill_missing = false;
  OnError on_error = OnError::abort;
  std::string rejects;  ///< where bad records go; empty: `<file>.rejects.csv`
  std::chrono::seconds lock_wait = backend::kLockWait;  ///< for the locks of others
  std::size_t chunk_bytes = std::size_t{1} << 20;
  std::size_t record_bytes = std::size_t{64} << 20;  ///< a longer record is an error
};

/// What an import did. On the root; elsewhere only `ranks`.
struct Summary {
  struct File {
    std::string name;
    std::string table;
    std::uint64_t rows = 0;
    std::uint64_t rejected = 0;
    std::uint64_t bytes = 0;
    std::string rejects;  ///< the reject file that was written, empty for none
  };
  std::vector<File> files;
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
  // The stages overlap: their sum is more than `seconds`.
  double read_seconds = 0;   ///< reading the files and finding the records' ends
  double parse_seconds = 0;  ///< parsing and converting, the slowest rank of each round
  double write_seconds = 0;  ///< in the database
  int ranks = 1;
};

/// Opens the database; called on the root alone.
using Open = std::function<backend::Connection&()>;

/// Loads CSV files into tables, all in one transaction: every row, or, when it throws, none. All
/// ranks of `ranks` call it with the same options. The content of the tables, and the order of rows
/// that get numbered by the database, do not depend on the number of ranks or the size of chunks.
///
/// A failure on any rank ends all of them with the same Error: with OnError::abort the first bad
/// record in the order of the files, with file, line, column, value and reason. `stop` set to true
/// ends it with Error{interrupted}. Only the root sends events and touches database and files.
Summary run(const Options& options, Communicator& ranks, const Open& open, EventSink& events,
            const std::atomic<bool>& stop);

}  // namespace dbmig::import
