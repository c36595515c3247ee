#pragma once

#include <atomic>

#include "import/communicator.hpp"
#include "import/import.hpp"
#include "project/table_for_files.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

struct ImportOutcome {
  import::Summary summary;
  /// Records were refused and nothing was loaded: no script should take that for done.
  bool has_failed = false;
};

/// Gives the files a table where `table` asks for it, then loads them. Collective: every rank calls
/// it with the same arguments.
ImportOutcome import_files(Workspace& workspace, const TableForFilesOptions& table,
                           import::Options options, import::Communicator& ranks,
                           const std::atomic<bool>& stop);

/// Warns of what the rows that were loaded would lose on the project's other database; see
/// warn_of_cut_fractions(). The import goes on when that cannot be found out.
void warn_of_loaded_rows(Workspace& workspace, const import::Summary& summary);

/// Finishes imports of several connections that were killed while they committed; how many.
std::size_t recover_imports(Workspace& workspace, std::chrono::seconds lock_wait);

}  // namespace dbmig::project
