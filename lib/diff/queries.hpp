#pragma once

#include <set>
#include <string>
#include <vector>

#include "diff/comparison.hpp"
#include "ops/operation.hpp"

namespace dbmig::diff {

/// What happens to views and triggers. They go before the tables change and come back after, when
/// they read something that does: MariaDB keeps their old text through renames, and SQLite refuses
/// to alter tables that a broken view reads. A view that changes by itself goes and comes back at
/// once, which MariaDB does in one CREATE OR REPLACE.
struct QueryChanges {
  std::vector<ops::Operation> before;  ///< drops, what reads others first
  std::vector<ops::Operation> after;   ///< creates, what is read first
};

QueryChanges query_changes(const Comparison& comparison);

}  // namespace dbmig::diff
