#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/format.hpp"

namespace dbmig::cli {

void add_heads(Command& program, Context& context) {
  Command& command =
      add_command(program, context,
                  {"heads", "List the newest revisions: one, unless there are branches",
                   "  dbmig heads\n"
                   "  dbmig heads -v                                  with messages\n"
                   "  dbmig heads --json"});
  auto resolved = std::make_shared<bool>(false);
  command.add_flag("--resolve-dependencies", *resolved,
                   "Leave out heads that another branch depends on");
  set_action(command, context, [&context, resolved] {
    const history::Graph& graph = context.graph();
    Json list = Json::array();
    for (const std::string& id : *resolved ? graph.effective_heads() : graph.heads()) {
      const history::Header& revision = graph.header(id);
      context.console().data(context.verbose()
                                 ? revision_entry(context, graph, revision) + "\n"
                                 : revision_line(graph, revision, {.tree = false}) + "\n");
      if (context.json()) list.push_back(revision_json(context, graph, revision));
    }
    context.console().document(list);
  });
}

}  // namespace dbmig::cli
