#include <fmt/core.h>

#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "history/named.hpp"
#include "project/run_settings.hpp"

namespace dbmig::cli {
namespace {

struct Options {
  Migration migration;
};

/// What goes, and what of it cannot come back.
void tell_withdrawal(Context& context, const std::vector<run::PlannedRevision>& plan) {
  Console& console = context.console();
  for (const run::PlannedRevision& planned : plan) {
    console.say(
        fmt::format("This checkout lacks {}: it is taken back", history::named(planned.revision)));
    for (const std::string& line : run::consent_lines(planned.losses)) console.say(line);
  }
}

Json as_json(const std::vector<run::PlannedRevision>& plan) {
  Json list = Json::array();
  for (const run::PlannedRevision& planned : plan) {
    Json statements = Json::array();
    for (const dialect::Statement& statement : planned.statements) {
      statements.push_back(statement.sql);
    }
    list.push_back({{"revision", planned.revision.id},
                    {"direction", run::to_string(planned.direction)},
                    {"losses", run::consent_lines(planned.losses)},
                    {"statements", std::move(statements)}});
  }
  return list;
}

void tell_nothing_to_do(Context& context, run::Runner& runner) {
  const std::vector<std::string> heads = runner.fitted_revisions().heads_of(runner.applied());
  context.console().say(fmt::format("Nothing to do: the database is at {}.",
                                    heads.empty() ? "base" : text::join(heads, ", ")));
}

void run(Context& context, const Options& options) {
  const Migration& migration = options.migration;
  const bool only_plan = migration.plan;
  context.name_database(only_plan ? Context::Access::existing : Context::Access::create);
  run::Runner runner =
      make_runner(context, only_plan ? Context::Access::peek : Context::Access::create);
  // What cannot be reached is said before anything is taken back.
  for (const std::string& target : migration.targets) {
    if (!history::needs_current(target)) static_cast<void>(context.graph().resolve(target));
  }
  const std::vector<run::PlannedRevision> back = runner.plan_withdrawal();
  tell_withdrawal(context, back);
  if (only_plan) {
    const std::vector<run::PlannedRevision> plan = runner.plan_switch(migration.targets);
    for (const run::PlannedRevision& planned : plan) {
      context.console().data(fmt::format("-- {} {}\n", run::to_string(planned.direction),
                                         history::named(planned.revision)));
      for (const dialect::Statement& statement : planned.statements) {
        context.console().data(statement.sql + ";\n");
      }
    }
    if (plan.empty()) tell_nothing_to_do(context, runner);
    return context.console().document(as_json(plan));
  }
  run::RunOptions how = run_options(context, migration.lock_timeout);
  how.lock_wait = std::chrono::seconds(migration.lock_wait);
  how.consent = {migration.allow_destructive, migration.drop_adopted};
  how.listener = project::hook_listener(context, context.url(), context.events());
  Json done = Json::array();
  for (const std::string& id : runner.withdraw_unknown(how)) {
    done.push_back({{"revision", id}, {"direction", "downgrade"}});
  }
  for (const std::string& id : runner.upgrade(migration.targets, how)) {
    done.push_back({{"revision", id}, {"direction", "upgrade"}});
  }
  if (done.empty()) tell_nothing_to_do(context, runner);
  context.console().document(done);
}

}  // namespace

void add_switch(Command& program, Context& context) {
  auto options = std::make_shared<Options>();
  options->migration.targets = {"head"};
  Command& command = add_command(
      program, context,
      {"switch", "After changing the git branch: undo what its files lack, then upgrade",
       "  git switch feature && dbmig switch\n"
       "  dbmig switch --plan                             what would be taken back and lost\n"
       "  dbmig switch --allow-destructive                consent to losing those rows\n"
       "Revisions that the database has and no file has are taken back from the text that the\n"
       "database keeps of them."});
  command
      .add_option("revision", options->migration.targets,
                  "The revision to upgrade to afterwards (head)")
      ->option_text("REV");
  add_plan_flag(command, options->migration.plan, "Print what would run on this database");
  add_lock_timeout(command, options->migration.lock_timeout);
  command.add_flag("--allow-destructive", options->migration.allow_destructive,
                   "Consent to losing rows, values and history");
  command.add_flag("--drop-adopted", options->migration.drop_adopted,
                   "Consent to dropping what was adopted or stamped");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
