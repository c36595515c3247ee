#include <fmt/core.h>

#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/generate_revision.hpp"
#include "cli/new_revision.hpp"

namespace dbmig::cli {
namespace {

void run(Context& context, const MigrateOptions& options) {
  if (!options.empty) {
    context.console().document(generate_revision(context, options).document);
    return;
  }
  const history::Graph& graph = context.graph();
  std::vector<std::string> parents = choose_parents(context, options.revision);
  history::Revision revision = project::make_revision(graph, options.revision, std::move(parents));
  revision.path = version_folder(context, options.revision);
  write_revision(context, std::move(revision), options.revision.dry_run);
}

}  // namespace

void add_migrate(CLI::App& program, Context& context) {
  auto options = std::make_shared<MigrateOptions>();
  CLI::App& command =
      add_command(program, context,
                  {"migrate", "Write the next revision: what the model has and the revisions lack",
                   "  dbmig migrate -m \"add orders\"                   compare and write\n"
                   "  dbmig migrate --dry-run                         only show it\n"
                   "  dbmig migrate -m \"drop notes\" --allow-destructive\n"
                   "  dbmig migrate -m \"clean names\" --empty          to be filled in by hand\n"
                   "  dbmig migrate -m \"huge\" --no-proof             without trying it first\n"
                   "The revision is first tried up, down and up again in scratch databases full of "
                   "rows: SQLite\n"
                   "in memory, and MariaDB where a server is named.\n"
                   "A drop, or a type that gets narrower, is refused (exit 4) without\n"
                   "--allow-destructive; `renamed_from: OLD` in the model renames with the data."});
  add_new_revision_options(command, options->revision);
  command.add_flag("--empty", options->empty, "Write a revision without operations");
  command.add_flag("--no-proof", options->no_proof, "Do not try it in scratch databases");
  command.add_flag("--keep", options->keep, "Leave a revision that fails its proof as .rejected");
  command.add_flag("--allow-destructive", options->allow_destructive,
                   "Consent to dropping tables, columns and values that do not fit");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
