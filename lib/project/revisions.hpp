#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "project/workspace.hpp"
#include "run/runner.hpp"

namespace dbmig::project {

/// The runner on the project's database.
run::Runner make_runner(Workspace& workspace, Workspace::Access access);

/// The revisions that an argument names in this project. Only `current` and steps from it use the
/// database. Throws Error{failed} if there is no such revision there.
std::set<std::string> resolve(Workspace& workspace, std::string_view argument);

/// The same for an argument that must name exactly one revision.
std::string resolve_one(Workspace& workspace, std::string_view argument);

/// The heads of the database if one of `arguments` needs them (see history::needs_current);
/// otherwise nothing, and no database is used.
std::optional<std::set<std::string>> current_heads(Workspace& workspace,
                                                   const std::vector<std::string>& arguments);

/// Options with the timeout and the workspace's stop flag; from here on, signals are handled.
run::RunOptions run_options(Workspace& workspace, int lock_timeout);

/// `start:end` in two; without a colon the first is empty. Throws Error{usage} for a second colon.
std::pair<std::string, std::string> split_range(std::string_view text);

/// Throws Error{usage} for a target in the other direction: `upgrade -1`, `downgrade +1`.
void refuse_wrong_way(run::Direction direction, std::string_view target);

/// A script along `range` (`start:end`, or `end`); uses the database only for `current`. Throws
/// Error{usage} for a downgrade without both ends.
std::string script_along(Workspace& workspace, run::Direction direction, const std::string& range);

/// A script that records in the bookkeeping that a database is at `targets` (revisions, or
/// `start:end` for one that is at `start`); uses no database.
std::string stamp_along(Workspace& workspace, const std::vector<std::string>& targets);

}  // namespace dbmig::project
