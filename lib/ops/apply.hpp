#pragma once

#include <span>
#include <vector>

#include "ops/operation.hpp"

namespace dbmig::ops {

/// The schema after `operation`. Pure: the argument is a copy. Throws Error{invalid} without a
/// position when it does not fit: table or column missing or there already, a column dropped that a
/// constraint uses, and so on; the message names both, the caller adds where it stands.
///
/// Renaming a table or column also renames it in the keys, indexes and foreign keys that refer to
/// it (as both databases do). SQL text (checks, generated columns, partial indexes, views,
/// triggers) has the renamed identifier replaced where it stands as a whole word outside string
/// literals, which is what both databases do to their stored text.
schema::Schema apply(schema::Schema schema, const Operation& operation);
schema::Schema apply(schema::Schema schema, std::span<const Operation> operations);

/// The operations that undo `operation`, which was or will be applied to `before`:
/// `apply(apply(before, op), inverse(op, before)) == before` up to `sorted`. Throws
/// Error{invalid} for what has no inverse: plain SQL without an `undo` (what it declares under
/// `state` says nothing of the rows it changed), rows inserted without a key, rows deleted by a
/// part of their columns.
///
/// A table's triggers go with it and come back with it. The rows of dropped tables and columns do
/// not come back.
std::vector<Operation> inverse(const Operation& operation, const schema::Schema& before);
/// The inverse of a sequence, last first.
std::vector<Operation> inverse(std::span<const Operation> operations, const schema::Schema& before);

/// False for plain SQL without an `undo`, whatever else it declares.
bool is_reversible(const Operation& operation);

}  // namespace dbmig::ops
