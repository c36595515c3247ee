#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/fleet.hpp"
#include "cli/migration.hpp"
#include "project/lock_limit.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {

namespace {

void upgrade_all(Context& context, const Migration& options, const FleetOptions& many) {
  if (options.sql) {
    throw Error(ErrorCode::usage, "--sql excludes --all")
        .hint("a script is for one database; --plan shows what is pending in each");
  }
  project::refuse_wrong_targets(run::Direction::upgrade, options.targets);
  fleet::Job job;
  job.verb = options.plan ? fleet::Verb::plan : fleet::Verb::upgrade;
  job.targets = options.targets;
  job.options = project::begin_run(context, asked_of_run(options));
  if (!options.one_by_one) job.print = yaml::print_revision;
  job.baseline = options.baseline;
  if (!options.require_lock.empty()) {
    job.refuse = [&context, limit = options.require_lock](
                     const fleet::Database& database, EventSink& events,
                     const std::vector<run::PlannedRevision>& plan, const schema::Schema& before) {
      project::Workspace one(Context::quiet_host(events));
      one.location = context.location;
      one.use(database.url);
      project::refuse_locks(one, plan, before, limit);
    };
  }
  print_document(context, run_on_all(context, many, std::move(job)));
}

}  // namespace

void add_upgrade(Command& program, Context& context) {
  auto options = std::make_shared<Migration>();
  options->targets = {"head"};
  auto many = std::make_shared<FleetOptions>();
  Command& command = add_command(
      program, context,
      {"upgrade", "Upgrade the database to a revision, by default the newest",
       "  dbmig upgrade                                   to the head\n"
       "  dbmig upgrade +1                                one revision\n"
       "  dbmig upgrade 2fa6                              to a revision, by its first characters\n"
       "  dbmig upgrade shop@head blog@+1                 several targets at once\n"
       "  dbmig upgrade --baseline                        a database that has the tables already\n"
       "  dbmig upgrade --require-lock none               only if sessions can write meanwhile\n"
       "  dbmig upgrade --plan                            the statements, nothing is run\n"
       "  dbmig upgrade --sql > upgrade.sql               a script for the database's own client\n"
       "  dbmig upgrade 1975:2fa6 --sql                   of a part of the history\n"
       "  dbmig upgrade --all                             all of dbmig.yaml's `databases`\n"
       "  dbmig upgrade --all --url 'sqlite:///tenants/*.db' -j 8 --canary 1\n"
       "  mpirun dbmig upgrade --urls-from tenants.txt --max-failures 5"});
  command
      .add_option("revision", options->targets,
                  "head, heads, an id or its beginning, +N, REV+N, LABEL@head (head)")
      ->option_text("REV");
  add_migration_options(command, *options);
  command.add_flag("--baseline", options->baseline,
                   "For a database that dbmig has not managed yet: if it equals REV, start there");
  command.add_flag("--one-by-one", options->one_by_one,
                   "Run each revision by itself, also where many only build up new tables");
  command
      .add_option("--require-lock", options->require_lock,
                  "MariaDB: refuse every ALTER that would block writes (none) or reads (shared)")
      ->option_text("LOCK")
      ->one_of({"none", "shared"});
  add_fleet_options(command, *many);
  add_fleet_limits(command, *many);
  set_action(
      command, context,
      [&context, options, many] {
        if (many->is_given()) return upgrade_all(context, *options, *many);
        if (import::rank_from_environment() != 0) return;
        refuse_limits_of_one(*many);
        run_migration(context, run::Direction::upgrade, *options);
      },
      true);
}

}  // namespace dbmig::cli
