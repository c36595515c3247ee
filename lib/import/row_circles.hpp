#pragma once

#include <atomic>
#include <vector>

#include "backend/backend.hpp"
#include "import/waiting_rows.hpp"

namespace dbmig::import {

/// Writes those rows of `files` whose parents are all in the database or among the rows that it
/// writes, which may refer to each other in a circle, parents first, and removes them from `files`.
/// False if it is not known which parents the others have: then some of them may have all. Rows
/// that the database refused for another reason than a missing parent stay as they are. Of rows
/// with the same key, one is written, see RowGraph::choose(), also for `more_come`.
///
/// The database decides which row is the parent of which, with the comparison of its foreign keys:
/// the key columns are put into temporary tables, which are joined. These rows are written
/// unchecked, and then each foreign key is checked with a query; on MariaDB it takes a shared lock
/// on the parents, as its own check does. With triggers, SQLite checks when the transaction
/// commits.
bool write_circles(backend::Connection& connection, const std::vector<WaitingFile*>& files,
                   bool more_come, const std::atomic<bool>& stop);

}  // namespace dbmig::import
