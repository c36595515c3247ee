#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"

namespace dbmig::cli {

void add_upgrade(CLI::App& program, Context& context) {
  auto options = std::make_shared<Migration>();
  options->targets = {"head"};
  CLI::App& command = add_command(
      program, context,
      {"upgrade", "Bring the database to a revision, by default the newest",
       "  dbmig upgrade                                   to the head\n"
       "  dbmig upgrade +1                                one revision\n"
       "  dbmig upgrade 2fa6                              to a revision, by its first characters\n"
       "  dbmig upgrade shop@head blog@+1                 several targets at once\n"
       "  dbmig upgrade --plan                            the statements, nothing is run\n"
       "  dbmig upgrade --sql > upgrade.sql               a script for the database's own client\n"
       "  dbmig upgrade 1975:2fa6 --sql                   of a part of the history"});
  command
      .add_option("revision", options->targets,
                  "head, heads, an id or its beginning, +N, REV+N, LABEL@head (head)")
      ->option_text("REV");
  add_migration_options(command, *options);
  set_action(command, context,
             [&context, options] { run_migration(context, run::Direction::upgrade, *options); });
}

}  // namespace dbmig::cli
