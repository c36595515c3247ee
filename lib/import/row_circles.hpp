#pragma once

#include <atomic>
#include <vector>

#include "backend/backend.hpp"
#include "import/waiting_rows.hpp"

namespace dbmig::import {

/// Writes those rows of `files` whose parents are all in the database or among the rows that this
/// writes, as rows do that refer to each other in a circle, and takes them out of `files`.
///
/// Which row is the parent of which is decided by the database, which compares as its foreign keys
/// do: the columns of the keys go into temporary tables that are joined. SQLite then checks foreign
/// keys when the transaction commits (PRAGMA defer_foreign_keys). MariaDB, which cannot wait,
/// writes these rows unchecked, and each foreign key is looked at after that with a shared lock on
/// the parents, as its own check takes one.
void write_circles(backend::Connection& connection, const std::vector<WaitingFile*>& files,
                   const std::atomic<bool>& stop);

}  // namespace dbmig::import
