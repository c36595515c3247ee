#pragma once

#include <string>

#include "schema/table.hpp"

namespace dbmig::schema {

/// The character set that MariaDB gives `column` as far as the model says one, its own or the
/// table's, by name or as the beginning of a collation's; lower case. Empty when nothing is said:
/// then it is the database's.
std::string charset_of(const Table& table, const Column& column);

/// The most bytes that a character of `column` takes on MariaDB; 4 when no character set is said.
/// Source: https://mariadb.com/kb/en/supported-character-sets-and-collations/
int bytes_per_character(const Table& table, const Column& column);

}  // namespace dbmig::schema
