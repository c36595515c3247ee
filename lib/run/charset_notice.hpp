#pragma once

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "run/run_plan.hpp"

namespace dbmig::run {

/// Warns about text whose character set or collation the model leaves open, before the upgrade
/// along `run_plan` (which must be at its beginning): columns that get the character set of the
/// database or of an existing table although it cannot hold all of Unicode, and tables that were
/// compared byte by byte, like the database, and will get a character set without a collation. No
/// warnings on SQLite. Changes nothing.
void warn_of_charsets(backend::Connection& connection, RunPlan run_plan, EventSink& events);

}  // namespace dbmig::run
