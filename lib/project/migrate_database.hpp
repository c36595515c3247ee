#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "project/workspace.hpp"
#include "proof/proof.hpp"
#include "run/runner.hpp"
#include "teams/entry.hpp"

namespace dbmig::project {

/// An upgrade or a downgrade of the project's database.
struct MigrationRequest {
  run::Direction direction = run::Direction::upgrade;
  std::vector<std::string> targets;
  /// Timeouts, permitted losses, and how an in-doubt statement is resolved. `stop`, variables and
  /// hooks are set by the workspace.
  run::RunOptions how;
  bool baseline = false;     ///< upgrade only: a database that equals the target starts there
  std::string require_lock;  ///< upgrade only: "none", "shared" or nothing, see refuse_locks()
  /// Run every revision by itself, even if several could be combined (run::Runner::combine).
  bool one_by_one = false;
};

/// What a run would do.
struct MigrationPlan {
  /// Set if the database cannot start at the revision that it claims; the rest is empty then.
  std::optional<teams::Entry> differs;
  std::vector<run::PlannedRevision> revisions;
  /// For each revision, what its statements cost, if a server was asked.
  std::vector<std::vector<proof::StatementCost>> costs;
  std::vector<run::AppliedRevision> half_done;  ///< a run continues from there
  std::optional<Error> refused_locks;           ///< why `require_lock` would refuse it
};

/// What a run did.
struct MigrationResult {
  /// Set if the database cannot start at the revision that it claims; nothing was done then.
  std::optional<teams::Entry> differs;
  std::vector<std::string> ran;    ///< revisions, in order
  std::vector<std::string> heads;  ///< of the database, if there was nothing to do
};

/// Throws Error{usage} for targets that are impossible in `direction`: ranges, and steps the other
/// way.
void refuse_wrong_targets(run::Direction direction, const std::vector<std::string>& targets);

/// `asked`, with the workspace's stop flag and variables. From here on, signals are handled.
run::RunOptions begin_run(Workspace& workspace, const run::RunOptions& asked);

/// Changes nothing; a database that does not exist yet is treated as empty.
MigrationPlan plan_migration(Workspace& workspace, const MigrationRequest& request);

/// In this order: reports a killed copy, lets a database that another tool managed or that equals a
/// baseline start in the history, refuses ALTERs that lock too much before anything is written, and
/// runs the revisions.
MigrationResult migrate_database(Workspace& workspace, const MigrationRequest& request);

/// After a change of git branch: revisions that the database has and the files lack are reverted.
struct SwitchPlan {
  std::vector<run::PlannedRevision> withdrawn;  ///< reverted, with the text stored in the database
  std::vector<run::PlannedRevision> all;        ///< these, then the path to the targets
  std::vector<std::string> heads;               ///< of the database, if there is nothing to do
};
SwitchPlan plan_switch(Workspace& workspace, const std::vector<std::string>& targets);

struct SwitchResult {
  std::vector<std::string> withdrawn;
  std::vector<std::string> upgraded;
  std::vector<std::string> heads;  ///< of the database, if there was nothing to do
};
/// `tell` is called with the revisions to be reverted before that happens. A target without a file
/// is an error before that.
SwitchResult switch_database(
    Workspace& workspace, const std::vector<std::string>& targets, const run::RunOptions& how,
    const std::function<void(const std::vector<run::PlannedRevision>&)>& tell);

}  // namespace dbmig::project
