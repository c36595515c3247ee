#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "cli/context.hpp"
#include "run/runner.hpp"

namespace dbmig::cli {

/// Options of upgrade and downgrade.
struct Migration {
  std::string target;
  bool sql = false;
  bool plan = false;
  int lock_timeout = 60;                                         ///< seconds
  int lock_wait = static_cast<int>(backend::kLockWait.count());  ///< seconds
  bool allow_destructive = false;                                ///< downgrade only
  bool drop_adopted = false;                                     ///< downgrade only
  std::string resolve;                                           ///< "done", "redo" or nothing
};

/// --sql, --plan, --lock-timeout, --lock-wait and --resolve.
void add_migration_options(CLI::App& command, Migration& options);
void add_lock_timeout(CLI::App& command, int& seconds);

/// The runner on the project's database.
run::Runner make_runner(Context& context, Context::Access access);

/// The runner's options, with Ctrl-C watched from here on.
run::RunOptions run_options(int lock_timeout);

/// The whole of upgrade or downgrade: for real, as a plan, or as a script.
void run_migration(Context& context, run::Direction direction, const Migration& options);

/// `start:end` in two; without a colon the first is empty. Throws Error{usage} for a second colon.
std::pair<std::string, std::string> split_range(std::string_view text);

}  // namespace dbmig::cli
