#include <fmt/core.h>

#include <chrono>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/private_server_options.hpp"
#include "cli/signals.hpp"

namespace dbmig::cli {
namespace {

namespace fs = std::filesystem;

struct ScratchOptions {
  bool start = false;
  bool stop = false;
  std::vector<std::string> keep;
  std::string folder;
  int idle_seconds = 300;
};

void run(Context& context, const ScratchOptions& options) {
  backend::PrivateServerOptions server = private_server_options();
  server.folder = options.folder;
  server.idle = std::chrono::seconds(options.idle_seconds);
  const fs::path folder = backend::private_server_folder(server);
  Console& console = context.console();
  if (options.stop) {
    const bool ran = backend::stop_private_server(folder);
    console.say(ran ? "Stopped the private MariaDB server."
                    : "No private MariaDB server is running.");
    console.document({{"stopped", ran}});
    return;
  }
  if (options.start) {
    watch_signals();
    const backend::PrivateServer started(server, console, &interrupted());
    const auto version = backend::private_server_version(folder).value_or("");
    console.data(started.url().redacted() + "\n");
    console.document({{"url", started.url().redacted()}, {"version", version}});
    return;
  }
  const auto version = backend::private_server_version(folder);
  const std::string url = backend::private_server_url(folder).redacted();
  if (version) {
    console.data(url + "\n");
    console.say(fmt::format("It is MariaDB {}.", *version));
  } else {
    console.say("No private MariaDB server is running; a command that needs one starts it.");
  }
  console.document(
      {{"url", version ? Json(url) : Json()}, {"version", version ? Json(*version) : Json()}});
}

void keep(Context& context, const std::vector<std::string>& arguments) {
  int seconds = 0;
  if (arguments.size() == 2) seconds = std::atoi(arguments[1].c_str());
  if (seconds <= 0) {
    throw Error(ErrorCode::usage, "--keep takes a folder and a number of seconds");
  }
  context.exit_code = backend::keep_private_server(arguments[0], std::chrono::seconds(seconds));
}

}  // namespace

void add_scratch(Command& program, Context& context) {
  auto options = std::make_shared<ScratchOptions>();
  Command& command = add_command(
      program, context,
      {"scratch", "Manage the private MariaDB server on which revisions are tried",
       "  dbmig scratch                                    its URL, if it runs\n"
       "  dbmig scratch --stop                             stop it and remove its files\n"
       "  dbmig scratch --start --folder /dev/shm/db       one of its own for a test run\n"
       "Commands that try something on MariaDB start this server themselves if `mariadbd` is\n"
       "installed, unless `scratch:` in dbmig.yaml names a server or is off. It listens on a "
       "socket\n"
       "that only you can use, and stops after five minutes without use."});
  Option* start = command.add_flag("--start", options->start, "Start it, and print its URL");
  command.add_flag("--stop", options->stop, "Stop it, even while other commands use it")
      ->excludes(start);
  command
      .add_option("--folder", options->folder,
                  "The folder of its files (dbmig-scratch-UID in the temporary folder)")
      ->option_text("DIR");
  command
      .add_option("--idle", options->idle_seconds,
                  "With --start: stop after SECONDS without use (300)")
      ->option_text("SECONDS")
      ->range(1, 60 * 60 * 24 * 7);
  command.add_option("--keep", options->keep)->expected(2)->group("");
  set_action(command, context, [&context, options] {
    if (options->keep.empty()) {
      run(context, *options);
    } else {
      keep(context, options->keep);
    }
  });
}

}  // namespace dbmig::cli
