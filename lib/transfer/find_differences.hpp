#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "transfer/key_ranges.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {

/// The keys of the first rows that one side has and the other does not, some of each side, searched
/// in `ranges` of the key, in order: "in the source: id 5". Empty if there are too many rows to
/// keep in memory. Throws Error{interrupted} if `stop` is set.
std::vector<std::string> find_differences(backend::Connection& source, backend::Connection& target,
                                          TablePair& pair, const std::vector<KeyRange>& ranges,
                                          const std::atomic<bool>& stop);

}  // namespace dbmig::transfer
