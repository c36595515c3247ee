#include <memory>
#include <optional>

#include "cli/commands/commands.hpp"
#include "cli/generate_revision.hpp"
#include "cli/new_revision.hpp"
#include "project/revisions_lock.hpp"

namespace dbmig::cli {

void add_revision(Command& program, Context& context) {
  auto options = std::make_shared<project::MigrateOptions>();
  auto autogenerate = std::make_shared<bool>(false);
  Command& command = add_command(
      program, context,
      {"revision", "Write an empty revision, to be filled in by hand",
       "  dbmig revision -m \"clean up names\"\n"
       "  dbmig revision -m \"hotfix\" --head 1975ea83b712 --splice\n"
       "  dbmig revision --autogenerate -m \"add orders\"    as in Alembic: dbmig migrate\n"
       "  dbmig revision -m \"reports\" --head base --branch-label reports\n"
       "To write one from the changes to the model, use `dbmig migrate`."});
  add_new_revision_options(command, options->revision);
  command.add_flag("--autogenerate", *autogenerate,
                   "Fill it in with the model's changes, as `dbmig migrate` does");
  command.add_flag("--allow-destructive", options->allow_destructive,
                   "With --autogenerate: allow dropping tables, columns and values");
  set_action(command, context, [&context, options, autogenerate] {
    if (*autogenerate) {
      return generate_and_print(context, *options);
    }
    project::NewRevision& wanted = options->revision;
    if (wanted.message.empty()) {
      throw Error(ErrorCode::usage, "--message is required").hint("see `dbmig revision --help`");
    }
    std::optional<project::RevisionsLock> lock;
    if (!wanted.dry_run) lock.emplace(context);
    const history::Graph& graph = context.graph();
    history::Revision revision =
        project::make_revision(graph, wanted, choose_parents(context, wanted));
    revision.path = version_folder(context, wanted);
    write_revision(context, std::move(revision), wanted.dry_run);
  });
}

}  // namespace dbmig::cli
