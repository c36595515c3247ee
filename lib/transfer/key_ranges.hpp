#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::transfer {

class TablePair;

/// Rows by a key of one whole number: from `from` on, up to and without `until`. Without an end it
/// has none on that side.
struct KeyRange {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> until;

  bool is_all() const { return !from && !until; }
  /// The condition for `column` of `table`; empty for all rows.
  std::string condition(const dialect::Dialect& dialect, const std::string& table,
                        const std::string& column) const;
};

/// Ranges in the key's order, in which the rows of `pair`'s source are best read one after the
/// other, or at the same time: together they have every key that there can be. One for all rows
/// where the key is not a whole number, or the rows are few.
std::vector<KeyRange> ranges_of(backend::Connection& source, const TablePair& pair);

}  // namespace dbmig::transfer
