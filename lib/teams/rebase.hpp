#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "history/graph.hpp"

namespace dbmig::teams {

/// A revision with other parents.
struct Reparented {
  std::string id;
  std::vector<std::string> before;
  std::vector<std::string> parents;
};

/// What changes when `id`, with all that only it descends from, is to follow `onto`: the first
/// revisions of that branch get `onto` as parent, merges lose the parents that `onto` has anyway;
/// what descends from them follows by itself. In order; empty when it follows already. Throws
/// Error{usage} when `onto` descends from `id`.
std::vector<Reparented> rebased(const history::Graph& graph, const std::string& id,
                                const std::string& onto);

/// All of `changed` and what descends from them: what no database may have applied.
std::set<std::string> moved(const history::Graph& graph, const std::vector<Reparented>& changed);

/// The text of a revision file with other `parents:`; everything else stays as it was written.
/// Throws Error{failed} when the place cannot be found, as where the mapping is on one line.
std::string with_parents(const std::string& text, const std::string& name,
                         const std::vector<std::string>& parents);

}  // namespace dbmig::teams
