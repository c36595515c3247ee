#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "backend/mariadb/binary_rows.hpp"

namespace dbmig::backend::mariadb {

/// Rows of a batch whose parameters have the same types. Points into the batch.
struct BinaryRows {
  std::span<const char> types;  ///< two bytes for each parameter
  std::span<const char> bytes;
  std::vector<std::size_t> ends;  ///< of each row in `bytes`

  std::size_t count() const { return ends.size(); }
  std::span<const char> range(std::size_t first, std::size_t rows) const {
    const std::size_t begin = first == 0 ? 0 : ends[first - 1];
    return rows == 0 ? std::span<const char>{}
                     : bytes.subspan(begin, ends[first + rows - 1] - begin);
  }
  std::span<const char> row(std::size_t index) const { return range(index, 1); }
};

/// Reads such a batch. Throws Error{failed} when it is cut short.
class BinaryBatch {
 public:
  /// `parameters` of a row.
  BinaryBatch(std::span<const char> batch, std::size_t parameters);
  std::size_t rows() const { return rows_; }
  /// The next rows; false after the last ones. Reuses the memory of `rows`.
  bool next(BinaryRows& rows);

 private:
  std::size_t types_size_;
  std::size_t rows_ = 0;
  std::span<const char> bytes_;
  std::span<const char> sizes_;
  std::span<const char> runs_;
};

/// The parameters of rows as cells, dates as text. They point into the rows or into this.
class BinaryValues {
 public:
  explicit BinaryValues(const BinaryLayout& layout);
  void clear();
  void add(std::span<const char> types, std::span<const char> row);
  const std::vector<Cell>& cells() const { return cells_; }

 private:
  std::vector<int> fraction_digits_;  ///< of each parameter
  std::vector<Cell> cells_;
  std::deque<std::string> texts_;
};

/// Whether a parameter of a row is NULL.
bool parameter_is_null(std::span<const char> types, std::span<const char> row,
                       std::size_t parameter);

/// Reads the rows of a batch back as cells.
std::unique_ptr<RowReader> binary_row_reader(BinaryLayout layout, std::span<const char> batch);

}  // namespace dbmig::backend::mariadb
