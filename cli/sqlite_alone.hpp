#pragma once

#include "cli/context.hpp"
#include "schema/table.hpp"

namespace dbmig::cli {

/// Marks the views and triggers of `found`, which SQLite holds and which are to live on both
/// databases beside those of `before`, as being for SQLite alone where MariaDB does not take them,
/// and names each with the reason. A MariaDB server is asked where one can be had.
void mark_what_sqlite_alone_takes(Context& context, const schema::Schema& before,
                                  schema::Schema& found);

}  // namespace dbmig::cli
