#pragma once

#include <optional>
#include <string>
#include <vector>

#include "project/workspace.hpp"
#include "schema/column.hpp"

namespace dbmig::project {

/// What the model is to say of a column from now on.
struct ColumnChange {
  std::string table;
  std::string column;
  std::optional<schema::Type> type;
  bool may_be_null = false;  ///< `nullable: false` goes
};

/// Columns behind those that a table of the model has.
struct AddedColumns {
  std::string table;
  std::vector<schema::Column> columns;
};

/// Throws Error{failed} when the model has changes that no revision has: what is written next would
/// take them along.
void require_migrated_model(Workspace& workspace, const std::string& what_for);

/// Writes `changes` and `added` into the files of the model, in the places where types and columns
/// stand, and a proved revision that makes them; its id. When there is no such revision, the files
/// are as they were. Throws Error{failed} for a column that does not stand in a YAML file, and what
/// migrate throws: Error{refused} for a change that loses data.
std::string edit_columns(Workspace& workspace, const std::vector<ColumnChange>& changes,
                         const std::vector<AddedColumns>& added, const std::string& message);

}  // namespace dbmig::project
