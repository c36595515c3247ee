#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"

namespace dbmig::cli {

void add_downgrade(Command& program, Context& context) {
  auto options = std::make_shared<Migration>();
  options->targets = {"-1"};
  Command& command = add_command(
      program, context,
      {"downgrade", "Undo revisions, by default the last one",
       "  dbmig downgrade                                 one revision\n"
       "  dbmig downgrade -2                              two\n"
       "  dbmig downgrade 1975                            to a revision, which stays\n"
       "  dbmig downgrade base                            everything\n"
       "  dbmig downgrade --allow-destructive             rows may be lost\n"
       "  dbmig downgrade --plan                          the statements, nothing is run\n"
       "  dbmig downgrade head:base --sql                 a script; a range is required"});
  command.add_option("revision", options->targets, "-N, base, an id or its beginning, REV-N (-1)")
      ->option_text("REV");
  add_migration_options(command, *options);
  command.add_flag("--allow-destructive", options->allow_destructive,
                   "Allow the loss of rows and values");
  command.add_flag("--drop-adopted", options->drop_adopted,
                   "Also drop what was adopted or stamped, which dbmig did not create");
  set_action(command, context,
             [&context, options] { run_migration(context, run::Direction::downgrade, *options); });
}

}  // namespace dbmig::cli
