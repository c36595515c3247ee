#pragma once

#include <vector>

#include "backend/backend.hpp"

namespace dbmig::project {

/// Takes the views out of `schema`, as inspected over `connection`, that no database could create
/// again because a table, column or function that they read is gone, or another view that is taken
/// out; returns them with what is missing. None on databases that create such views (SQLite). A
/// view that its reader merely may not read stays.
std::vector<backend::Unsupported> take_out_broken_views(backend::Connection& connection,
                                                        schema::Schema& schema);

}  // namespace dbmig::project
