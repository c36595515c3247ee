#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "transfer/check_rows.hpp"

namespace dbmig::transfer {

/// The source's rows that would violate a foreign key or check of `schema`, the target's present or
/// future schema, whatever their types: a sentence for each key or check in CopyProblem::sentence.
/// Keys to tables that are not copied are left to the target.
std::vector<CopyProblem> check_relations(backend::Connection& source, const schema::Schema& schema,
                                         const CopyOptions& options);

/// Rows that differ in the source but would be equal under a unique or primary key of `schema`, by
/// the target's own comparison of values: the keys are loaded into a temporary table there. Keys of
/// integers, and of text that the target compares byte by byte, are not checked.
std::vector<CopyProblem> find_collisions(backend::Connection& source, backend::Connection& target,
                                         const schema::Schema& schema, const CopyOptions& options,
                                         const std::atomic<bool>& stop);

}  // namespace dbmig::transfer
