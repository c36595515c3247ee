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
  /// Drops the indexes of `table` that need not refuse a row: not those with expressions, and of
  /// the unique ones, while the table is empty, only those of `checked_keys` (BulkSink::begin())
  /// that no foreign key refers to. None of them when no transaction writes, when the table has
  /// more than `kMaxRows` rows, or when ANALYZE has counted it, whose counts would go too.
  DroppedIndexes(SqliteConnection& connection, const std::string& table,
                 const std::vector<std::vector<std::string>>& checked_keys);
  /// Builds them again, with a helping thread. To be called once, if at all. Throws
  /// Error{constraint} when rows repeat a value of a unique one.
  void rebuild();

  bool empty() const { return statements_.empty(); }
  bool has_unique() const { return has_unique_; }

  static constexpr std::size_t kMaxRows = 1000;

 private:
  void drop(const Rows& found);

  SqliteConnection& connection_;
  std::vector<std::string> statements_;  ///< that create them, in their order
  bool has_unique_ = false;
};

}  // namespace dbmig::backend::sqlite
