#include <fmt/core.h>

#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"

namespace dbmig::cli {

void add_repair(CLI::App& program, Context& context) {
  auto lock_timeout = std::make_shared<int>(60);
  CLI::App& command = add_command(
      program, context,
      {"repair", "Accept revision files that were edited after they were applied",
       "  dbmig check                                     names them\n"
       "  dbmig repair                                    the files are right as they are now\n"
       "The tables are not touched: only what the database keeps about its revisions."});
  add_lock_timeout(command, *lock_timeout);
  set_action(command, context, [&context, lock_timeout] {
    run::Runner runner = make_runner(context, Context::Access::existing);
    Json list = Json::array();
    for (const std::string& id : runner.repair(run_options(context, *lock_timeout))) {
      context.console().info("dbmig.run", fmt::format("Accepted revision {} as it is now", id));
      list.push_back({{"revision", id}});
    }
    if (list.empty()) context.console().say("Nothing to do: no applied revision was edited.");
    context.console().document(list);
  });
}

}  // namespace dbmig::cli
