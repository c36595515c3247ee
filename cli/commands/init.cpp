#include <fmt/core.h>

#include <memory>

#include "cli/commands/commands.hpp"
#include "project/new_project.hpp"

namespace dbmig::cli {
namespace {

struct InitOptions {
  std::string directory;
  bool plan = false;
};

void run(Context& context, const InitOptions& options) {
  const project::NewProject made = project::new_project(context, options.directory);
  Console& console = context.console();
  if (options.plan) {
    for (const auto& [path, content] : made.files) {
      console.data(fmt::format("# {}\n{}", path.string(), content));
    }
  } else {
    project::write_project(context, made);
    console.say(fmt::format(
        "Next: describe your tables in schemas/, then `dbmig migrate -m \"first tables\"` and "
        "`dbmig upgrade`{}.",
        context.location.config.empty() ? "" : ", with --config " + context.location.config));
  }
  console.document(
      {{"root", made.root.string()}, {"database", made.database}, {"written", !options.plan}});
}

}  // namespace

void add_init(Command& program, Context& context) {
  auto options = std::make_shared<InitOptions>();
  Command& command = add_command(
      program, context,
      {"init", "Start a project: dbmig.yaml, schemas/ and migrations/",
       "  dbmig init                                      in this folder, on SQLite\n"
       "  dbmig init shop                                 in a new folder\n"
       "  dbmig init --config shop/blog.yaml              with settings of another name\n"
       "  dbmig init --url 'mariadb://shop@localhost/shop?socket=/run/mysqld/mysqld.sock'\n"
       "Nothing is overwritten."});
  command.add_option("directory", options->directory, "The project's folder (this folder)")
      ->option_text("DIR");
  add_plan_flag(command, options->plan, "Print the files instead of writing them");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
