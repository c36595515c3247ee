#pragma once

#include <string>

#include "dialect/conversion.hpp"

namespace dbmig::dialect::sqlite {

/// RowRules::conversion() for SQLite, where it always exists.
Conversion conversion(const std::string& value, const ColumnOf& from, const ColumnOf& to);

/// What `column` holds of `value` (SQL of no affinity) that is put into it.
Conversion stored(const std::string& value, const ColumnOf& column);

}  // namespace dbmig::dialect::sqlite
