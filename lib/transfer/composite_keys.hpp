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

/// Columns by their index, in order.
using ColumnGroup = std::vector<std::size_t>;

/// Groups of `size` columns that might identify rows together: of the columns without NULL whose
/// types keys can have, the few with the most different values; groups with too few different
/// values for the number of rows are left out. At most 28 pairs or 56 triples.
std::vector<ColumnGroup> groups_of(const schema::Table& table, const std::vector<Evidence>& columns,
                                   std::size_t size);

/// Finds out which groups have no combination of values twice, from all records, one after the
/// other; texts are compared as dialect::loose_text() says, so that the groups are keys on every
/// database. A group is dropped at its first repetition, and when it needs too much memory.
class GroupSearch {
 public:
  explicit GroupSearch(std::vector<ColumnGroup> groups);

  /// False if no group is left, so that further records do not matter.
  bool add(const std::vector<import::Field>& record);
  const std::vector<ColumnGroup>& left() const { return groups_; }

 private:
  std::vector<ColumnGroup> groups_;
  std::vector<HashSet> seen_;  ///< hashes, for each group
};

}  // namespace dbmig::transfer
