#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/new_revision.hpp"

namespace dbmig::cli {

void add_revision(Command& program, Context& context) {
  auto options = std::make_shared<project::NewRevision>();
  Command& command =
      add_command(program, context,
                  {"revision", "Write an empty revision, to be filled in by hand",
                   "  dbmig revision -m \"clean up names\"\n"
                   "  dbmig revision -m \"hotfix\" --head 1975ea83b712 --splice\n"
                   "  dbmig revision -m \"reports\" --head base --branch-label reports\n"
                   "`dbmig migrate` writes one from the model's changes instead."});
  add_new_revision_options(command, *options);
  command.get_option("--message")->required();
  set_action(command, context, [&context, options] {
    const history::Graph& graph = context.graph();
    history::Revision revision =
        project::make_revision(graph, *options, choose_parents(context, *options));
    revision.path = version_folder(context, *options);
    write_revision(context, std::move(revision), options->dry_run);
  });
}

}  // namespace dbmig::cli
