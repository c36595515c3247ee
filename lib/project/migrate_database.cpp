#include "project/migrate_database.hpp"

#include <utility>

#include "dialect/capabilities.hpp"
#include "project/lock_limit.hpp"
#include "project/proving.hpp"
#include "project/revisions.hpp"
#include "project/run_settings.hpp"
#include "project/server_spelling.hpp"
#include "run/fitted.hpp"
#include "run/store.hpp"
#include "transfer/copy_mark.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {
namespace {

using Access = Workspace::Access;
using run::Direction;

constexpr int kEntryLockSeconds = 60;

/// The revision at which a database without bookkeeping starts; nothing if it runs all of them.
std::optional<teams::Entry> find_entry(Workspace& workspace, backend::Connection& connection,
                                       const MigrationRequest& request) {
  auto entry = teams::find_entry(connection, workspace.graph(),
                                 request.baseline ? request.targets : std::vector<std::string>{},
                                 workspace.selection(), spelling_of_server(workspace));
  if (entry && entry->difference.is_equal()) workspace.events().info("dbmig.run", entry->why);
  return entry;
}

/// The schema before the run, for a database that starts in the history at `entered`.
schema::Schema schema_before(Workspace& workspace, run::Runner& runner,
                             const std::set<std::string>& entered) {
  if (entered.empty()) return runner.applied_schema();
  return run::unsquashed(workspace.graph()).fold(entered);
}

void refuse_required_locks(Workspace& workspace, run::Runner& runner,
                           const MigrationRequest& request, const std::set<std::string>& entered) {
  if (request.require_lock.empty()) return;
  refuse_locks(workspace, runner.plan(Direction::upgrade, request.targets, entered),
               schema_before(workspace, runner, entered), request.require_lock);
}

/// Lets an upgrade combine revisions, unless a hook must be called for each.
void combine(Workspace& workspace, run::Runner& runner, const MigrationRequest& request) {
  if (request.one_by_one || hook_listener(workspace, workspace.url(), workspace.events())) return;
  runner.combine(yaml::print_revision);
}

/// Targets without a file are an error before anything is reverted.
void refuse_unknown_targets(const history::Graph& graph, const std::vector<std::string>& targets) {
  for (const std::string& target : targets) {
    if (!history::needs_current(target)) static_cast<void>(graph.resolve(target));
  }
}

}  // namespace

void refuse_wrong_targets(Direction direction, const std::vector<std::string>& targets) {
  for (const std::string& target : targets) {
    if (target.find(':') != std::string::npos) {
      throw Error(ErrorCode::usage, "Range revision not allowed")
          .hint("a range `start:end` needs --sql");
    }
    refuse_wrong_way(direction, target);
  }
}

run::RunOptions begin_run(Workspace& workspace, const run::RunOptions& asked) {
  workspace.begin_long_work();
  run::RunOptions how = asked;
  how.stop = workspace.stop();
  how.variables = variables(workspace);
  return how;
}

MigrationPlan plan_migration(Workspace& workspace, const MigrationRequest& request) {
  workspace.lock_wait = request.how.lock_wait;
  refuse_wrong_targets(request.direction, request.targets);
  workspace.name_database(Access::existing);
  run::Runner runner = make_runner(workspace, Access::peek);
  backend::Connection& connection = workspace.connection(Access::peek);
  MigrationPlan plan;
  std::set<std::string> entered;
  if (request.direction == Direction::upgrade) {
    if (auto entry = find_entry(workspace, connection, request)) {
      if (!entry->difference.is_equal()) {
        plan.differs = std::move(entry);
        return plan;
      }
      entered = std::move(entry->ids);
    }
  }
  combine(workspace, runner, request);
  plan.revisions = runner.plan(request.direction, request.targets, entered);
  for (run::AppliedRevision& row : run::RevisionStore(connection).all()) {
    if (!row.is_complete()) plan.half_done.push_back(std::move(row));
  }
  const bool tells_costs = dialect::capabilities(workspace.url().dialect).tells_alter_costs;
  if (tells_costs && !plan.revisions.empty()) {
    plan.costs = costs_of(workspace, schema_before(workspace, runner, entered), plan.revisions);
  }
  try {
    refuse_required_locks(workspace, runner, request, entered);
  } catch (Error& error) {
    plan.refused_locks = std::move(error);
  }
  return plan;
}

MigrationResult migrate_database(Workspace& workspace, const MigrationRequest& request) {
  workspace.lock_wait = request.how.lock_wait;
  refuse_wrong_targets(request.direction, request.targets);
  const bool is_up = request.direction == Direction::upgrade;
  const Access access = is_up ? Access::create : Access::existing;
  workspace.name_database(access);
  run::Runner runner = make_runner(workspace, access);
  combine(workspace, runner, request);
  run::RunOptions how = begin_run(workspace, request.how);
  backend::Connection& connection = workspace.connection(access);
  if (const auto killed = transfer::find_killed_copy(connection)) {
    workspace.events().warning("dbmig.copy", *killed);
  }
  MigrationResult result;
  if (is_up) {
    std::set<std::string> entered;
    if (auto entry = find_entry(workspace, connection, request)) {
      if (!entry->difference.is_equal()) {
        result.differs = std::move(entry);
        return result;
      }
      entered = std::move(entry->ids);
    }
    // Before anything is written.
    refuse_required_locks(workspace, runner, request, entered);
    if (!entered.empty()) {
      runner.stamp({entered.begin(), entered.end()}, false,
                   run_options(workspace, kEntryLockSeconds), "adopted");
    }
  }
  how.listener = hook_listener(workspace, workspace.url(), workspace.events());
  result.ran =
      is_up ? runner.upgrade(request.targets, how) : runner.downgrade(request.targets, how);
  result.heads = runner.heads_met();
  return result;
}

SwitchPlan plan_switch(Workspace& workspace, const std::vector<std::string>& targets) {
  workspace.name_database(Access::existing);
  run::Runner runner = make_runner(workspace, Access::peek);
  refuse_unknown_targets(workspace.graph(), targets);
  SwitchPlan plan;
  plan.withdrawn = runner.plan_withdrawal();
  plan.all = runner.plan_switch(targets);
  if (plan.all.empty()) plan.heads = runner.fitted_revisions().heads_of(runner.applied());
  return plan;
}

SwitchResult switch_database(
    Workspace& workspace, const std::vector<std::string>& targets, const run::RunOptions& asked,
    const std::function<void(const std::vector<run::PlannedRevision>&)>& tell) {
  workspace.name_database(Access::create);
  run::Runner runner = make_runner(workspace, Access::create);
  refuse_unknown_targets(workspace.graph(), targets);
  tell(runner.plan_withdrawal());
  run::RunOptions how = begin_run(workspace, asked);
  how.listener = hook_listener(workspace, workspace.url(), workspace.events());
  SwitchResult result;
  result.withdrawn = runner.withdraw_unknown(how);
  result.upgraded = runner.upgrade(targets, how);
  if (result.withdrawn.empty() && result.upgraded.empty()) {
    result.heads = runner.fitted_revisions().heads_of(runner.applied());
  }
  return result;
}

}  // namespace dbmig::project
