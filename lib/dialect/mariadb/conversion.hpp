#pragma once

#include <optional>
#include <string>

#include "dialect/conversion.hpp"

namespace dbmig::dialect::mariadb {

/// RowRules::conversion() for MariaDB.
std::optional<Conversion> conversion(const std::string& value, const ColumnOf& from,
                                     const ColumnOf& to);

/// Condition for the rows whose bytes the column `to` cannot hold: no text in its character set,
/// or more than it holds in that. Empty when it takes all, or where this is not known.
std::string invalid_byte_casts(const std::string& value, const ColumnOf& from, const ColumnOf& to);

/// `value` as the list of an enum or set that `from` turns into looks for it: compared in the
/// collation of the list. `value` itself where the collation makes no difference, or is not known.
std::string sought_in_list(const std::string& value, const ColumnOf& from, const ColumnOf& to);

/// Condition for the texts that a whole number made of them is not written like: `007`, `+7`. Empty
/// for other types.
std::string rewritten_texts(const std::string& value, const schema::Type& from,
                            const schema::Type& to);

}  // namespace dbmig::dialect::mariadb
