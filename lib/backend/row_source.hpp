#pragma once

#include <string>
#include <vector>

#include "backend/bulk.hpp"

namespace dbmig::backend {

/// The rows of a query, one after the other: memory does not grow with their number. As long as it
/// lives its connection answers nothing else (MariaDB). Not thread-safe.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual const std::vector<std::string>& columns() const = 0;
  /// The next row into `row`, a cell for each column with the value as the database holds it: on
  /// SQLite of the value's own storage class; on MariaDB numbers but decimals as numbers, binary
  /// strings and geometries as blobs, everything else as text in UTF-8. Text and bytes live until
  /// the next call. False behind the last row. Throws Error.
  virtual bool next(std::vector<Cell>& row) = 0;
};

}  // namespace dbmig::backend
