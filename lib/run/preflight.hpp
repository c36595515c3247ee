#pragma once

#include <vector>

#include "backend/backend.hpp"
#include "run/run_plan.hpp"
#include "run/runner.hpp"

namespace dbmig::run {

/// The revisions of `run_plan`, which must be at its beginning, with those of their checks that can
/// be answered before any of them runs; no statements. Tables and columns that earlier revisions
/// rename, add or convert are followed, as within one revision. Objects created during the run are
/// not checked, and nothing after the first revision with rows or plain SQL, which may change any
/// row through a trigger or cascade.
std::vector<PlannedRevision> preflight(backend::Connection& connection, RunPlan run_plan);

/// The same without a database, for a script.
std::vector<PlannedRevision> preflight(const dialect::Dialect& dialect, RunPlan run_plan);

}  // namespace dbmig::run
