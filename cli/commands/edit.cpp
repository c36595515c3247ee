#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "project/accept_edits.hpp"

namespace dbmig::cli {
namespace {

/// Runs `$VISUAL` or `$EDITOR` on `path` through the shell, as git does: the variable may hold
/// options.
void open_editor(const std::filesystem::path& path) {
  const char* editor = std::getenv("VISUAL");
  if (editor == nullptr || *editor == '\0') editor = std::getenv("EDITOR");
  if (editor == nullptr || *editor == '\0') {
    throw Error(ErrorCode::failed, fmt::format("no editor is set to open {}", path.string()))
        .hint("set EDITOR, as in EDITOR=nano");
  }
  const std::string command = fmt::format("{} \"$1\"", editor);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", command.c_str(), "sh", path.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) < 0 || status != 0) {
    throw Error(ErrorCode::failed, fmt::format("the editor '{}' failed", editor));
  }
}

}  // namespace

void add_edit(Command& program, Context& context) {
  auto revision = std::make_shared<std::string>("head");
  Command& command = add_command(program, context,
                                 {"edit", "Open a revision file in $EDITOR",
                                  "  dbmig edit                                      the head\n"
                                  "  dbmig edit 2fa6"});
  command.add_option("revision", *revision, "Which revision (head)")->option_text("REV");
  set_action(command, context, [&context, revision] {
    const std::string id = resolve_one(context, *revision);
    const std::filesystem::path file = project::file_of_revision(context, id);
    open_editor(file);
    project::take_edited_file(context, id);
    context.console().document({{"path", context.shown(file)}});
  });
}

}  // namespace dbmig::cli
