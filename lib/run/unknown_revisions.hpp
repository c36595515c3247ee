#pragma once

#include <string>
#include <vector>

#include "history/graph.hpp"
#include "run/store.hpp"

namespace dbmig::run {

/// Ids of `rows` that no file of `graph` has. The row that stands for combined revisions while they
/// are under way (run/combine.hpp) is not one of them: their files are there.
std::vector<std::string> unknown_revisions(const std::vector<AppliedRevision>& rows,
                                           const history::Graph& graph);

}  // namespace dbmig::run
