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

/// A row as the target's cells, with its number in what is read, from 1.
using EachRow = std::function<void(std::span<const backend::Cell>, std::uint64_t)>;

/// Reads the rows of the source in one range of its key, as the target's cells. Throws
/// Error{interrupted} when `stop` is set.
RowSum read_source(backend::Connection& source, TablePair& pair, const std::atomic<bool>& stop,
                   const KeyRange& range = {}, const EachRow& each = {});

/// Reads the target's rows for which `condition` holds; empty: all.
RowSum read_target(backend::Connection& target, const TablePair& pair,
                   const std::atomic<bool>& stop, const std::string& condition = "",
                   const EachRow& each = {});

}  // namespace dbmig::transfer
