#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::project {

/// Gives columns of `found`, a SQLite schema that should work on both databases, a type of their
/// own on MariaDB if theirs does not work there: varchar(255) for text of any length in a key that
/// identifies rows, longtext for columns without a type or with an unknown one. Returns a sentence
/// for each of them, and for indexes that MariaDB does not have.
std::vector<std::string> fit_for_mariadb(schema::Schema& found);

}  // namespace dbmig::project
