#pragma once

#include "import/communicator.hpp"
#include "import/import.hpp"
#include "project/made_for_files.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// How `import` may change the schema for its files.
struct TableForFilesOptions {
  bool create = false;      ///< create a missing table
  bool evolve = false;      ///< add the columns and widen the types that the files need
  std::string binary = {};  ///< the user's --binary; may be empty
  bool any() const { return create || evolve; }
};

/// Reads all records of the files and prepares their table: writes its model, or the changes to it,
/// and a proved revision, and upgrades the database. Sets `options` to what the import of the files
/// needs. Collective: every rank calls it with the same options, and returns when the root is done;
/// only the root changes files and database. Existing data is never lost: such a change is
/// Error{refused}, with nothing written. The result can undo the changes (on other ranks there is
/// nothing to undo); if this throws, they have been undone already.
MadeForFiles prepare_table(Workspace& workspace, const TableForFilesOptions& wanted,
                           import::Options& options, import::Communicator& ranks);

}  // namespace dbmig::project
