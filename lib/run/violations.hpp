#pragma once

#include <vector>

#include "run/apply.hpp"

namespace dbmig::run {

/// Throws Error{constraint} when rows of the database stand in the way of `planned`, which is the
/// next to run: every violation with the operation's place, the number of rows and three of them.
/// Changes nothing. A check that the database cannot answer is left to the statement itself.
void refuse_violations(backend::Connection& connection, const PlannedRevision& planned);

/// The same for several revisions at once.
void refuse_violations(backend::Connection& connection,
                       const std::vector<PlannedRevision>& planned);

}  // namespace dbmig::run
