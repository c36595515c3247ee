#pragma once

#include <string>
#include <vector>

#include "history/graph.hpp"
#include "run/store.hpp"

namespace dbmig::run {

/// Ids of `rows` without a file in `graph`. The row of combined revisions that are being applied
/// (run/combine.hpp) does not count: their files exist.
std::vector<std::string> unknown_revisions(const std::vector<AppliedRevision>& rows,
                                           const history::Graph& graph);

}  // namespace dbmig::run
