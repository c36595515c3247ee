#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "import/record_parser.hpp"
#include "schema/table.hpp"
#include "transfer/evidence.hpp"
#include "transfer/hash_set.hpp"

namespace dbmig::transfer {

/// Columns by their places, in order.
using ColumnGroup = std::vector<std::size_t>;

/// The groups of `size` columns that could tell rows apart together: of the columns without NULL
/// whose types keys can have, the few with most different values; a group whose different values
/// are too few for so many rows is left out. At most 28 pairs or 56 groups of three.
std::vector<ColumnGroup> groups_of(const schema::Table& table, const std::vector<Evidence>& columns,
                                   std::size_t size);

/// Finds out which groups have no combination of values twice, from all records, one after the
/// other. A group is given up at its first repetition, and when there is more than memory is for.
class GroupSearch {
 public:
  explicit GroupSearch(std::vector<ColumnGroup> groups);

  /// False when no group is left, so that further records do not matter.
  bool add(const std::vector<import::Field>& record);
  const std::vector<ColumnGroup>& left() const { return groups_; }

 private:
  std::vector<ColumnGroup> groups_;
  std::vector<HashSet> seen_;  ///< hashes, of each group
};

}  // namespace dbmig::transfer
