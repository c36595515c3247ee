#pragma once

#include <vector>

#include "cli/context.hpp"
#include "project/proving.hpp"

namespace dbmig::cli {

/// What became of a proof on each database.
Json proofs_json(Context& context, const std::vector<project::ProofOutcome>& outcomes);

/// What a statement costs.
Json cost_json(Context& context, const proof::StatementCost& cost);

}  // namespace dbmig::cli
