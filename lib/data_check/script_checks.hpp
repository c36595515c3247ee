#pragma once

#include <span>
#include <vector>

#include "data_check/data_checks.hpp"
#include "dialect/dialect.hpp"

namespace dbmig::data_check {

/// data_checks() for a script, which is written without a database: nobody knows the default
/// character set then.
std::vector<DataCheck> script_checks(const dialect::Dialect& dialect, const schema::Schema& before,
                                     std::span<const ops::Operation> operations, bool is_downgrade);

}  // namespace dbmig::data_check
