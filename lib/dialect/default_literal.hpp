#pragma once

#include <optional>
#include <string>

#include "dialect/dialect.hpp"
#include "schema/column.hpp"

namespace dbmig::dialect {

/// SQL for a default that is a literal; nothing for one that is an expression.
std::optional<std::string> literal_of(const Dialect& dialect, const schema::Default& value);

}  // namespace dbmig::dialect
