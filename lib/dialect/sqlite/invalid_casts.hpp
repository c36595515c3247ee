#pragma once

#include <string>

#include "schema/type.hpp"

namespace dbmig::dialect::sqlite {

/// SQL that holds for those values of `value` (an expression) that a column of `type` refuses in a
/// STRICT table; empty when it takes them all. NULL fits everywhere.
/// Source: https://www.sqlite.org/stricttables.html
std::string strict_invalid_casts(const std::string& value, const schema::Type& type);

}  // namespace dbmig::dialect::sqlite
