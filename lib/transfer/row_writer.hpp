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
  /// Writes what comes before the first row.
  virtual void begin(std::string& out) { static_cast<void>(out); }
  /// Appends a row. Throws Error{invalid} for a value that the format cannot represent.
  virtual void add(std::span<const backend::Cell> row, std::string& out) = 0;
  /// Writes what comes after the last row.
  virtual void end(std::string& out) { static_cast<void>(out); }
};

/// The names of the formats.
const std::vector<std::string>& output_formats();

/// What a writer needs to know about the source of the rows.
struct RowShape {
  std::string table;  ///< for sql
  std::vector<std::string> columns;
  char delimiter = ',';  ///< csv
  /// For sql: which columns are MariaDB's geometries, written as text (schema/geometry_text.hpp).
  std::vector<bool> geometries = {};
};

/// Throws Error{usage} for an unknown format.
std::unique_ptr<RowWriter> row_writer(const std::string& format, const RowShape& shape,
                                      const dialect::Dialect& dialect);

}  // namespace dbmig::transfer
