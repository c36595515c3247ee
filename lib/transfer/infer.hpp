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

/// The table that would fit a file.
struct Inferred {
  schema::Table table;
  std::vector<std::string> evidence;  ///< for each column, for people
  std::vector<std::string> notes;     ///< what the user should check
  /// Groups of columns that identify rows together, if no single one does: the smallest.
  std::vector<std::vector<std::string>> composite_keys;
  std::uint64_t rows = 0;
  std::vector<std::string> names;  ///< of the file's fields, as in the file
  /// The column of each field; "-" for one that is left out, which are the last ones.
  std::vector<std::string> columns_of_fields;
  bool has_header = true;
  std::uint64_t lines_before_header = 0;  ///< in the first file
  bool has_order = true;     ///< the fields are in the same order in all files and records
  import::CsvFormat format;  ///< how its records are cut into fields
  std::vector<import::DateOption> date_formats;  ///< for columns whose dates are not ISO 8601
  std::vector<Evidence> columns;
  /// Options that `dbmig import` needs besides those that the user typed for infer(), as they are
  /// typed; may be empty. They begin with a blank.
  std::string import_options;
};

/// Reads every record of `options.files`, which belong to one table, and finds for each column the
/// narrowest type that holds all values. Records are cut as in an import with `options`; a
/// separator that `options` leave open is detected. If no column identifies all rows, pairs and
/// then triples of columns are searched, by reading the files again. With several ranks, each
/// parses a part of every file that all of them can read, and the root combines the findings: the
/// result does not depend on their number. Collective; the result is the root's.
///
/// Throws Error{invalid}, with position, for a record that cannot be parsed or has another number
/// of fields, and Error{interrupted} if `stop` is set.
Inferred infer(const import::Options& options, import::Communicator& ranks,
               const std::atomic<bool>& stop);

}  // namespace dbmig::transfer
