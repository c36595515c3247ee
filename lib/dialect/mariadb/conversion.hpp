#pragma once

#include <optional>
#include <string>

#include "dialect/conversion.hpp"

namespace dbmig::dialect::mariadb {

/// dialect::conversion() for MariaDB.
std::optional<Conversion> conversion(const std::string& value, const ColumnOf& from,
                                     const ColumnOf& to);

/// dialect::invalid_byte_casts() for MariaDB.
std::string invalid_byte_casts(const std::string& value, const ColumnOf& from, const ColumnOf& to);

/// dialect::sought_in_list() for MariaDB.
std::string sought_in_list(const std::string& value, const ColumnOf& from, const ColumnOf& to);

}  // namespace dbmig::dialect::mariadb
