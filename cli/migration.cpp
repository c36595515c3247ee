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
#include "project/proving.hpp"
#include "run/apply.hpp"

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

void tell_nothing_to_do(Context& context, const std::vector<std::string>& heads) {
  context.console().say(fmt::format("Nothing to do: the database is at {}.",
                                    heads.empty() ? "base" : text::join(heads, ", ")));
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

void print_plan(Context& context, const project::MigrationPlan& plan) {
  Console& console = context.console();
  for (const run::AppliedRevision& row : plan.half_done) {
    console.warning("dbmig.run",
                    fmt::format("Revision {} is half-done ({}, statement {} of {}): an upgrade "
                                "continues from there, a downgrade undoes just that part",
                                row.id, row.running, row.statements_done, row.statements_total));
  }
  for (std::size_t i = 0; i < plan.revisions.size(); ++i) {
    const run::PlannedRevision& planned = plan.revisions[i];
    console.data(plan_line(planned));
    for (const std::string& line : run::consent_lines(planned.losses)) {
      console.data("-- " + text::replace_all(line, "\n", " ") + "\n");
    }
    for (std::size_t n = 0; n < planned.statements.size(); ++n) {
      const proof::StatementCost* cost = cost_of(plan.costs, i, n);
      if (cost != nullptr) console.data("-- " + cost_line(context, *cost) + "\n");
      console.data(planned.statements[n].sql + ";\n");
    }
    console.data("\n");
  }
  if (plan.revisions.empty()) console.say("Nothing to do.");
  console.document(plan_json(context, plan.revisions, plan.costs));
  if (plan.refused_locks) throw *plan.refused_locks;
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

run::RunOptions asked_of_run(const Migration& options) {
  run::RunOptions how;
  how.lock_timeout = std::chrono::seconds(options.lock_timeout);
  how.lock_wait = std::chrono::seconds(options.lock_wait);
  how.consent = {options.allow_destructive, options.drop_adopted};
  if (!options.resolve.empty()) {
    how.resolve = options.resolve == "done" ? run::Resolve::done : run::Resolve::redo;
  }
  return how;
}

void run_migration(Context& context, run::Direction direction, const Migration& options) {
  if (options.sql && options.plan) throw Error(ErrorCode::usage, "--sql excludes --plan");
  if (options.sql) {
    if (options.targets.size() != 1) {
      throw Error(ErrorCode::usage, "a script can have only one target")
          .hint("`heads` names all heads");
    }
    return print_script(context, direction, options.targets.front());
  }
  const project::MigrationRequest request{
      direction,        options.targets,      asked_of_run(options),
      options.baseline, options.require_lock, options.one_by_one};
  if (options.plan) {
    const project::MigrationPlan plan = project::plan_migration(context, request);
    return plan.differs ? tell_difference(context, *plan.differs) : print_plan(context, plan);
  }
  const project::MigrationResult result = project::migrate_database(context, request);
  if (result.differs) return tell_difference(context, *result.differs);
  if (result.ran.empty()) tell_nothing_to_do(context, result.heads);
  Json list = Json::array();
  for (const std::string& id : result.ran) {
    list.push_back({{"revision", id}, {"direction", run::to_string(direction)}});
  }
  context.console().document(list);
}

}  // namespace dbmig::cli
