#pragma once

#include <span>

#include "dialect/dialect.hpp"

namespace dbmig::dialect::sqlite {

/// The database before the first operation: `before` with the dependent_objects that hang on its
/// tables and views as parts of it, so that they are renamed, dropped and put back like everything
/// else. Those that are part of it already, and those that hang on nothing in it, are left out.
/// Throws Error{invalid} when the SQL of one cannot be read.
schema::Schema start_from(const schema::Schema& before,
                          std::span<const DependentObject> dependent_objects);

}  // namespace dbmig::dialect::sqlite
