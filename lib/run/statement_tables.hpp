#pragma once

#include <string>
#include <string_view>

namespace dbmig::run {

/// Prefix of fingerprints that cover statement_tables() only, in a journal of MariaDB. Older
/// versions took fingerprints of every name in the statement.
inline constexpr std::string_view kOfTables = "tables:";

/// The part of `sql`, a MariaDB statement, that names its tables: "ALTER TABLE `a`, `b`". A
/// statement that is more than a plain ALTER TABLE or CREATE TABLE is returned unchanged.
std::string statement_tables(std::string_view sql);

}  // namespace dbmig::run
