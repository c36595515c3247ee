#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ops/alter_column.hpp"

namespace dbmig::diff {

/// Works out where columns have to be put so that a table ends with its columns in a given order,
/// moving as few as can be: a longest run of columns that are in order already stays.
class ColumnOrder {
 public:
  /// `now`: the columns that the table has, `wanted`: those it shall have. Columns of `now` that
  /// are not wanted are on their way out and do not count.
  ColumnOrder(const std::vector<std::string>& now, std::vector<std::string> wanted);

  /// Where a column that is not there yet goes; nothing when that is the end. Columns may be placed
  /// in any order.
  std::optional<ops::Position> add(const std::string& column);

  /// The columns that have to move once everything is added, in the order to do it.
  std::vector<std::string> movers() const;
  ops::Position move(const std::string& column);

 private:
  /// The nearest wanted column before `column` that has its place; empty when it comes first.
  std::string before(const std::string& column) const;
  bool any_behind(const std::string& column) const;

  std::vector<std::string> wanted_;
  std::set<std::string> placed_;
  std::vector<std::string> movers_;
};

}  // namespace dbmig::diff
