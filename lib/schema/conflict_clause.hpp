#pragma once

#include "schema/table.hpp"

namespace dbmig::schema {

/// Whether the table says by itself what to do with rows that violate a constraint (SQLite's ON
/// CONFLICT).
bool has_conflict_clause(const Table& table);

}  // namespace dbmig::schema
