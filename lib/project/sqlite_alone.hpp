#pragma once

#include "project/workspace.hpp"
#include "schema/table.hpp"

namespace dbmig::project {

/// Marks the views, triggers and checks of `found`, which SQLite holds and which are to live on
/// both databases beside those of `before`, as being for SQLite alone where MariaDB does not take
/// them or they would mean something else there, and names each with the reason; generated columns
/// and defaults that would mean something else are named. A MariaDB server is asked where one can
/// be had.
void mark_what_sqlite_alone_takes(Workspace& workspace, const schema::Schema& before,
                                  schema::Schema& found);

}  // namespace dbmig::project
