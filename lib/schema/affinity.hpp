#pragma once

#include <string_view>

namespace dbmig::schema {

/// The conversion that a value undergoes on its way into a column of SQLite.
/// Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity
enum class Affinity { integer, text, blob, real, numeric };

/// That of a column declared as `declared`, in a table that is not STRICT.
Affinity affinity(std::string_view declared);

/// Whether a text that looks like a number becomes one.
bool is_numeric(Affinity affinity);

}  // namespace dbmig::schema
