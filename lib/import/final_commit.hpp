#pragma once

#include <atomic>
#include <vector>

#include "backend/backend.hpp"
#include "import/lock_retry.hpp"
#include "import/writers.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// Commits an import: the transaction of `connection`, or those of several `writers` when there are
/// any. Throws Error{constraint}, naming rows, for foreign keys that are checked at the end only,
/// and Error{busy} when an SQLite database is read by another process all the time.
void commit_import(backend::Connection& connection, Writers* writers, LockRetry& lock_retry,
                   const std::atomic<bool>& stop);

/// Throws what the commit would find: foreign keys that are checked at the end only.
void check_deferred_keys(backend::Connection& connection, const std::vector<schema::Table>& tables);

}  // namespace dbmig::import
