#pragma once

#include <span>
#include <vector>

#include "dialect/dialect.hpp"

namespace dbmig::dialect::sqlite {

/// Dialect::plan for a SQLite of `version`, as sqlite3_libversion_number() gives it. Throws
/// Error{failed} for what that cannot do, however it is written.
std::vector<Statement> make_plan(const schema::Schema& before,
                                 std::span<const ops::Operation> operations,
                                 std::span<const DependentObject> dependent_objects, int version);

}  // namespace dbmig::dialect::sqlite
