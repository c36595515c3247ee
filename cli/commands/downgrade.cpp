#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"

namespace dbmig::cli {

void add_downgrade(CLI::App& program, Context& context) {
  auto options = std::make_shared<Migration>();
  options->target = "-1";
  CLI::App& command = add_command(
      program, context,
      {"downgrade", "Take revisions back, by default the last one",
       "  dbmig downgrade                                 one revision\n"
       "  dbmig downgrade -2                              two\n"
       "  dbmig downgrade 1975                            to a revision, which stays\n"
       "  dbmig downgrade base                            everything\n"
       "  dbmig downgrade --plan                          the statements, nothing is run\n"
       "  dbmig downgrade head:base --sql                 a script; a range is required"});
  command.add_option("revision", options->target, "-N, base, an id or its beginning, REV-N (-1)")
      ->option_text("REV");
  add_migration_options(command, *options);
  set_action(command, context,
             [&context, options] { run_migration(context, run::Direction::downgrade, *options); });
}

}  // namespace dbmig::cli
