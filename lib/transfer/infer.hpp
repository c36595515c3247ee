#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "import/communicator.hpp"
#include "import/import.hpp"
#include "schema/table.hpp"
#include "transfer/evidence.hpp"

namespace dbmig::transfer {

/// What a file's table would be.
struct Inferred {
  schema::Table table;
  std::vector<std::string> evidence;  ///< of each column, for people
  std::vector<std::string> notes;     ///< what a person should look at
  /// Columns that tell rows apart together, where no single one does: as few as possible.
  std::vector<std::vector<std::string>> composite_keys;
  std::uint64_t rows = 0;
  std::vector<std::string> names;                ///< what the file calls the columns
  import::CsvFormat format;                      ///< how its fields are cut
  std::vector<import::DateOption> date_formats;  ///< of columns whose dates are not ISO 8601
  std::vector<Evidence> columns;
  /// What `dbmig import` must be told beside the file's name, ready to be typed; may be empty.
  std::string import_options;
};

/// Looks at every record of `options.files`, which are of one table, and finds for each column the
/// narrowest type that holds all values. Fields are cut as an import with `options` cuts them; what
/// separates them is found where `options` do not say it. When no column tells all rows apart,
/// pairs of columns are looked for that do, and then three at a time, by reading files once more.
/// Of several ranks, each parses a part of every file that all of them can read, and the root adds
/// up what they found: the same for any number of them. Collective; the result is the root's.
///
/// Throws Error{invalid} for a record that cannot be cut or has another number of fields, with its
/// place, and Error{interrupted} when `stop` is set.
Inferred infer(const import::Options& options, import::Communicator& ranks,
               const std::atomic<bool>& stop);

}  // namespace dbmig::transfer
