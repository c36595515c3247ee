#include <fmt/core.h>

#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "project/accept_edits.hpp"

namespace dbmig::cli {

void add_repair(Command& program, Context& context) {
  auto lock_timeout = std::make_shared<int>(60);
  auto plan = std::make_shared<bool>(false);
  Command& command = add_command(
      program, context,
      {"repair", "Accept revision files that were edited after they were applied",
       "  dbmig check                                     names them\n"
       "  dbmig repair                                    the files are right as they are now\n"
       "Does not touch the tables, only what the database stores about its revisions."});
  add_plan_flag(command, *plan, "Only name the revisions");
  add_lock_timeout(command, *lock_timeout);
  set_action(command, context, [&context, lock_timeout, plan] {
    Json list = Json::array();
    if (*plan) {
      for (const project::EditedRevision& one : project::edited_revisions(context)) {
        context.console().data(fmt::format("{} {}\n", one.id, one.what));
        list.push_back({{"revision", one.id}});
      }
      return context.console().document(list);
    }
    for (const std::string& id : project::accept_edits(context, *lock_timeout)) {
      context.console().info("dbmig.run", fmt::format("Accepted revision {} as it is now", id));
      list.push_back({{"revision", id}});
    }
    if (list.empty()) context.console().say("Nothing to do: no applied revision was edited.");
    context.console().document(list);
  });
}

}  // namespace dbmig::cli
