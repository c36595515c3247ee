#include "cli/completion.hpp"

#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/commands/help.hpp"

namespace dbmig::cli {

void add_completion(Command& program, Context& context) {
  auto shell = std::make_shared<std::string>();
  Command& command = add_command(
      program, context,
      {"completion", "Print the completion script for a shell",
       "  eval \"$(dbmig completion bash)\"                 in ~/.bashrc\n"
       "  source <(dbmig completion zsh)                  in ~/.zshrc, after compinit\n"
       "  dbmig completion fish > ~/.config/fish/completions/dbmig.fish\n"
       "Completes commands, options and their values, and the project's revisions, labels, tables\n"
       "and databases, without connecting to one. The Debian package of dbmig includes it."});
  command.add_option("shell", *shell, "bash, zsh or fish")
      ->option_text("SHELL")
      ->required()
      ->one_of(completed_shells());
  set_action(command, context, [&context, shell] {
    const std::string script(completion_script(*shell));
    context.console().data(script);
    context.console().document({{"shell", *shell}, {"script", script}});
  });
}

}  // namespace dbmig::cli
