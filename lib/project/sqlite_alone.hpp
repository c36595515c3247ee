#pragma once

#include "project/workspace.hpp"
#include "schema/table.hpp"

namespace dbmig::project {

/// Marks the views and triggers of `found`, which SQLite holds and which are to live on both
/// databases beside those of `before`, as being for SQLite alone where MariaDB does not take them,
/// and names each with the reason. A MariaDB server is asked where one can be had.
void mark_what_sqlite_alone_takes(Workspace& workspace, const schema::Schema& before,
                                  schema::Schema& found);

}  // namespace dbmig::project
