#pragma once

#include <string>

#include "run/runner.hpp"

namespace dbmig::run {

/// Throws Error{refused}, with position and message, if one of the queries that `revision` requires
/// is not true. Changes nothing.
void refuse_requirements(backend::Connection& connection, const history::Revision& revision,
                         const dialect::Variables& variables);

/// The same for the next revision of an upgrade, if its `options` ask for it.
void refuse_requirements(backend::Connection& connection, const PlannedRevision& planned,
                         const RunOptions& options);

/// Statements that stop a script if `requirement` is not true; none for a database without such a
/// query.
std::vector<std::string> requirement_guard(const history::Requirement& requirement,
                                           const dialect::Dialect& dialect,
                                           const dialect::Variables& variables);

}  // namespace dbmig::run
