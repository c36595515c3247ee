#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/generate_revision.hpp"
#include "cli/new_revision.hpp"

namespace dbmig::cli {

void add_migrate(Command& program, Context& context) {
  auto options = std::make_shared<project::MigrateOptions>();
  Command& command =
      add_command(program, context,
                  {"migrate", "Generate a revision from the changes to the model",
                   "  dbmig migrate -m \"add orders\"                   compare and write\n"
                   "  dbmig migrate --dry-run                         only show it\n"
                   "  dbmig migrate -m \"drop notes\" --allow-destructive\n"
                   "  dbmig migrate -m \"clean names\" --empty          to be filled in by hand\n"
                   "  dbmig migrate -m \"huge\" --no-proof             without trying it first\n"
                   "The revision is first tried up, down and up again on scratch databases with "
                   "rows: SQLite in\n"
                   "memory, MariaDB on a scratch server.\nA drop, or a type that gets narrower, is "
                   "refused (exit 4) without\n"
                   "--allow-destructive; `renamed_from: OLD` in the model renames with the data."});
  add_new_revision_options(command, options->revision);
  command.add_flag("--empty", options->empty, "Write a revision without operations");
  command.add_flag("--no-proof", options->no_proof, "Do not try the revision on scratch databases");
  command.add_flag("--keep", options->keep, "Keep a revision that fails its proof, as .rejected");
  command.add_flag("--allow-destructive", options->allow_destructive,
                   "Allow dropping tables and columns, and values that do not fit");
  set_action(command, context, [&context, options] { generate_and_print(context, *options); });
}

}  // namespace dbmig::cli
