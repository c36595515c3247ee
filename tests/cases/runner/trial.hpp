#pragma once

#include "base/dialect_kind.hpp"
#include "runner/case.hpp"

namespace dbmig::cases {

/// Tries `one` on a database of `kind`, there, back and there again. What does not hold becomes a
/// GoogleTest failure.
void try_case(const Case& one, DialectKind kind);

}  // namespace dbmig::cases
