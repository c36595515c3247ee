#pragma once

#include <memory>

#include "backend/backend.hpp"

namespace dbmig::backend::sqlite {

/// See Connection::watch_orphans(). `connection` must outlive the watch, and be in the transaction
/// of the migration.
std::unique_ptr<OrphanWatch> watch_orphans(Connection& connection);

}  // namespace dbmig::backend::sqlite
