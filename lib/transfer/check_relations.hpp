#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "transfer/check_rows.hpp"

namespace dbmig::transfer {

/// What of the source's rows would break a foreign key or check of `schema`, the target's as it is
/// or will be, whatever their values: a sentence for each key or check in CopyProblem::sentence.
/// Keys to tables that are not copied are left to the target.
std::vector<CopyProblem> check_relations(backend::Connection& source, const schema::Schema& schema,
                                         const CopyOptions& options);

/// Rows that are different in the source and would be one under a unique key or primary key of
/// `schema`, by the target's own comparison of values: it is asked with a temporary table of them.
/// Keys of whole numbers, and of text that the target compares byte by byte, are not asked about.
std::vector<CopyProblem> find_collisions(backend::Connection& source, backend::Connection& target,
                                         const schema::Schema& schema, const CopyOptions& options,
                                         const std::atomic<bool>& stop);

}  // namespace dbmig::transfer
