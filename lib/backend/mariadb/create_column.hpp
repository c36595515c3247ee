#pragma once

#include <string>
#include <vector>

#include "backend/mariadb/create_reader.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::mariadb {

/// Reads the definition of a column at the reader's place into `table`, its inline CHECK too, up to
/// the `,` or `)` behind it. What the model cannot hold is added to `lacking`.
void read_column(CreateReader& reader, std::string_view database, schema::Table& table,
                 std::vector<std::string>& lacking);

/// `sql` without `database` as a qualifier of columns, functions and sequences: the server writes
/// it out where its text must mean the same from everywhere.
std::string without_database(const std::string& sql, std::string_view database);

}  // namespace dbmig::backend::mariadb
