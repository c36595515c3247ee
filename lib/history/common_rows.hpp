#pragma once

#include <string>

#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::history {

/// A primary key of `table` that both operations insert, as "id = 1"; empty when there is none, or
/// when one of them leaves the key to the database.
std::string common_row(const ops::BulkInsert& a, const ops::BulkInsert& b,
                       const schema::Table& table);

}  // namespace dbmig::history
