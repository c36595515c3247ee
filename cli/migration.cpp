#include "cli/migration.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/entering.hpp"
#include "cli/format.hpp"
#include "cli/proof_report.hpp"
#include "history/named.hpp"
#include "ops/risk.hpp"
#include "project/lock_limit.hpp"
#include "project/run_settings.hpp"
#include "run/apply.hpp"
#include "run/fitted.hpp"
#include "run/store.hpp"
#include "transfer/copy_mark.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

/// `--sql`: no database is asked.
void print_script(Context& context, run::Direction direction, const std::string& range) {
  const std::string script = script_along(context, direction, range);
  context.console().data(script);
  context.console().document({{"dialect", to_string(context.url().dialect)}, {"sql", script}});
}

using Costs = std::vector<std::vector<proof::StatementCost>>;

/// What the statement of a plan costs, as far as the server was asked.
const proof::StatementCost* cost_of(const Costs& costs, std::size_t revision,
                                    std::size_t statement) {
  if (revision >= costs.size()) return nullptr;
  for (const proof::StatementCost& cost : costs[revision]) {
    if (cost.statement == statement) return &cost;
  }
  return nullptr;
}

Json plan_json(Context& context, const std::vector<run::PlannedRevision>& plan,
               const Costs& all_costs) {
  Json list = Json::array();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const run::PlannedRevision& planned = plan[i];
    Json statements = Json::array();
    Json costs = Json::array();
    for (std::size_t n = 0; n < planned.statements.size(); ++n) {
      statements.push_back(planned.statements[n].sql);
      const proof::StatementCost* cost = cost_of(all_costs, i, n);
      costs.push_back(cost == nullptr ? Json() : cost_json(context, *cost));
    }
    list.push_back({{"revision", run::ids_of(planned).back()},
                    {"direction", run::to_string(planned.direction)},
                    {"message", planned.revision.message},
                    {"operations", operations_json(planned.operations)},
                    {"losses", run::consent_lines(planned.losses)},
                    {"statements", std::move(statements)},
                    {"costs", std::move(costs)}});
    if (!planned.parts.empty()) list.back()["revisions"] = run::ids_of(planned);
  }
  return list;
}

/// The schema that the run meets, in a database that enters the history at `entered`.
schema::Schema schema_before(Context& context, run::Runner& runner,
                             const std::set<std::string>& entered) {
  if (entered.empty()) return runner.applied_schema();
  return run::unsquashed(context.graph()).fold(entered);
}

void refuse_required_locks(Context& context, run::Runner& runner, const Migration& options,
                           const std::set<std::string>& entered) {
  if (options.require_lock.empty()) return;
  refuse_locks(context, runner.plan(run::Direction::upgrade, options.targets, entered),
               schema_before(context, runner, entered), options.require_lock);
}

/// Lets an upgrade combine revisions where no hook wants to know of each.
void combine(Context& context, run::Runner& runner, const Migration& options) {
  if (options.one_by_one || project::hook_listener(context, context.url(), context.events()))
    return;
  runner.combine(yaml::print_revision);
}

/// What a plan shows of a revision, or of several that are combined.
std::string plan_line(const run::PlannedRevision& planned) {
  const std::string statements = text::count(planned.statements.size(), "statement");
  if (planned.parts.empty()) {
    return fmt::format("-- {} {} ({})\n", run::to_string(planned.direction),
                       history::named(planned.revision), statements);
  }
  return fmt::format("-- {} {} at once, from {} to {} ({})\n", run::to_string(planned.direction),
                     text::count(planned.parts.size(), "revision"), planned.parts.front()->id,
                     history::named(*planned.parts.back()), statements);
}

void print_plan(Context& context, run::Direction direction, const Migration& options) {
  run::Runner runner = make_runner(context, Context::Access::peek);
  std::set<std::string> entered;
  if (direction == run::Direction::upgrade) {
    auto found = find_entry(context, context.connection(Context::Access::peek), options);
    if (!found) return;
    entered = std::move(*found);
  }
  combine(context, runner, options);
  const std::vector<run::PlannedRevision> plan = runner.plan(direction, options.targets, entered);
  for (const run::AppliedRevision& row :
       run::RevisionStore(context.connection(Context::Access::peek)).all()) {
    if (row.is_complete()) continue;
    context.console().warning(
        "dbmig.run", fmt::format("Revision {} is half-done ({}, statement {} of {}): a run goes on "
                                 "from there, or takes back no more than that",
                                 row.id, row.running, row.statements_done, row.statements_total));
  }
  Costs costs;
  if (context.url().dialect == DialectKind::mariadb && !plan.empty()) {
    costs = costs_of(context, schema_before(context, runner, entered), plan);
  }
  Console& console = context.console();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const run::PlannedRevision& planned = plan[i];
    console.data(plan_line(planned));
    for (const std::string& line : run::consent_lines(planned.losses)) {
      console.data("-- " + text::replace_all(line, "\n", " ") + "\n");
    }
    for (std::size_t n = 0; n < planned.statements.size(); ++n) {
      const proof::StatementCost* cost = cost_of(costs, i, n);
      if (cost != nullptr) console.data("-- " + cost_line(context, *cost) + "\n");
      console.data(planned.statements[n].sql + ";\n");
    }
    console.data("\n");
  }
  if (plan.empty()) console.say("Nothing to do.");
  console.document(plan_json(context, plan, costs));
  refuse_required_locks(context, runner, options, entered);
}

}  // namespace

void add_migration_options(Command& command, Migration& options) {
  command.add_flag("--sql", options.sql, "Print a script instead; no database is needed");
  add_plan_flag(command, options.plan, "Print what would run on this database");
  add_lock_timeout(command, options.lock_timeout);
  command
      .add_option("--lock-wait", options.lock_wait,
                  "How long each of three attempts waits for a table lock (10)")
      ->option_text("SECONDS")
      ->range(0, 86400);
  command
      .add_option("--resolve", options.resolve,
                  "After a kill, for a statement whose effect cannot be seen: done or redo")
      ->option_text("HOW")
      ->one_of({"done", "redo"});
}

void add_lock_timeout(Command& command, int& seconds) {
  command
      .add_option("--lock-timeout", seconds,
                  "How long to wait for another dbmig that works on the database (60)")
      ->option_text("SECONDS")
      ->range(0, 86400);
}

run::RunOptions how_to_run(Context& context, const Migration& options) {
  run::RunOptions how = run_options(context, options.lock_timeout);
  how.lock_wait = std::chrono::seconds(options.lock_wait);
  how.consent = {options.allow_destructive, options.drop_adopted};
  if (!options.resolve.empty()) {
    how.resolve = options.resolve == "done" ? run::Resolve::done : run::Resolve::redo;
  }
  return how;
}

void refuse_wrong_ways(run::Direction direction, const std::vector<std::string>& targets) {
  for (const std::string& target : targets) {
    if (target.find(':') != std::string::npos) {
      throw Error(ErrorCode::usage, "Range revision not allowed")
          .hint("a range `start:end` goes with --sql");
    }
    project::refuse_wrong_way(direction, target);
  }
}

void run_migration(Context& context, run::Direction direction, const Migration& options) {
  if (options.sql && options.plan) throw Error(ErrorCode::usage, "--sql excludes --plan");
  if (options.sql) {
    if (options.targets.size() != 1) {
      throw Error(ErrorCode::usage, "a script leads to one revision")
          .hint("`heads` names all heads");
    }
    return print_script(context, direction, options.targets.front());
  }
  refuse_wrong_ways(direction, options.targets);
  const bool up = direction == run::Direction::upgrade;
  context.name_database(up && !options.plan ? Context::Access::create : Context::Access::existing);
  if (options.plan) return print_plan(context, direction, options);
  run::Runner runner =
      make_runner(context, up ? Context::Access::create : Context::Access::existing);
  combine(context, runner, options);
  run::RunOptions how = how_to_run(context, options);
  if (const auto killed = transfer::find_killed_copy(
          context.connection(up ? Context::Access::create : Context::Access::existing))) {
    context.console().warning("dbmig.copy", *killed);
  }
  if (up) {
    const auto entered = find_entry(context, context.connection(Context::Access::create), options);
    if (!entered) return;
    // Before anything is written.
    refuse_required_locks(context, runner, options, *entered);
    enter(context, runner, *entered);
  }
  how.listener = project::hook_listener(context, context.url(), context.events());
  const std::vector<std::string> ran =
      up ? runner.upgrade(options.targets, how) : runner.downgrade(options.targets, how);
  if (ran.empty()) {
    const std::vector<std::string>& heads = runner.heads_met();
    context.console().say(fmt::format("Nothing to do: the database is at {}.",
                                      heads.empty() ? "base" : text::join(heads, ", ")));
  }
  Json list = Json::array();
  for (const std::string& id : ran) {
    list.push_back({{"revision", id}, {"direction", run::to_string(direction)}});
  }
  context.console().document(list);
}

}  // namespace dbmig::cli
