#pragma once

#include <set>
#include <string>
#include <vector>

#include "diff/comparison.hpp"
#include "ops/operation.hpp"

namespace dbmig::diff {

/// What happens to views and triggers. A view that reads a table that changes stays where it is:
/// both dialects carry its text through renames, and readers go on reading. Those that change by
/// themselves go and come back at once, which MariaDB does with CREATE OR REPLACE: before the
/// tables change when the old text would not outlive that and the new one needs nothing of it, else
/// after.
struct QueryChanges {
  std::vector<ops::Operation> before;  ///< drops, what reads others first
  std::vector<ops::Operation> after;   ///< creates, what is read first
  /// Tables, by their new names, that lose columns which a view reads until it is replaced: they go
  /// after that.
  std::set<std::string> losing_late;
  /// Whether the same holds for tables that go.
  bool tables_late = false;
};

/// `late`: the dropped tables that can go after the views have changed.
QueryChanges query_changes(const Comparison& comparison, const std::set<std::string>& late);

}  // namespace dbmig::diff
