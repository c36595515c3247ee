#pragma once

#include <string_view>

#include "backend/backend.hpp"

namespace dbmig::backend {

/// Whether the database has a table called exactly `name`: for tables of bookkeeping, whose names
/// are known.
bool has_table(Connection& connection, std::string_view name);

}  // namespace dbmig::backend
