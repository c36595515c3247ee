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
  /// How long it waits, what it may lose and how a statement in doubt is resolved. What stops it,
  /// variables and hooks are the workspace's.
  run::RunOptions how;
  bool baseline = false;     ///< upgrade only: a database that equals the target starts there
  std::string require_lock;  ///< upgrade only: "none", "shared" or nothing, see refuse_locks()
  /// Every revision by itself, also where several could be combined (run::Runner::combine).
  bool one_by_one = false;
};

/// What a run would do.
struct MigrationPlan {
  /// Set when the database cannot enter the history where it says that it is; the rest is empty.
  std::optional<teams::Entry> differs;
  std::vector<run::PlannedRevision> revisions;
  /// Of each revision, what its statements cost, as far as a server was asked.
  std::vector<std::vector<proof::StatementCost>> costs;
  std::vector<run::AppliedRevision> half_done;  ///< a run continues from there
  std::optional<Error> refused_locks;           ///< why `require_lock` would refuse it
};

/// What a run did.
struct MigrationResult {
  /// Set when the database cannot enter the history where it says that it is; nothing was done.
  std::optional<teams::Entry> differs;
  std::vector<std::string> ran;    ///< revisions, in order
  std::vector<std::string> heads;  ///< of the database, where nothing was to do
};

/// Throws Error{usage} for targets that no run in `direction` can have: ranges, and steps the other
/// way.
void refuse_wrong_targets(run::Direction direction, const std::vector<std::string>& targets);

/// `asked` with what the workspace says of every run: what stops it, and the variables. Signals are
/// watched from here on.
run::RunOptions begin_run(Workspace& workspace, const run::RunOptions& asked);

/// Changes nothing; a database that does not exist yet is planned as an empty one.
MigrationPlan plan_migration(Workspace& workspace, const MigrationRequest& request);

/// In this order: a copy that was killed is told of, a database that another tool managed or that
/// equals a baseline enters the history, ALTERs that lock too much are refused before anything is
/// written, and the revisions run.
MigrationResult migrate_database(Workspace& workspace, const MigrationRequest& request);

/// After changing the branch in git: what the database has and the files lack is taken back.
struct SwitchPlan {
  std::vector<run::PlannedRevision> withdrawn;  ///< taken back, from the text the database keeps
  std::vector<run::PlannedRevision> all;        ///< these, then the way to the targets
  std::vector<std::string> heads;               ///< of the database, where nothing is to do
};
SwitchPlan plan_switch(Workspace& workspace, const std::vector<std::string>& targets);

struct SwitchResult {
  std::vector<std::string> withdrawn;
  std::vector<std::string> upgraded;
  std::vector<std::string> heads;  ///< of the database, where nothing was to do
};
/// `tell` is called with what is taken back before it is. A target that no file has is an error
/// before that.
SwitchResult switch_database(
    Workspace& workspace, const std::vector<std::string>& targets, const run::RunOptions& how,
    const std::function<void(const std::vector<run::PlannedRevision>&)>& tell);

}  // namespace dbmig::project
