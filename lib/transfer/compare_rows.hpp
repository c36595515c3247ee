#pragma once

#include <atomic>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "import/communicator.hpp"
#include "transfer/copy.hpp"

namespace dbmig::transfer {

/// Compares the rows of both sides, table by table, each side in one snapshot; nothing is changed.
/// Tables and key ranges are distributed over `ranks`, if given; the other ranks must be in
/// serve_comparison(). The result does not depend on their number.
///
/// Throws Error{not_found} for a table that the target does not have, Error{invalid} for a column,
/// and Error{interrupted}.
std::vector<TableComparison> compare_rows(backend::Connection& source, backend::Connection& target,
                                          const CopyOptions& options, EventSink& events,
                                          const std::atomic<bool>& stop,
                                          import::Communicator* ranks = nullptr);

/// What the other ranks do in a comparison, until the root calls end_comparison().
void serve_comparison(backend::Connection& source, backend::Connection& target,
                      const CopyOptions& options, import::Communicator& ranks,
                      const std::atomic<bool>& stop);
/// Ends serve_comparison() on the other ranks.
void end_comparison(import::Communicator& ranks);

}  // namespace dbmig::transfer
