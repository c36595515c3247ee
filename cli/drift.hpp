#pragma once

#include <string>

#include "cli/context.hpp"

namespace dbmig::cli {

/// What the revision that adopts a drift is asked to be.
struct DriftRevision {
  std::string message;
  bool allow_destructive = false;
};

/// Prints the SQL that undoes what was changed in the database by hand.
void revert_drift(Context& context);

/// Writes a revision of what was changed by hand and stamps the database with it, whose tables are
/// not touched. Throws Error{failed} when the database is not at a head, where such a revision has
/// no place, and Error{refused} when something was dropped and nobody consented.
void write_drift(Context& context, const DriftRevision& options);

}  // namespace dbmig::cli
