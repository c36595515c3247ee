#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "backend/backend.hpp"
#include "history/graph.hpp"
#include "lint/lint.hpp"

namespace dbmig::evidence {

/// What the rows of the database say of the revisions that lead from `applied`, which it has, to
/// `targets`, by id: answers to the data-dependent codes of lint. What nobody can know yet (behind
/// plain SQL, which may change any row), and what the database cannot be asked, has no answer.
/// Changes nothing. Throws Error{connection} and the like when the database goes away.
std::map<std::string, lint::Evidence> count_rows(backend::Connection& connection,
                                                 const history::Graph& graph,
                                                 const std::set<std::string>& applied,
                                                 const std::set<std::string>& targets);

/// The rows of a table of a MariaDB database: counted up to a million, beyond that as the server
/// estimates. 0 when there is no such table yet. Nothing when the count cannot be found out.
std::optional<std::uint64_t> count_table(backend::Connection& connection, const std::string& table);

}  // namespace dbmig::evidence
