#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "dialect/dialect.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// Writes rows as text, so that `import` of the same format reads the same rows.
///
/// - csv: RFC 4180 with a header; NULL is an empty field, the empty text is "".
/// - tsv: "Linear TSV" (https://specs.frictionlessdata.io/ as it was in 2014): tabs, a header,
///   escapes \t \n \r \\, NULL is \N.
/// - jsonl: an object a line.
/// - sql: INSERT statements for the database that the rows come from.
///
/// Bytes are `0x` and hexadecimal digits but in sql; reals are their shortest exact form; decimals
/// and dates as the database gives them.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  /// What stands in front of the first row.
  virtual void begin(std::string& out) { static_cast<void>(out); }
  /// Appends a row. Throws Error{invalid} for what the format cannot say.
  virtual void add(std::span<const backend::Cell> row, std::string& out) = 0;
  /// What stands behind the last row.
  virtual void end(std::string& out) { static_cast<void>(out); }
};

/// The names of the formats.
const std::vector<std::string>& output_formats();

/// What a writer must know of where the rows come from.
struct RowShape {
  std::string table;  ///< for sql
  std::vector<std::string> columns;
  char delimiter = ',';  ///< csv
  /// For sql: which columns are MariaDB's geometries, in text (schema/geometry_text.hpp).
  std::vector<bool> geometries = {};
};

/// Throws Error{usage} for a format that is not known.
std::unique_ptr<RowWriter> row_writer(const std::string& format, const RowShape& shape,
                                      const dialect::Dialect& dialect);

}  // namespace dbmig::transfer
