#include "cli/commands/help.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"

namespace dbmig::cli {

void add_help(Command& program, Context& context) {
  auto name = std::make_shared<std::string>();
  Command& command = add_command(
      program, context,
      {"help", "Print this help, or that of a command",
       "  dbmig help\n"
       "  dbmig help upgrade                              the same as dbmig upgrade --help"});
  command.add_option("command", *name, "Which command")->option_text("COMMAND");
  set_action(command, context, [&parser = program.parser(), &context, name] {
    if (name->empty()) {
      // App::help() would give that of the command that was parsed: this one.
      return context.console().data(parser.get_formatter()->make_help(&parser, parser.get_name(),
                                                                      CLI::AppFormatMode::Normal));
    }
    std::vector<std::string> names;
    for (const CLI::App* known : parser.get_subcommands([](const CLI::App*) { return true; })) {
      if (known->check_name(*name)) return context.console().data(known->help(parser.get_name()));
      names.push_back(known->get_name());
    }
    const auto near = text::closest(*name, names);
    throw Error(ErrorCode::usage, fmt::format("unknown command '{}'", *name))
        .hint(near ? fmt::format("did you mean '{}'?", *near) : "`dbmig help` lists the commands");
  });
}

}  // namespace dbmig::cli
