#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include "base/event.hpp"
#include "run/listener.hpp"

namespace dbmig::hooks {

/// The environment variables of a hook: DBMIG_REVISION and so on.
using Facts = std::map<std::string, std::string>;

/// The commands of dbmig.yaml's `hooks`, by the moment at which they run: before_migrate,
/// after_migrate, before_run, after_run, before_revision, after_revision.
struct Commands {
  std::map<std::string, std::string> by_moment;
  std::chrono::seconds timeout{60};  ///< of each command
  std::filesystem::path folder;      ///< where they run
};

/// Runs the command of `moment`, if there is one, with `/bin/sh -c`, what it writes on stdout going
/// to stderr. Its environment has `facts` and DBMIG_HOOK, the name of the hook. Waits at most for
/// the time-out, then kills it with all that it started; also when `stop` becomes true.
///
/// Throws Error{failed} when it does not end with code 0, Error{interrupted} when it was stopped.
void run_hook(const Commands& commands, const std::string& moment, const Facts& facts,
              const std::atomic<bool>* stop);

/// Calls the hooks of a run. A `before` that fails stops the run; an `after` that fails is warned
/// of, because what it comes after has been done. `facts` are those of the database. `events`
/// and `stop` must outlive the result; empty when there are no commands.
run::RunListener listener(Commands commands, Facts facts, EventSink& events,
                          const std::atomic<bool>* stop);

}  // namespace dbmig::hooks
