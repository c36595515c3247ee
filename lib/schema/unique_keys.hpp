#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::schema {

/// Columns in which no two rows of a table may be equal.
struct UniqueKey {
  std::string subject;  ///< for messages: "the primary key", "unique constraint 'uq_name'"
  std::vector<std::string> columns;
  std::vector<KeyPart> parts;  ///< one for each of `columns`

  /// Whether whole values are compared, not only the first characters of some.
  bool is_whole() const;
};

/// The primary key, unique constraints and unique indexes of `table`, in this order. Not among
/// them: what holds for some rows only (an index with WHERE, a key WITHOUT OVERLAPS), and indexes
/// with expressions.
std::vector<UniqueKey> unique_keys(const Table& table);

/// Their lists of columns.
std::vector<std::vector<std::string>> unique_columns(const Table& table);

}  // namespace dbmig::schema
