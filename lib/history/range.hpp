#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "history/graph.hpp"

namespace dbmig::history {

/// Whether it is `LABEL@base`: where the branch of LABEL begins, before its first revision.
bool is_base_of_branch(std::string_view argument);

/// The revisions from `start` (which counts) to `end`, the newest first; both are revision
/// arguments (see Graph::resolve), or empty: from the beginning, to the heads. From `LABEL@base` on
/// it is that branch alone. `current` are the database's heads. Throws Error{failed} when `end`
/// does not descend from `start`.
std::vector<std::string> revisions_between(const Graph& graph, const std::string& start,
                                           const std::string& end,
                                           const std::set<std::string>& current);

}  // namespace dbmig::history
