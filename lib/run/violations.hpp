#pragma once

#include <vector>

#include "run/apply.hpp"

namespace dbmig::run {

/// Throws Error{constraint} if rows of the database violate a data check of `planned`, which is the
/// next to run: every violation with the position of the operation, the number of rows and three
/// examples. Changes nothing. A check that the database cannot answer is skipped; the statement
/// itself then succeeds or fails.
void refuse_violations(backend::Connection& connection, const PlannedRevision& planned);

/// The same for several revisions at once.
void refuse_violations(backend::Connection& connection,
                       const std::vector<PlannedRevision>& planned);

}  // namespace dbmig::run
