#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/context.hpp"
#include "run/runner.hpp"

namespace dbmig::cli {

/// Options of upgrade and downgrade.
struct Migration {
  std::vector<std::string> targets;
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

/// What a revision argument names in this project. `current` and steps from it ask the database,
/// and only they do. Throws Error{failed} when they name no revision there.
std::set<std::string> resolve(Context& context, std::string_view argument);

/// The same where exactly one revision must come out.
std::string resolve_one(Context& context, std::string_view argument);

/// The heads of the database when one of `arguments` asks for them (see history::needs_current);
/// nothing, and no database is asked, otherwise.
std::optional<std::set<std::string>> current_heads(Context& context,
                                                   const std::vector<std::string>& arguments);

/// The runner's options, with Ctrl-C watched from here on.
run::RunOptions run_options(int lock_timeout);

/// The whole of upgrade or downgrade: for real, as a plan, or as a script.
void run_migration(Context& context, run::Direction direction, const Migration& options);

/// `start:end` in two; without a colon the first is empty. Throws Error{usage} for a second colon.
std::pair<std::string, std::string> split_range(std::string_view text);

}  // namespace dbmig::cli
