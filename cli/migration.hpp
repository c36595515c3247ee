#pragma once

#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "project/migrate_database.hpp"
#include "project/revisions.hpp"

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
  bool baseline = false;                                         ///< upgrade only
  bool one_by_one = false;                                       ///< upgrade only
  std::string require_lock;                                      ///< "none", "shared" or nothing
  std::string resolve;                                           ///< "done", "redo" or nothing
};

/// --sql, --plan, --lock-timeout, --lock-wait and --resolve.
void add_migration_options(Command& command, Migration& options);
void add_lock_timeout(Command& command, int& seconds);

/// How long a run waits, what it may lose, and how a statement in doubt is resolved.
run::RunOptions asked_of_run(const Migration& options);

/// The whole of upgrade or downgrade: for real, as a plan, or as a script.
void run_migration(Context& context, run::Direction direction, const Migration& options);

}  // namespace dbmig::cli
