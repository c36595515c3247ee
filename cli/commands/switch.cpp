#include <fmt/core.h>

#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "history/named.hpp"

namespace dbmig::cli {
namespace {

struct SwitchOptions {
  Migration migration;
};

/// What goes, and what of it cannot come back.
void tell_withdrawal(Context& context, const std::vector<run::PlannedRevision>& plan) {
  Console& console = context.console();
  for (const run::PlannedRevision& planned : plan) {
    console.say(fmt::format("This checkout does not have {}: downgrading it",
                            history::named(planned.revision)));
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

void tell_nothing_to_switch(Context& context, const std::vector<std::string>& heads) {
  context.console().say(fmt::format("Nothing to do: the database is at {}.",
                                    heads.empty() ? "base" : text::join(heads, ", ")));
}

void print_plan(Context& context, const project::SwitchPlan& plan) {
  tell_withdrawal(context, plan.withdrawn);
  for (const run::PlannedRevision& planned : plan.all) {
    context.console().data(fmt::format("-- {} {}\n", run::to_string(planned.direction),
                                       history::named(planned.revision)));
    for (const dialect::Statement& statement : planned.statements) {
      context.console().data(statement.sql + ";\n");
    }
  }
  if (plan.all.empty()) tell_nothing_to_switch(context, plan.heads);
  context.console().document(as_json(plan.all));
}

void run(Context& context, const SwitchOptions& options) {
  const Migration& migration = options.migration;
  if (migration.plan) return print_plan(context, project::plan_switch(context, migration.targets));
  const project::SwitchResult result = project::switch_database(
      context, migration.targets, asked_of_run(migration),
      [&context](const auto& withdrawn) { tell_withdrawal(context, withdrawn); });
  Json done = Json::array();
  for (const std::string& id : result.withdrawn) {
    done.push_back({{"revision", id}, {"direction", "downgrade"}});
  }
  for (const std::string& id : result.upgraded) {
    done.push_back({{"revision", id}, {"direction", "upgrade"}});
  }
  if (done.empty()) tell_nothing_to_switch(context, result.heads);
  context.console().document(done);
}

}  // namespace

void add_switch(Command& program, Context& context) {
  auto options = std::make_shared<SwitchOptions>();
  options->migration.targets = {"head"};
  Command& command = add_command(
      program, context,
      {"switch", "After changing the git branch: downgrade what it does not have, then upgrade",
       "  git switch feature && dbmig switch\n"
       "  dbmig switch --plan                             what would be downgraded and lost\n"
       "  dbmig switch --allow-destructive                allow the loss of those rows\n"
       "Revisions of the database that have no file are downgraded with the copies that are "
       "stored\nin the database."});
  command
      .add_option("revision", options->migration.targets,
                  "The revision to upgrade to afterwards (head)")
      ->option_text("REV");
  add_plan_flag(command, options->migration.plan, "Print what would run on this database");
  add_lock_timeout(command, options->migration.lock_timeout);
  command.add_flag("--allow-destructive", options->migration.allow_destructive,
                   "Allow the loss of rows, values and history");
  command.add_flag("--drop-adopted", options->migration.drop_adopted,
                   "Allow dropping what was adopted or stamped");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
