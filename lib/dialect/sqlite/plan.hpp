#pragma once

#include <span>
#include <vector>

#include "dialect/dialect.hpp"

namespace dbmig::dialect::sqlite {

/// Dialect::plan for SQLite.
std::vector<Statement> make_plan(const schema::Schema& before,
                                 std::span<const ops::Operation> operations,
                                 std::span<const DependentObject> dependent_objects);

}  // namespace dbmig::dialect::sqlite
