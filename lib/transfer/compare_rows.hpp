#pragma once

#include <atomic>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "import/communicator.hpp"
#include "transfer/copy.hpp"

namespace dbmig::transfer {

/// The rows of both sides, table by table, as of one moment each; nothing is changed. Tables and
/// ranges of their keys are shared among `ranks`, where there are any; the others are in
/// serve_comparison(). The result is the same for any number of them.
///
/// Throws Error{not_found} for a table that the target does not have, Error{invalid} for a column,
/// and Error{interrupted}.
std::vector<TableComparison> compare_rows(backend::Connection& source, backend::Connection& target,
                                          const CopyOptions& options, EventSink& events,
                                          const std::atomic<bool>& stop,
                                          import::Communicator* ranks = nullptr);

/// What every rank but the root does in a comparison, until the root is done.
void serve_comparison(backend::Connection& source, backend::Connection& target,
                      const CopyOptions& options, import::Communicator& ranks,
                      const std::atomic<bool>& stop);
/// Ends serve_comparison() on the other ranks.
void end_comparison(import::Communicator& ranks);

}  // namespace dbmig::transfer
