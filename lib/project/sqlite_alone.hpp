#pragma once

#include <string>
#include <vector>

#include "project/workspace.hpp"
#include "schema/table.hpp"

namespace dbmig::project {

/// Marks the views, triggers and checks of `found`, which SQLite holds and which are to live on
/// both databases beside those of `before`, as being for SQLite alone where MariaDB does not take
/// them or they would mean something else there. Returns a sentence for each with the reason, and
/// for generated columns that would mean something else. A MariaDB server is asked where one can be
/// had.
std::vector<std::string> mark_what_sqlite_alone_takes(Workspace& workspace,
                                                      const schema::Schema& before,
                                                      schema::Schema& found);

}  // namespace dbmig::project
