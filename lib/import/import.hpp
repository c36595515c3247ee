#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/bulk.hpp"
#include "base/event.hpp"
#include "import/binary_text.hpp"
#include "import/communicator.hpp"
#include "import/csv_format.hpp"
#include "import/distribution.hpp"
#include "import/named_format.hpp"
#include "import/problems.hpp"
#include "import/repeated_keys.hpp"
#include "import/shared_file.hpp"

namespace dbmig::import {

/// Among the files to import: what stands for standard input.
inline constexpr const char* kStandardInput = "-";

enum class OnError { abort, reject };

/// What is known of one file alone.
struct OwnFormat {
  FileFormat format;
  std::string table;  ///< which it holds rows of; empty: the file's name says
  /// Of JSON lines without a line; else the file says.
  std::vector<std::string> columns = {};
  std::string note;  ///< how that is known, for the user; empty where nothing was found
};

/// A way to write dates, see DateFormat.
struct DateOption {
  std::string column;  ///< empty for all that have no other
  std::string format;
};

struct Options {
  std::vector<std::string> files;  ///< paths and patterns of paths; "-" is standard input
  std::string table;               ///< empty: each file's name without its ending
  /// Which column each field goes to; "-" leaves a field out. Empty: the header says.
  std::vector<std::string> columns;
  CsvFormat format;
  /// The delimiter and the quote are the format's unless the table's columns say otherwise.
  bool find_delimiter = false;
  /// Of text that is not in UTF-8, as iconv calls it; may be empty. A byte order mark wins.
  std::string encoding = {};
  std::uint64_t skip_lines = 0;  ///< in front of the header
  /// Whether the first line is a header. Left out: it is where `has_header`, unless `columns` is
  /// given.
  std::optional<bool> header;
  bool has_header = true;       ///< see FileFormat
  bool is_json = false;         ///< see FileFormat
  bool check_line_end = false;  ///< see FileFormat
  NullMarks nulls;
  BinaryText binary = BinaryText::guarded;
  char decimal = '.';          ///< see ValueFormat
  std::string time_zone = {};  ///< see FileFormat
  /// How the file at a path is written, in place of the format above; may be empty. Of the files of
  /// one import each may have another.
  std::function<OwnFormat(const std::string& path)> own_format = {};
  std::vector<DateOption> date_formats = {};
  /// Names of the header and the columns that they mean; "-" leaves a field out.
  std::vector<std::pair<std::string, std::string>> map = {};
  /// Columns that the file does not give. A value in parentheses is an expression of SQL, which
  /// the database computes once.
  std::vector<std::pair<std::string, std::string>> set = {};
  /// Leave out names of the header that match no column, and fields beyond those expected.
  bool ignore_unknown = false;
  /// Fields that a record does not have are NULL.
  bool fill_missing = false;
  OnError on_error = OnError::abort;
  /// Check everything, the rows against those in the table too, and load nothing: whatever
  /// on_error says, all records are looked at, and no reject file is written.
  bool dry_run = false;
  /// Of a row whose unique values are there already, in the order of the files.
  backend::OnDuplicate on_duplicate = backend::OnDuplicate::abort;
  /// Connections that write at the same time, all of their rows or none (MariaDB, see Writers);
  /// where that is not possible, one does, and an event says why. 0: one for each rank, up to four,
  /// when the files are large and it is possible.
  std::size_t writers = 1;
  /// How large the files are for that.
  std::uintmax_t bytes_for_writers = std::uintmax_t{32} << 20;
  /// Commit whenever so many records were loaded, see Checkpoints; 0: all rows or none.
  std::uint64_t commit_every = 0;
  /// Of an import of the same files that was interrupted: go on with it, or forget it. Not said: it
  /// is refused to load them again.
  std::optional<bool> resume = {};
  std::string rejects;  ///< where bad records go; empty: `<file>.rejects.csv`
  std::chrono::seconds lock_wait = backend::kLockWait;  ///< for the locks of others
  /// Of a job of several ranks. What only the root can read it hands out: standard input, pipes,
  /// files that are compressed or in another encoding.
  ReadWay read = ReadWay::automatic;
  /// How long another rank that has work may be silent; 0: however long.
  std::chrono::seconds rank_limit = RankTimeout().limit;
  std::size_t chunk_bytes = std::size_t{1} << 20;
  std::size_t record_bytes = std::size_t{64} << 20;  ///< a longer record is an error
  std::uint64_t keys_at_once = KeyScanLimits().keys;
  /// Find repeated keys before the records are written, where nothing else decides of them.
  bool watch_keys = true;

  /// Whether a bad record leaves the others to be looked at.
  bool goes_on() const { return dry_run || on_error == OnError::reject; }
};

/// Options of files that are written as `format` says.
Options options_for(const FileFormat& format);

/// `options` for the file at `path` alone, by its own format; what is to be said of that goes to
/// `note`.
Options options_for_file(const Options& options, const std::string& path,
                         std::string* note = nullptr);

/// What an import did. On the root; elsewhere only `ranks`.
struct Summary {
  struct File {
    std::string name;
    std::string table;
    std::uint64_t rows = 0;
    std::uint64_t rejected = 0;
    std::uint64_t skipped = 0;  ///< duplicates that were left out
    std::uint64_t bytes = 0;
    std::string rejects;  ///< the reject file that was written, empty for none
    /// Columns that the file does not give: they took their default.
    std::vector<std::string> defaulted;
  };
  std::vector<File> files;
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t bytes = 0;
  std::vector<Problem> problems;  ///< of the rejected records
  /// Where the database refused duplicates: the keys that are in the files more than once.
  std::vector<RepeatedKey> repeated;
  bool dry_run = false;  ///< `rows` could have been loaded, and none was
  double seconds = 0;
  // The stages overlap: their sum is more than `seconds`.
  double read_seconds = 0;   ///< reading the files and finding the records' ends
  double parse_seconds = 0;  ///< parsing and converting, of the rank that spent most
  double write_seconds = 0;  ///< in the database
  int ranks = 1;
};

/// Opens the database; called on the root alone.
using Open = std::function<backend::Connection&()>;

/// Loads CSV files into tables, all in one transaction: every row, or, when it throws, none; with
/// Options::commit_every in several, which an interrupted import goes on from. All ranks of `ranks`
/// call it with the same options. The content of the tables, and the order of rows that get
/// numbered by the database, do not depend on the number of ranks or the size of chunks.
///
/// A failure on any rank ends all of them with the same Error: with OnError::abort the first bad
/// record in the order of the files, with file, line, column, value and reason. `stop` set to true
/// ends it with Error{interrupted}. Only the root sends events and touches database and files.
Summary run(const Options& options, Communicator& ranks, const Open& open, EventSink& events,
            const std::atomic<bool>& stop);

}  // namespace dbmig::import
