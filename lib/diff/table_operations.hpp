#pragma once

#include <vector>

#include "diff/table_change.hpp"

namespace dbmig::diff {

/// The operations of one table's change, one after the other, so that MariaDB can do them in one
/// ALTER TABLE and SQLite in one rebuild. Foreign keys whose names are in `deferred` are left for
/// later.
std::vector<ops::Operation> table_operations(const TableChange& change,
                                             const std::set<std::string>& deferred);

}  // namespace dbmig::diff
