#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

/// How one table changes; every Table is canonical, to be compared but for `built`.
struct TableChange {
  schema::Table before;  ///< its columns already under their new names (see renames)
  schema::Table after;
  schema::Table built;  ///< `after` with its SQL texts as they were written (Form::build)
  std::vector<std::pair<std::string, std::string>> renames;  ///< columns, {old, new}
  /// A foreign key, of this table or onto it, uses a renamed column: MariaDB then renames only in a
  /// statement that does nothing else (error 1846).
  bool renames_key_columns = false;
  /// Checks of the table itself, as they are named, that a column now has the name of.
  std::set<std::string> table_checks = {};
  /// The plan made the table itself: the server made none of its indexes on its own accord, but for
  /// those that are called like a foreign key.
  bool is_new = false;
};

/// The fewest ALTER TABLE statements that make the change: one, but for foreign keys dropped and
/// added under one name (errno 121) or onto the table itself, and renames of key columns. None when
/// nothing changes.
std::vector<std::string> alter_table(const TableChange& change);

}  // namespace dbmig::dialect::mariadb
