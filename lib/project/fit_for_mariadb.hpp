#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::project {

/// Gives columns of `found`, which SQLite holds and which are to live on both databases, a type of
/// their own on MariaDB where the one that they have is none there: text of any length in a key
/// that tells rows apart (varchar(255)), and what SQLite was told no type or an unknown one
/// (longtext). Returns a sentence for each, and for indexes that MariaDB does not have.
std::vector<std::string> fit_for_mariadb(schema::Schema& found);

}  // namespace dbmig::project
