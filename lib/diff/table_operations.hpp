#pragma once

#include <set>
#include <string>
#include <vector>

#include "diff/table_change.hpp"

namespace dbmig::diff {

/// When the columns go that a table loses.
enum class DropTime { early, late };

/// The operations of one table's change, one after the other, so that MariaDB can do them in one
/// ALTER TABLE and SQLite in one rebuild. Foreign keys whose names are in `deferred` are left for
/// later, and with DropTime::late (only where change.can_lose_late()) what late_drops() gives.
std::vector<ops::Operation> table_operations(const TableChange& change,
                                             const std::set<std::string>& deferred,
                                             DropTime losing = DropTime::early);

/// The columns that table_operations() left with DropTime::late.
std::vector<ops::Operation> late_drops(const TableChange& change);

}  // namespace dbmig::diff
