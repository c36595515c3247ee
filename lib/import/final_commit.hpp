#pragma once

#include <atomic>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "import/lock_retry.hpp"
#include "import/writers.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// Commits a transaction of SQLite, where readers hold up a commit that can be tried again. Throws
/// Error{busy} if another process keeps reading; its hint begins with `so_far`.
void commit_beside_readers(backend::Connection& connection, const LockRetry& lock_retry,
                           std::string_view so_far);

/// Commits an import: the transaction of `connection`, or those of several `writers` if there are
/// any. Throws Error{constraint}, naming rows, for deferred foreign keys, and Error{busy} if
/// another process keeps reading a SQLite database.
void commit_import(backend::Connection& connection, Writers* writers, LockRetry& lock_retry,
                   const std::atomic<bool>& stop);

/// Throws what the commit would find: violations of deferred foreign keys.
void check_deferred_keys(backend::Connection& connection, const std::vector<schema::Table>& tables);

}  // namespace dbmig::import
