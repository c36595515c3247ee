#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::transfer {

// For columns that MariaDB cannot have as long as another database declares them.

/// The next type of MariaDB that holds the same values; nothing if there is none.
std::optional<schema::Type> next_type(const schema::Type& type);

/// Shortens the texts of the primary key until InnoDB accepts the key. Returns a sentence for each.
std::vector<std::string> shorten_primary_key(schema::Table& table);

/// Turns long columns that are in no key into TEXT, which InnoDB stores outside the row. Returns
/// how many.
std::size_t put_texts_beside_rows(schema::Table& table);

}  // namespace dbmig::transfer
