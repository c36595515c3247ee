#pragma once

#include "ops/operation.hpp"

namespace dbmig::ops {

/// Whether `operation` changes a table that exists before and after it, so that a plan can carry
/// out several of them together: as one ALTER TABLE on MariaDB, by one rebuild on SQLite.
bool is_alteration(const Operation& operation);

}  // namespace dbmig::ops
