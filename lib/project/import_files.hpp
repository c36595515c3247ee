#pragma once

#include <atomic>

#include "import/communicator.hpp"
#include "import/import.hpp"
#include "project/table_for_files.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

struct ImportOutcome {
  import::Summary summary;
  /// Records were rejected and nothing was loaded: scripts must not take that for success.
  bool has_failed = false;
};

/// Creates or changes the table for the files if `table` asks for it, then loads them. Collective:
/// every rank calls it with the same arguments.
ImportOutcome import_files(Workspace& workspace, const TableForFilesOptions& table,
                           import::Options options, import::Communicator& ranks,
                           const std::atomic<bool>& stop);

/// Warns about what the loaded rows would lose on the project's other database, see
/// warn_of_cut_fractions(). If that cannot be determined, the import still succeeds.
void warn_of_loaded_rows(Workspace& workspace, const import::Summary& summary);

/// Finishes imports with several connections that were killed during their commit; returns how
/// many.
std::size_t recover_imports(Workspace& workspace, std::chrono::seconds lock_wait);

}  // namespace dbmig::project
