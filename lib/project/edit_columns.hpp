#pragma once

#include <optional>
#include <string>
#include <vector>

#include "project/workspace.hpp"
#include "schema/column.hpp"

namespace dbmig::project {

/// A requested change of a column in the model.
struct ColumnChange {
  std::string table;
  std::string column;
  std::optional<schema::Type> type;
  bool may_be_null = false;  ///< remove `nullable: false`
};

/// Columns to add after those of a table in the model.
struct AddedColumns {
  std::string table;
  std::vector<schema::Column> columns;
};

/// Throws Error{failed} if the model has changes without a revision: the next revision would
/// include them.
void require_migrated_model(Workspace& workspace, const std::string& what_for);

/// Writes `changes` and `added` into the model's files, at the positions of the types and columns,
/// and a proved revision for them; returns its id. If no revision is written, the files are
/// restored. Throws Error{failed} for a column that is not defined in a YAML file, and what migrate
/// throws: Error{refused} for a change that loses data.
std::string edit_columns(Workspace& workspace, const std::vector<ColumnChange>& changes,
                         const std::vector<AddedColumns>& added, const std::string& message);

}  // namespace dbmig::project
