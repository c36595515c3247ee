#pragma once

#include "cli/context.hpp"
#include "cli/migration.hpp"
#include "run/runner.hpp"

namespace dbmig::cli {

/// Before an upgrade of a database without bookkeeping: marks it as being at the revision that
/// another tool's table names (`adopts:` of the revisions), or, with --baseline, at the target,
/// when its schema equals that revision's. Returns whether the upgrade is to go on; otherwise the
/// difference was printed and the exit code is set.
bool enter(Context& context, run::Runner& runner, const Migration& options);

}  // namespace dbmig::cli
