#include "transfer/row_sums.hpp"

#include <vector>

#include "backend/row_source.hpp"
#include "transfer/copy_source.hpp"

namespace dbmig::transfer {

using backend::Cell;
using backend::Connection;

/// Reads rows of the source, in one range of its key, as the target's cells.
RowSum read_source(Connection& source, TablePair& pair, const std::atomic<bool>& stop,
                   const KeyRange& range, const EachRow& each) {
  RowSum side;
  const std::string column = pair.range_column(source.dialect().kind()).value_or("");
  const auto rows = source.read_rows(pair.select_source(
      source.dialect(), range.condition(source.dialect(), pair.source().name, column)));
  RowConverter& converter = pair.converter();
  std::vector<Cell> row;
  std::vector<InvalidCast> invalid_casts;
  while (rows->next(row)) {
    throw_if_interrupted(stop);
    ++side.rows;
    converter.count_beyond_float(row, side.beyond_float);
    invalid_casts.clear();
    const std::span<const Cell> converted = converter.convert(row, invalid_casts);
    // A row with values that the target cannot hold is not equal to any row of it; its own cells
    // distinguish it.
    const std::span<const Cell> cells =
        invalid_casts.empty() ? converted : std::span<const Cell>(row);
    side.hash.add(converter.canonical_row(cells));
    if (each) each(cells, side.rows);
  }
  return side;
}

RowSum read_target(Connection& target, const TablePair& pair, const std::atomic<bool>& stop,
                   const std::string& condition, const EachRow& each) {
  RowSum side;
  RowConverter converter(pair.columns(), target.dialect().kind(), pair.as_is());
  converter.compare_as_float(pair.float_columns());
  const auto rows = target.read_rows(pair.select_target(target.dialect(), condition));
  std::vector<Cell> row;
  while (rows->next(row)) {
    throw_if_interrupted(stop);
    ++side.rows;
    converter.count_beyond_float(row, side.beyond_float);
    side.hash.add(converter.canonical_row(row));
    if (each) each(row, side.rows);
  }
  return side;
}

}  // namespace dbmig::transfer
