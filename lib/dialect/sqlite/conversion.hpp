#pragma once

#include <string>

#include "dialect/conversion.hpp"

namespace dbmig::dialect::sqlite {

/// RowRules::conversion() for SQLite, where it always exists.
Conversion conversion(const std::string& value, const ColumnOf& from, const ColumnOf& to);

/// What `column` holds of `value` (SQL of no affinity) that is put into it.
Conversion stored(const std::string& value, const ColumnOf& column);

/// Condition for the values of `value` that `from` holds and that the affinity of `to` takes digits
/// from, whatever the types of both say: what a type says is enforced by no column. A
/// floating-point number has 15 digits as a text, and a whole one 53 bits as a floating-point
/// number. Texts that become numbers must be written as the number is, unless the change of the
/// types is one that loses values: then only digits count. Empty where there are none.
std::string changed_values(const std::string& value, const ColumnOf& from, const ColumnOf& to);

/// The same without regard to what the types say: also of those whose change loses values.
std::string rewritten_values(const std::string& value, const ColumnOf& from, const ColumnOf& to);

}  // namespace dbmig::dialect::sqlite
