#pragma once

#include "import/communicator.hpp"
#include "import/import.hpp"
#include "project/made_for_files.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// How `import` may change the schema for its files.
struct TableForFilesOptions {
  bool create = false;  ///< make a table that is not there
  bool evolve = false;  ///< add the columns and widen the types that the files need
  bool any() const { return create || evolve; }
};

/// Looks at all records of the files and gives them a table: writes its model, or the changes of
/// it, and a proved revision, and upgrades the database. `options` is then what the files are to be
/// imported with. Collective: every rank calls it with the same options, and returns when the root
/// has done that; only the root changes files and database. Nothing that is there is lost: such a
/// change is Error{refused}, with nothing written. What was changed can be
/// taken back by what it returns, which has nothing to take back on other ranks; when it throws,
/// that has been done.
MadeForFiles give_table(Workspace& workspace, const TableForFilesOptions& wanted,
                        import::Options& options, import::Communicator& ranks);

}  // namespace dbmig::project
