#pragma once

#include <string>

#include "sqlite_support.hpp"

namespace dbmig::test {

/// All that SQLite says of a database's schema by its pragmas, and all that only the statements'
/// text has, a line each: two databases with the same facts have the same schema.
std::string facts(SqliteDatabase& database);

/// `database` built again in `copy` from what is inspected of it.
void rebuild_elsewhere(SqliteDatabase& database, SqliteDatabase& copy);

}  // namespace dbmig::test
