#pragma once

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "run/run_plan.hpp"

namespace dbmig::run {

/// Warns, before the upgrade along `run_plan` (which stands at its beginning) begins, of what
/// MariaDB does with text whose model leaves it open: columns that take the character set of the
/// database or of a table that is there, where that has not all of Unicode; tables that were
/// compared letter by letter, as the database is, and that are to have a character set without a
/// collation. Says nothing on SQLite. Changes nothing.
void warn_of_charsets(backend::Connection& connection, RunPlan run_plan, EventSink& events);

}  // namespace dbmig::run
