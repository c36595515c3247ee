#pragma once

#include <optional>
#include <set>
#include <string>

#include "cli/context.hpp"
#include "cli/migration.hpp"
#include "run/runner.hpp"

namespace dbmig::cli {

/// The revisions that a database without bookkeeping is at, by another tool's table (`adopts:` of
/// the revisions) or, with --baseline, because its schema equals the target's; says so. None: it
/// takes all of them. Nothing at all when its schema is another one: the difference was printed
/// then, and the exit code is set.
std::optional<std::set<std::string>> find_entry(Context& context, backend::Connection& connection,
                                                const Migration& options);

/// Marks the database as being at `ids`, which find_entry() gave.
void enter(Context& context, run::Runner& runner, const std::set<std::string>& ids);

}  // namespace dbmig::cli
