#pragma once

#include <string>
#include <vector>

#include "project/workspace.hpp"
#include "schema/table.hpp"

namespace dbmig::project {

/// Marks the views, triggers and checks of `found`, a SQLite schema that should work on both
/// databases together with `before`, as SQLite only if MariaDB rejects them or they would mean
/// something else there. Returns a sentence for each with the reason, and for generated columns
/// that would mean something else. Uses a MariaDB server if one is available.
std::vector<std::string> mark_sqlite_only(Workspace& workspace, const schema::Schema& before,
                                          schema::Schema& found);

}  // namespace dbmig::project
