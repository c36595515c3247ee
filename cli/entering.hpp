#pragma once

#include "cli/context.hpp"
#include "teams/entry.hpp"

namespace dbmig::cli {

/// Prints what keeps the database from entering the history at `entry`, and sets the exit code.
void tell_difference(Context& context, const teams::Entry& entry);

}  // namespace dbmig::cli
