#pragma once

#include <string>

#include "run/runner.hpp"

namespace dbmig::run {

/// Throws Error{refused} when one of the queries that `revision` requires does not hold, with its
/// place and its message. Changes nothing.
void refuse_requirements(backend::Connection& connection, const history::Revision& revision,
                         const dialect::Variables& variables);

/// The same for the revision that is next in an upgrade whose `options` ask for it.
void refuse_requirements(backend::Connection& connection, const PlannedRevision& planned,
                         const RunOptions& options);

/// Statements that make a script stop where `requirement` does not hold; none on a database where
/// it says nothing.
std::vector<std::string> requirement_guard(const history::Requirement& requirement,
                                           const dialect::Dialect& dialect,
                                           const dialect::Variables& variables);

}  // namespace dbmig::run
