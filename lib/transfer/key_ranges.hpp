#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::transfer {

class TablePair;

/// Rows by an integer key: `from` included, `until` excluded. Without one of them there is no limit
/// on that side.
struct KeyRange {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> until;

  bool is_all() const { return !from && !until; }
  /// The condition for `column` of `table`; empty for all rows.
  std::string condition(const dialect::Dialect& dialect, const std::string& table,
                        const std::string& column) const;
};

/// Ranges in key order that together contain every possible key: the parts in which the rows of
/// `pair`'s source are read, one after the other or in parallel. A single range with all rows if
/// the key is not an integer, or there are few rows.
std::vector<KeyRange> ranges_of(backend::Connection& source, const TablePair& pair);

}  // namespace dbmig::transfer
