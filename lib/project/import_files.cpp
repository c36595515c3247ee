#include "project/import_files.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "dialect/capabilities.hpp"
#include "import/writers.hpp"
#include "project/cut_fractions.hpp"

namespace dbmig::project {

ImportOutcome import_files(Workspace& workspace, const TableForFilesOptions& table,
                           import::Options options, import::Communicator& ranks,
                           const std::atomic<bool>& stop) {
  workspace.lock_wait = options.lock_wait;
  std::optional<MadeForFiles> made;
  if (table.any()) made.emplace(prepare_table(workspace, table, options, ranks));
  const import::Open open = [&workspace]() -> backend::Connection& {
    return workspace.connection(Workspace::Access::existing);
  };
  ImportOutcome outcome;
  try {
    outcome.summary = import::run(options, ranks, open, workspace.events(), stop);
  } catch (const Error& error) {
    // After commits on the way, or if the server cannot be reached, the state is unknown.
    const bool is_known = options.commit_every == 0 && error.code() != ErrorCode::connection;
    if (made && is_known) made->undo();
    throw;
  }
  const bool has_loaded = !outcome.summary.dry_run && outcome.summary.rows != 0;
  outcome.has_failed = !has_loaded && outcome.summary.rejected != 0;
  if (made && outcome.has_failed) made->undo();
  return outcome;
}

void warn_of_loaded_rows(Workspace& workspace, const import::Summary& summary) {
  if (summary.dry_run || summary.rows == 0) return;
  if (!dialect::type_ranges(workspace.url().dialect).any_fraction) return;
  std::set<std::string> tables;
  for (const import::Summary::File& file : summary.files) tables.insert(file.table);
  try {
    for (const std::string& table : tables) {
      warn_of_cut_fractions(workspace, workspace.connection(Workspace::Access::existing), table);
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
  }
}

std::size_t recover_imports(Workspace& workspace, std::chrono::seconds lock_wait) {
  workspace.lock_wait = lock_wait;
  workspace.name_database(Workspace::Access::existing);
  return import::recover_imports(workspace.connection(Workspace::Access::existing), lock_wait,
                                 workspace.events());
}

}  // namespace dbmig::project
