#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/column.hpp"

namespace dbmig::dialect::sqlite {

// SQLite has neither enum nor set. Their values stand in an unnamed CHECK on the column, which a
// RENAME COLUMN keeps right and whose text is what a violation is reported with:
//   estado ENUM_TEXT CHECK (estado IN ('alta', 'baja'))
// A set is a text of its values separated by commas; what is left when all of them are taken out
// must be nothing:
//   CHECK (dias = '' OR replace(replace(',' || replace(dias, ',', ',,') || ',', ',lu,', ''), …) =
//   '')

/// The CHECK that holds a column of type enum or set to its values; nothing for other types.
std::optional<std::string> value_check(std::string_view column, const schema::Type& type);

/// SQL that holds for those values of `value` (an expression) which are a set of `type`'s values.
std::string set_condition(const std::string& value, const schema::Type& type);

/// The enum or set that `check` over `column` describes, when value_check() would write the same.
std::optional<schema::Type> read_value_check(std::string_view column, std::string_view check);

}  // namespace dbmig::dialect::sqlite
