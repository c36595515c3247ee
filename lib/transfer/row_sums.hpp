#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "backend/backend.hpp"
#include "transfer/key_ranges.hpp"
#include "transfer/row_hash.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {

/// Called with a row as the target's cells, and its number among those read, from 1.
using EachRow = std::function<void(std::span<const backend::Cell>, std::uint64_t)>;

/// Reads the source's rows in one range of its key, as the target's cells. Throws
/// Error{interrupted} if `stop` is set.
RowSum read_source(backend::Connection& source, TablePair& pair, const std::atomic<bool>& stop,
                   const KeyRange& range = {}, const EachRow& each = {});

/// Reads the target's rows that satisfy `condition`; empty: all.
RowSum read_target(backend::Connection& target, const TablePair& pair,
                   const std::atomic<bool>& stop, const std::string& condition = "",
                   const EachRow& each = {});

}  // namespace dbmig::transfer
