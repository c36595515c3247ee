#pragma once

#include <set>
#include <string>

#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

/// Columns of both tables that need not move: a longest run in the same order.
std::set<std::string> columns_in_place(const schema::Table& before, const schema::Table& after);

}  // namespace dbmig::dialect::mariadb
