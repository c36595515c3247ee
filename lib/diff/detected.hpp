#pragma once

#include <string>
#include <vector>

#include "diff/comparison.hpp"
#include "diff/diff.hpp"

namespace dbmig::diff {

/// What a person wants to know of a comparison, in Alembic's words. Steps that only serve the order
/// (a foreign key taken off and put back) are not among it.
std::vector<std::string> detected(const Comparison& comparison);

/// Drops and adds that look like renames, the likeliest first, each name at most once.
std::vector<SuspectedRename> suspected_renames(const Comparison& comparison);

}  // namespace dbmig::diff
