#pragma once

#include <string>
#include <string_view>

namespace dbmig::run {

/// Begins the fingerprints that are of statement_tables() alone, in a journal of MariaDB. Older
/// versions took those of every name in the statement.
inline constexpr std::string_view kOfTables = "tables:";

/// What of `sql`, MariaDB's, names the tables that it is about: "ALTER TABLE `a`, `b`". A statement
/// that is more than a plain ALTER TABLE or CREATE TABLE comes back whole.
std::string statement_tables(std::string_view sql);

}  // namespace dbmig::run
