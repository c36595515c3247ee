#pragma once

#include <string>
#include <vector>

#include "base/dialect_kind.hpp"

namespace dbmig::dialect {

/// The oldest version of the database that takes all of `statements`, as the plan writes them, and
/// what asks for it: "SQLite 3.35 (DROP COLUMN)", "MariaDB 11.7 (VECTOR)". Empty where any version
/// that dbmig works with does.
std::string needed_version(DialectKind kind, const std::vector<std::string>& statements);

}  // namespace dbmig::dialect
