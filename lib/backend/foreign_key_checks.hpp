#pragma once

#include <functional>

#include "backend/backend.hpp"

namespace dbmig::backend {

/// Runs `work` while the session checks no foreign keys, and lets it check them again after that,
/// also when `work` throws. On SQLite it does nothing inside a transaction.
void without_foreign_key_checks(Connection& connection, const std::function<void()>& work);

}  // namespace dbmig::backend
