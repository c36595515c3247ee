#pragma once

#include "backend/backend.hpp"
#include "backend/mariadb/session.hpp"

namespace dbmig::backend::mariadb {

/// The current database's schema in canonical form, from information_schema in a number of queries
/// that does not grow with the tables (but for what only SHOW CREATE TABLE tells).
Inspection inspect(Session& session, const InspectOptions& options);

}  // namespace dbmig::backend::mariadb
