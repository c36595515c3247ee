#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "schema/table.hpp"

namespace dbmig::import {

/// Finds the columns of a table by the names that files have for them.
class ColumnFinder {
 public:
  /// `table` must outlive the finder and not change.
  explicit ColumnFinder(const schema::Table& table);

  /// The column that `name` means: exactly, or ignoring case, or as plain_name() or brief_name()
  /// says
  /// ("Price ($)" is price____ or price) unless it contains what separates fields in other files.
  /// Null if there is none, or if two are possible.
  const schema::Column* find(std::string_view name) const;

 private:
  using Columns = std::unordered_map<std::string, const schema::Column*>;
  Columns exact_;
  Columns lower_;
  Columns plain_;  ///< null where two columns have the same plain name
  Columns brief_;  ///< the same of brief names
};

}  // namespace dbmig::import
