#pragma once

#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "history/graph.hpp"

namespace dbmig::run {

/// Returns `graph` as it applies to a database that has `ids`, complete or running: if the database
/// has some of the revisions that a squash replaces, but not the squash, the graph contains the
/// replaced revisions instead of it.
history::Graph fitted(history::Graph graph, const std::set<std::string>& ids);

/// The same for the revisions that `connection` has.
history::Graph fitted(backend::Connection& connection, const history::Graph& graph);

/// Returns `graph` with the replaced revisions in place of every squash.
history::Graph unsquashed(history::Graph graph);

/// The id of the replaced revision that `argument` names (the id or a unique prefix); empty if it
/// names none, or the last one of a range.
std::string named_inside_squash(const history::Graph& graph, const std::string& argument);

}  // namespace dbmig::run
