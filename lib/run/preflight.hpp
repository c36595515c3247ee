#pragma once

#include <vector>

#include "backend/backend.hpp"
#include "run/run_plan.hpp"
#include "run/runner.hpp"

namespace dbmig::run {

/// The revisions of `run_plan`, which stands at its beginning, with those of their checks that the
/// rows can answer before any of them runs; no statements. Tables and columns that earlier
/// revisions rename, add or convert are followed as within one revision. What is created on the way
/// is not asked about, and nothing after the first revision that holds rows or plain SQL, which may
/// change any row by a trigger or a cascade.
std::vector<PlannedRevision> preflight(backend::Connection& connection, RunPlan run_plan);

}  // namespace dbmig::run
