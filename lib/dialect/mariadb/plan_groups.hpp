#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ops/operation.hpp"

namespace dbmig::dialect::mariadb {

/// The end of the operations from `begin` on that one ALTER TABLE carries out, which begins with
/// operation `first`: same table, and no column name that changes its owner on the way (swaps, a
/// column added under a dropped name), or changes its default right after it was added.
std::size_t end_of_group(std::span<const ops::Operation> operations, std::size_t first,
                         std::size_t begin);

/// The columns that such a group renames, from the first name to the last.
std::vector<std::pair<std::string, std::string>> group_renames(
    std::span<const ops::Operation> group);

}  // namespace dbmig::dialect::mariadb
