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

/// What a revision argument names in this project. `current` and steps from it ask the database,
/// and only they do. Throws Error{failed} when they name no revision there.
std::set<std::string> resolve(Workspace& workspace, std::string_view argument);

/// The same where exactly one revision must come out.
std::string resolve_one(Workspace& workspace, std::string_view argument);

/// The heads of the database when one of `arguments` asks for them (see history::needs_current);
/// nothing, and no database is asked, otherwise.
std::optional<std::set<std::string>> current_heads(Workspace& workspace,
                                                   const std::vector<std::string>& arguments);

/// How a run waits and stops, with `stop` of the workspace watched from here on.
run::RunOptions run_options(Workspace& workspace, int lock_timeout);

/// `start:end` in two; without a colon the first is empty. Throws Error{usage} for a second colon.
std::pair<std::string, std::string> split_range(std::string_view text);

/// Throws Error{usage} for a target that the other command leads to: `upgrade -1`, `downgrade +1`.
void refuse_wrong_way(run::Direction direction, std::string_view target);

/// A script that leads along `range` (`start:end`, or `end`), without a database asked except for
/// `current`. Throws Error{usage} for a downgrade without both ends.
std::string script_along(Workspace& workspace, run::Direction direction, const std::string& range);

/// A script that notes in the bookkeeping that a database is at `targets` (revisions, or
/// `start:end` for one that is at `start`), without a database asked.
std::string stamp_along(Workspace& workspace, const std::vector<std::string>& targets);

}  // namespace dbmig::project
