#pragma once

#include <string_view>

namespace dbmig::dialect::mariadb {

/// What statements of ours count on, whatever the server's configuration says: the defaults of
/// MariaDB 10.2.4 and later. No silent truncation, no silent change of engine, backslash escapes
/// and "text" as they are documented.
inline constexpr std::string_view kSessionSettings =
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,"
    "NO_ENGINE_SUBSTITUTION', default_storage_engine = 'InnoDB', foreign_key_checks = 1, "
    "unique_checks = 1, check_constraint_checks = 1, autocommit = 1";

}  // namespace dbmig::dialect::mariadb
