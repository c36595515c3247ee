#pragma once

#include <vector>

#include "data_check/data_checks.hpp"
#include "dialect/dialect.hpp"
#include "ops/operation.hpp"

namespace dbmig::proof {

/// Checks that count no row and compute what `operations` will compute of every row: the values of
/// new generated columns and of the expressions of new indexes. One fails over a row that the
/// expression cannot take: a text that is no JSON, for example.
std::vector<data_check::DataCheck> expression_trials(const dialect::Dialect& dialect,
                                                     const std::vector<ops::Operation>& operations);

}  // namespace dbmig::proof
