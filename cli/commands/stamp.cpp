#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"

namespace dbmig::cli {
namespace {

struct Options {
  std::vector<std::string> targets;
  bool purge = false;
  int lock_timeout = 60;
};

void run(Context& context, const Options& options) {
  context.name_database(Context::Access::create);
  run::Runner runner = make_runner(context, Context::Access::create);
  runner.stamp(options.targets, options.purge, run_options(options.lock_timeout));
  Json list = Json::array();
  for (const std::string& id : context.graph().heads_of(runner.applied())) {
    list.push_back({{"revision", id}});
  }
  context.console().document(list);
}

}  // namespace

void add_stamp(CLI::App& program, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App& command = add_command(
      program, context,
      {"stamp", "Write down that the database is at a revision, running nothing",
       "  dbmig stamp head                                a database that has the tables already\n"
       "  dbmig stamp 1975ea83b712\n"
       "  dbmig stamp base --purge                        forget everything"});
  command.add_option("revisions", options->targets, "One, or several branches' heads")
      ->option_text("REV")
      ->required();
  command.add_flag("--purge", options->purge,
                   "Forget first what the database says, also of unknown revisions");
  add_lock_timeout(command, options->lock_timeout);
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
