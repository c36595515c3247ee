#include <fmt/core.h>

#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "teams/sum_file.hpp"

namespace dbmig::cli {

void add_repair(Command& program, Context& context) {
  auto lock_timeout = std::make_shared<int>(60);
  auto plan = std::make_shared<bool>(false);
  Command& command = add_command(
      program, context,
      {"repair", "Accept revision files that were edited after they were applied",
       "  dbmig check                                     names them\n"
       "  dbmig repair                                    the files are right as they are now\n"
       "The tables are not touched: only what the database keeps about its revisions."});
  add_plan_flag(command, *plan, "Only name the revisions");
  add_lock_timeout(command, *lock_timeout);
  set_action(command, context, [&context, lock_timeout, plan] {
    run::Runner runner = make_runner(context, Context::Access::existing);
    Json list = Json::array();
    if (*plan) {
      const history::Graph graph = runner.fitted_revisions();
      for (const std::string& id : run::edited_revisions(runner.rows(), graph)) {
        context.console().data(fmt::format("{} {}\n", id, runner.edit_of(id)));
        list.push_back({{"revision", id}});
      }
      return context.console().document(list);
    }
    std::vector<teams::SumChange> changes;
    for (const std::string& id : runner.repair(run_options(context, *lock_timeout))) {
      context.console().info("dbmig.run", fmt::format("Accepted revision {} as it is now", id));
      list.push_back({{"revision", id}});
      if (context.graph().contains(id)) {
        changes.push_back({id, context.graph().header(id).checksum.get()});
      }
    }
    if (!changes.empty()) teams::update_sum(context.project().migrations, changes);
    if (list.empty()) context.console().say("Nothing to do: no applied revision was edited.");
    context.console().document(list);
  });
}

}  // namespace dbmig::cli
