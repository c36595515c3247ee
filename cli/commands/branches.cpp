#include <fmt/core.h>

#include "cli/commands/commands.hpp"
#include "cli/format.hpp"

namespace dbmig::cli {

void add_branches(Command& program, Context& context) {
  Command& command =
      add_command(program, context,
                  {"branches", "List the revisions that have more than one child",
                   "  dbmig branches\n"
                   "  dbmig branches -v                               with messages"});
  set_action(command, context, [&context] {
    const history::Graph& graph = context.graph();
    Json list = Json::array();
    for (const std::string& id : graph.branch_points()) {
      const history::Header& revision = graph.header(id);
      std::string text = context.verbose() ? revision_entry(context, graph, revision)
                                           : revision_line(graph, revision, {}) + "\n";
      Json json = revision_json(context, graph, revision);
      for (const std::string& child : graph.children(id)) {
        text +=
            fmt::format("{} -> {}\n", std::string(id.size(), ' '),
                        revision_line(graph, graph.header(child), {.message = context.verbose()}));
        json["branches"].push_back(child);
      }
      context.console().data(text + "\n");
      list.push_back(std::move(json));
    }
    context.console().document(list);
  });
}

}  // namespace dbmig::cli
