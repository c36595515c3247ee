#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// Gives the columns of `tables` without a declared type on SQLite, or one that MariaDB does not
/// know, the type there that their values in `source` have: bigint, double, text or bytes of any
/// length, in keys of a length. Returns a sentence for each.
std::vector<std::string> give_types(backend::Connection& source, schema::Schema& tables);

}  // namespace dbmig::transfer
