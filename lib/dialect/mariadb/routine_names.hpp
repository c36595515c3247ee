#pragma once

#include <vector>

#include "dialect/dialect.hpp"

namespace dbmig::dialect::mariadb {

/// Adds to `found` the routines of `schema` whose names MariaDB takes for one. Functions,
/// procedures and events stand in tables of the server whose collation, utf8mb3_general_ci, tells
/// neither case nor accents (`AÑO` and `ano`), unlike names of columns; a sequence is a table and
/// shares its names with tables and views. Source: https://mariadb.com/kb/en/mysqlproc-table/
void check_routine_names(const schema::Schema& schema, std::vector<Refusal>& found);

}  // namespace dbmig::dialect::mariadb
