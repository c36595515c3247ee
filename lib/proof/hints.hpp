#pragma once

#include <string>
#include <vector>

#include "dialect/dialect.hpp"
#include "schema/table.hpp"

namespace dbmig::proof {

/// Literals worth trying in `column` because a check, generated column or index of the table speaks
/// of it: the numbers and texts that stand there, their neighbours, and texts as long as a number
/// that stands there. None when none of them names the column.
std::vector<std::string> hinted_values(const dialect::Dialect& dialect, const schema::Table& table,
                                       const schema::Column& column);

}  // namespace dbmig::proof
