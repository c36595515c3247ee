#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::transfer {

// Columns that MariaDB cannot have as long as another database declares them.

/// The next type that MariaDB has and that holds the same values; nothing when there is none.
std::optional<schema::Type> next_type(const schema::Type& type);

/// Makes the texts of the primary key so short that InnoDB takes the key. Says which became what.
std::vector<std::string> shorten_primary_key(schema::Table& table);

/// Makes texts out of the long columns that stand in the row and in no key, which InnoDB keeps
/// beside it. How many there were.
std::size_t put_texts_beside_rows(schema::Table& table);

}  // namespace dbmig::transfer
