#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "transfer/key_ranges.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {

/// The keys of the first rows that one side has and the other has not, some of each side, looked
/// for in `ranges` of the key, in their order: "in the source: id 5". Empty when there are too many
/// rows to be kept. Throws Error{interrupted} when `stop` is set.
std::vector<std::string> find_differences(backend::Connection& source, backend::Connection& target,
                                          TablePair& pair, const std::vector<KeyRange>& ranges,
                                          const std::atomic<bool>& stop);

}  // namespace dbmig::transfer
