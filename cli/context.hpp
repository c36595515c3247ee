#pragma once

#include <optional>
#include <string>

#include "cli/console.hpp"
#include "project/workspace.hpp"

namespace dbmig::cli {

/// The console, made before the workspace that speaks through it.
struct Speaker {
  Console console_;
};

/// What every command is given: the global options, the console, and the project.
class Context final : private Speaker, public project::Workspace {
 public:
  Context();

  /// Filled in by the parser, as `location` is.
  struct Globals {
    std::string directory;
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    std::string color = "auto";
  } globals;

  /// What this program lends a workspace of its own beside this one, which speaks to `events` and
  /// is not stopped by signals.
  static project::Host quiet_host(EventSink& events);

  /// 0, or 3 when a command found differences.
  int exit_code = 0;

  /// Puts the global options in force: how the console speaks, and -C. Before a command's work.
  void prepare();
  /// The console's part alone, for errors of the command line itself.
  void configure_console();

  Console& console() { return console_; }
  bool json() const { return globals.json; }
  bool verbose() const { return globals.verbose; }
};

}  // namespace dbmig::cli
