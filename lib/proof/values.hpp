#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dialect/dialect.hpp"
#include "schema/column.hpp"

namespace dbmig::proof {

/// SQL literals that a column of this type takes, from the ends of what it can hold: first a plain
/// one, then the least, the greatest (for texts the empty and the longest), and what is odd: text
/// outside of ASCII, fractions, leap days. Never NULL; never empty.
std::vector<std::string> edge_values(const dialect::Dialect& dialect, const schema::Column& column);

/// The k-th of a row of literals that are all different as long as the type has so many, and that
/// nobody would write by hand, so that rows which a revision inserts do not meet them.
std::string distinct_value(const dialect::Dialect& dialect, const schema::Column& column,
                           std::size_t k);

}  // namespace dbmig::proof
