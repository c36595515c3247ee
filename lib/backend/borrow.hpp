#pragma once

#include <memory>

#include "backend/backend.hpp"

struct sqlite3;
struct st_mysql;

namespace dbmig::backend {

/// A connection over one that an application has open, which must outlive it and is not used by
/// others meanwhile. Its settings are given back as they were, at the latest with the
/// destructor: SQLite's foreign_keys, legacy_alter_table and last rowid (its busy handler is never
/// touched); every session variable and the chosen database of MariaDB. Throws Error{failed} when a
/// transaction is open.
std::unique_ptr<Connection> borrow(sqlite3* database);
/// Of MariaDB Connector/C; a handle of another client library must not be given.
std::unique_ptr<Connection> borrow(st_mysql* handle);

}  // namespace dbmig::backend
