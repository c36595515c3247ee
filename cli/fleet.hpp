#pragma once

#include <string>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "fleet/fleet.hpp"

namespace dbmig::cli {

/// What a command that can work on many databases is asked.
struct FleetOptions {
  bool all = false;
  std::string urls_from;
  int processes = 0;  ///< 0: one for each core
  std::size_t canary = 0;
  std::size_t max_failures = 0;

  /// Whether many databases are meant at all.
  bool is_given() const { return all || !urls_from.empty(); }
};

/// --all, --urls-from and -j.
void add_fleet_options(Command& command, FleetOptions& options);
/// --canary and --max-failures, for what changes databases.
void add_fleet_limits(Command& command, FleetOptions& options);

/// Throws Error{usage} when limits are given and many databases are not.
void refuse_limits_of_one(const FleetOptions& options);

/// Does `job` to all databases that the options name, in processes of this machine or on the ranks
/// of the MPI job that this process is one of, and prints a table of what came of each. Sets the
/// exit code: 1 when one failed or was left out, 130 when interrupted, 3 when a check found
/// something.
///
/// Returns the table as JSON for the command's document; null on a rank that is not the root.
Json run_on_all(Context& context, const FleetOptions& options, fleet::Job job);

/// Prints what run_on_all() gave, on the root.
void print_document(Context& context, const Json& table);

}  // namespace dbmig::cli
