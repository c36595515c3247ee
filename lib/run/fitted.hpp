#pragma once

#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "history/graph.hpp"

namespace dbmig::run {

/// `graph` as a database sees it that has `ids`, done or under way: where it has some of what a
/// revision replaces, and not that revision, the replaced ones stand in its place and the database
/// goes on with them.
history::Graph fitted(history::Graph graph, const std::set<std::string>& ids);

/// The same for what `connection` has.
history::Graph fitted(backend::Connection& connection, const history::Graph& graph);

/// `graph` with every revision that replaces others taken apart.
history::Graph unsquashed(history::Graph graph);

/// The id that `argument` names by itself or by a unique beginning among those that revisions of
/// `graph` replace, all but the last of a range; empty for others.
std::string named_inside_squash(const history::Graph& graph, const std::string& argument);

}  // namespace dbmig::run
