#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::cases {

/// What SQLite's pragmas say of every table, and the texts of its views and triggers, a fact a
/// line. Names that SQLite makes up (automatic indexes) are left out, as are dbmig's own tables.
std::vector<std::string> sqlite_facts(backend::Connection& connection);

}  // namespace dbmig::cases
