#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "backend/sqlite/connection.hpp"

namespace dbmig::backend::sqlite {

/// Secondary indexes of a table that do without their rows while it is filled: building an index of
/// all rows at the end takes a fraction of adding to it row by row. Everything happens in the open
/// transaction, which, rolled back, leaves the indexes as they were.
class DroppedIndexes {
 public:
  /// Drops the indexes of `table` that can say nothing about a row: not the unique ones, not those
  /// with expressions. None of them when no transaction writes, when the table has more than
  /// `kMaxRows` rows, or when ANALYZE has counted it, whose counts would go too.
  DroppedIndexes(SqliteConnection& connection, const std::string& table);
  /// Builds them again, with a helping thread. To be called once, if at all.
  void rebuild();

  bool empty() const { return statements_.empty(); }

  static constexpr std::size_t kMaxRows = 1000;

 private:
  void drop(const Rows& found);

  SqliteConnection& connection_;
  std::vector<std::string> statements_;  ///< that create them, in their order
};

}  // namespace dbmig::backend::sqlite
