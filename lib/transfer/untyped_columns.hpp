#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// Gives columns of `tables` that have no declared type on SQLite, or one that MariaDB does not
/// know, a MariaDB type for their values in `source`: bigint, double, text or bytes of any length,
/// in keys with a length. Returns a sentence for each.
std::vector<std::string> give_types(backend::Connection& source, schema::Schema& tables);

}  // namespace dbmig::transfer
