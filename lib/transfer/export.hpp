#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "transfer/output_file.hpp"

namespace dbmig::transfer {

struct ExportOptions {
  std::vector<std::string> tables;  ///< parents before children, whatever their order here
  bool all = false;                 ///< every table; dbmig's own are left out
  std::string query;                ///< instead of tables; empty for none
  std::string format = "csv";       ///< see RowWriter
  char delimiter = ',';             ///< csv
  OutputCompression compression = OutputCompression::none;
  /// A file; a folder when it is one or ends with a slash, and for several tables when the format
  /// is not sql; for `all` also where it has no ending. Empty for standard output.
  std::string output;
  bool force = false;  ///< replace files that are there
};

struct ExportSummary {
  struct File {
    std::string table;  ///< empty for a query
    std::string path;   ///< empty for standard output
    std::uint64_t rows = 0;
    /// What `dbmig import` must be told beside the file's name, ready to be typed; may be empty.
    std::string import_options;
    /// The file beside it that says so, by which an import goes; empty where the name says all.
    std::string companion;
    bool is_stream = false;  ///< standard output or a pipe: nothing can be beside it
  };
  std::vector<File> files;
  bool reader_left = false;  ///< standard output or a pipe was closed before the end
};

/// Writes tables, or the rows of a query, as they are at one moment, in the order of their primary
/// keys. Generated columns are left out: the database computes them. All files appear complete, or,
/// when it throws, those that were done before. Throws Error{invalid} naming the table, row and
/// column of a value that the format cannot say and naming two columns that have one name,
/// Error{not_found} for a table, and
/// Error{interrupted} when `stop` is set.
ExportSummary export_rows(backend::Connection& connection, const ExportOptions& options,
                          const std::atomic<bool>& stop);

}  // namespace dbmig::transfer
