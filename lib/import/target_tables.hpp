#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

struct TargetTable {
  schema::Table table;
  bool has_triggers = false;  ///< that the user may see
  /// A trigger may give a row the values that it lacks.
  bool is_filled_by_trigger = false;
};

/// The table called `name`, ignoring case; `is_named` if the user gave the name, not the file.
/// Throws Error{not_found}, and Error{invalid} for a view.
TargetTable find_target(backend::Connection& connection, const std::string& name, bool is_named);

/// The order in which the files for `tables`, one each, are read: as they were named, but all files
/// of a table together, and after those that its foreign keys refer to, as far as possible.
std::vector<std::size_t> parents_first(const std::vector<schema::Table>& tables);

/// REPLACE deletes the old row, and with it the rows that depend on it. Throws Error{refused} if
/// rows of other tables would be affected.
void refuse_replacing_parents(backend::Connection& connection,
                              const std::vector<schema::Table>& tables);

}  // namespace dbmig::import
