#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "transfer/output_file.hpp"

namespace dbmig::transfer {

struct ExportOptions {
  std::vector<std::string> tables;  ///< written parents first, whatever their order here
  bool all = false;                 ///< every table except dbmig's own
  std::string query;                ///< instead of tables; empty: none
  std::string format = "csv";       ///< see RowWriter
  char delimiter = ',';             ///< csv
  OutputCompression compression = OutputCompression::none;
  /// A file; or a folder, if it exists as one, ends with a slash, or there are several tables and
  /// the format is not sql; with `all` also if it has no extension. Empty for standard output.
  std::string output;
  bool force = false;  ///< replace existing files
};

struct ExportSummary {
  struct File {
    std::string table;  ///< empty for a query
    std::string path;   ///< empty for standard output
    std::uint64_t rows = 0;
    /// Options that `dbmig import` needs besides the file name, as they are typed; may be empty.
    std::string import_options;
    /// The companion file with the same information for an import; empty if the file name says
    /// everything.
    std::string companion;
    bool is_stream = false;  ///< standard output or a pipe: it cannot have a companion
  };
  std::vector<File> files;
  /// With `all`: "virtual table 'f' (fts5)", whose rows are not its own or cannot be read.
  std::vector<std::string> left_out;
  bool reader_left = false;  ///< standard output or a pipe was closed early
};

/// Writes tables, or the rows of a query, from one snapshot, in the order of their primary keys.
/// Generated columns are left out: the database computes them. Each file appears when it is
/// complete; if it throws, those finished before remain. Throws Error{invalid}, naming table, row
/// and column, for a value that the format cannot represent, and for two columns with the same
/// name; Error{not_found} for a table; Error{interrupted} if `stop` is set.
ExportSummary export_rows(backend::Connection& connection, const ExportOptions& options,
                          const std::atomic<bool>& stop);

}  // namespace dbmig::transfer
