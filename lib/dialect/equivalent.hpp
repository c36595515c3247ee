#pragma once

#include <vector>

#include "base/dialect_kind.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect {

/// `wanted` with everything that only says in other words what `before` says taken from there:
/// `int(11)` for `integer`, `now()` for CURRENT_TIMESTAMP, NO ACTION for nothing said. It is the
/// same when all of `dialects` (empty: both) give it the same canonical form. What has another name
/// is another thing. For one dialect, `only` that one says nothing. Where a dialect cannot have one
/// of the two schemas at all, `wanted` stays as it is.
schema::Schema equivalent(const schema::Schema& before, schema::Schema wanted,
                          std::vector<DialectKind> dialects = {});

}  // namespace dbmig::dialect
