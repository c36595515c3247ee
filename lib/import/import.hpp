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

/// The name that means standard input among the files to import.
inline constexpr const char* kStandardInput = "-";

enum class OnError { abort, reject };

/// The properties of one file.
struct OwnFormat {
  FileFormat format;
  std::string table;  ///< the table that it belongs to; empty: according to the file's name
  /// Of a JSON lines file without lines; otherwise the file names them.
  std::vector<std::string> columns = {};
  std::string note;  ///< how the format was determined, for the user; empty if it was not detected
};

/// A date format, see DateFormat.
struct DateOption {
  std::string column;  ///< empty: for all columns without one of their own
  std::string format;
};

struct Options {
  std::vector<std::string> files;  ///< paths and patterns; "-" is standard input
  std::string table;               ///< empty: each file's name without its extension
  /// The column of each field; "-" leaves a field out. Empty: the header names them.
  std::vector<std::string> columns;
  CsvFormat format;
  /// The delimiter and the quote are the format's, unless the table's columns show that others are
  /// used.
  bool find_delimiter = false;
  /// The name, as in iconv, of an encoding other than UTF-8; may be empty. A byte order mark takes
  /// precedence.
  std::string encoding = {};
  std::uint64_t skip_lines = 0;  ///< before the header
  /// Whether the first line is a header. Not set: as in `has_header`, unless `columns` is given.
  std::optional<bool> header;
  bool has_header = true;       ///< see FileFormat
  bool is_json = false;         ///< see FileFormat
  bool check_line_end = false;  ///< see FileFormat
  NullMarks nulls;
  BinaryText binary = BinaryText::guarded;
  BitText bits = BitText::number;
  char decimal = '.';          ///< see ValueFormat
  std::string time_zone = {};  ///< see FileFormat
  /// Determines the format of a single file, instead of the format above; may be empty. The files
  /// of one import may have different formats.
  std::function<OwnFormat(const std::string& path)> own_format = {};
  std::vector<DateOption> date_formats = {};
  /// Names in the header and the columns that they mean; "-" leaves a field out.
  std::vector<std::pair<std::string, std::string>> map = {};
  /// Columns that the files do not have. A value in parentheses is an SQL expression, which the
  /// database computes once.
  std::vector<std::pair<std::string, std::string>> set = {};
  /// Ignore names of the header that match no column, and extra fields.
  bool ignore_unknown = false;
  /// Set columns to NULL if a record has too few fields.
  bool fill_missing = false;
  OnError on_error = OnError::abort;
  /// Check everything, including the rows against those in the table, and load nothing: all records
  /// are checked, whatever on_error says, and no reject file is written.
  bool dry_run = false;
  /// What to do with a row whose unique values exist already, in the order of the files.
  backend::OnDuplicate on_duplicate = backend::OnDuplicate::abort;
  /// The number of connections that write at the same time, all of their rows or none (MariaDB, see
  /// Writers); if that is not possible, one writes, and an event says why. 0: one for each rank, up
  /// to four, if the files are large and it is possible.
  std::size_t writers = 1;
  /// The size of the files from which that is done.
  std::uintmax_t bytes_for_writers = std::uintmax_t{8} << 20;
  /// Commit after this many records, see Checkpoints; 0: all rows or none.
  std::uint64_t commit_every = 0;
  /// What to do with an interrupted import of the same files: continue it, or forget it. Not set:
  /// loading them again is refused.
  std::optional<bool> resume = {};
  std::string rejects;  ///< the reject file; empty: `<file>.rejects.csv`
  std::chrono::seconds lock_wait = backend::kLockWait;  ///< for locks of other sessions
  /// In a job of several ranks. Input that only the root can read (standard input, pipes, files
  /// that are compressed or in another encoding) is sent to the other ranks.
  ReadWay read = ReadWay::automatic;
  /// How long another rank with work may be silent; 0: no limit.
  std::chrono::seconds rank_limit = RankTimeout().limit;
  std::size_t chunk_bytes = std::size_t{1} << 20;
  std::size_t record_bytes = std::size_t{64} << 20;  ///< a longer record is an error
  std::uint64_t keys_at_once = KeyScanLimits().keys;
  /// Find repeated keys before the records are written, unless something else decides about them.
  bool watch_keys = true;
  /// Check constraints of all rows together at the end of a file, where that is faster, unless
  /// --on-error or --on-duplicate says what happens to rows that fail.
  bool defers_constraints = true;

  /// Whether checking continues after a bad record.
  bool goes_on() const { return dry_run || on_error == OnError::reject; }
};

/// Options for files in `format`.
Options options_for(const FileFormat& format);

/// `options` for the file at `path`, with its own format; `note` receives what should be reported
/// about that.
Options options_for_file(const Options& options, const std::string& path,
                         std::string* note = nullptr);

/// The result of an import. On the root; other ranks only set `ranks`.
struct Summary {
  struct File {
    std::string name;
    std::string table;
    std::uint64_t rows = 0;
    std::uint64_t rejected = 0;
    std::uint64_t skipped = 0;  ///< duplicates that were skipped
    std::uint64_t bytes = 0;
    std::string rejects;  ///< the reject file; empty if none was written
    /// Columns that the file does not have: they got their default.
    std::vector<std::string> defaulted;
  };
  std::vector<File> files;
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t bytes = 0;
  std::vector<Problem> problems;  ///< of the rejected records
  /// If the database refused duplicates: the keys that occur more than once in the files.
  std::vector<RepeatedKey> repeated;
  bool dry_run = false;  ///< `rows` could have been loaded, but none was
  double seconds = 0;
  // The stages overlap: their sum is more than `seconds`.
  double read_seconds = 0;   ///< reading the files and finding the ends of records
  double parse_seconds = 0;  ///< parsing and converting, of the rank that spent most
  double write_seconds = 0;  ///< in the database
  int ranks = 1;
};

/// Opens the database; called on the root alone.
using Open = std::function<backend::Connection&()>;

/// Loads CSV files into tables in one transaction: every row, or, if it throws, none; with
/// Options::commit_every in several transactions, after which an interrupted import can be
/// continued. Collective: all ranks of `ranks` call it with the same options. The content of the
/// tables, and the order of rows that the database numbers, do not depend on the number of ranks or
/// the size of chunks.
///
/// A failure on any rank ends all of them with the same Error: with OnError::abort, the first bad
/// record in the order of the files, with file, line, column, value and reason. Setting `stop` ends
/// it with Error{interrupted}. Only the root sends events and uses database and files.
Summary run(const Options& options, Communicator& ranks, const Open& open, EventSink& events,
            const std::atomic<bool>& stop);

}  // namespace dbmig::import
