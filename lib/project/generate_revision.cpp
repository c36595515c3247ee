#include "project/generate_revision.hpp"

#include <optional>
#include <utility>

#include "project/revisions_lock.hpp"
#include "project/run_settings.hpp"

namespace dbmig::project {
namespace {

/// Once the file exists, nothing is undone: a failing hook is only a warning.
void run_after_migrate(Workspace& workspace, const history::Revision& revision) {
  const hooks::Facts facts{{"DBMIG_REVISION", revision.id},
                           {"DBMIG_FILE", workspace.shown(revision.path)},
                           {"DBMIG_MESSAGE", revision.message}};
  try {
    hooks::run_hook(hook_commands(workspace), "after_migrate", facts, nullptr);
  } catch (const Error& error) {
    workspace.events().warning("dbmig.hooks", error.what());
  }
}

}  // namespace

std::optional<GeneratedRevision> generate_revision(Workspace& workspace,
                                                   const MigrateOptions& options) {
  const bool dry_run = options.revision.dry_run;
  if (!dry_run) {
    hooks::run_hook(hook_commands(workspace), "before_migrate",
                    {{"DBMIG_MESSAGE", options.revision.message}}, workspace.stop());
  }
  std::optional<RevisionsLock> lock;
  if (!dry_run) lock.emplace(workspace);
  auto next = next_revision(workspace, options);
  if (!next) return std::nullopt;
  GeneratedRevision out{write_revision(workspace, std::move(next->revision), dry_run),
                        std::move(next->detected), std::move(next->proofs)};
  lock.reset();
  if (!dry_run) run_after_migrate(workspace, out.written.revision);
  return out;
}

}  // namespace dbmig::project
