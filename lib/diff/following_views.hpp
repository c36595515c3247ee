#pragma once

#include <span>
#include <string>
#include <vector>

#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::diff {

/// The views of `after` whose text `operations` leave alone and whose columns change all the same:
/// they take all columns (`SELECT *`) of a table, or of a view like that, which gets, loses or
/// renames one. SQLite's follow by themselves, MariaDB's are made again. A line for each: "View 'v'
/// shows all columns of table 't' and changes with it".
std::vector<std::string> following_views(const schema::Schema& after,
                                         std::span<const ops::Operation> operations);

}  // namespace dbmig::diff
