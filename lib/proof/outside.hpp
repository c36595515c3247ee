#pragma once

#include <set>
#include <string>

#include "dialect/dialect.hpp"
#include "history/graph.hpp"

namespace dbmig::proof {

/// The first plain SQL or stored program of the revisions `ids` that may act outside of its
/// database, with its revision and the reason: another database, users and rights, files, what the
/// whole server shares. Empty when all of it stays inside as far as the texts tell; in doubt it
/// reaches out.
std::string reaches_out(const dialect::Dialect& dialect, const history::Graph& graph,
                        const std::set<std::string>& ids);

/// The same of a list of operations, of whose tables only those are known that they make.
std::string reaches_out(const dialect::Dialect& dialect,
                        const std::vector<ops::Operation>& operations);

}  // namespace dbmig::proof
