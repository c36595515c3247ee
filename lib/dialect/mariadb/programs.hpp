#pragma once

#include "dialect/mariadb/limits.hpp"

namespace dbmig::dialect::mariadb {

// Limits of what is outside of table definitions, and of JSON inside of them.

/// A default of a JSON column that is none: every row that takes it fails the column's check.
void json_defaults(const schema::Table& table, const LimitCheck& in);

/// Triggers for each row, before or after one event on a table, without what SQLite's may have
/// besides: WHEN, UPDATE OF, INSTEAD OF, INSERT OR …, ON CONFLICT, RAISE().
void check_triggers(const LimitCheck& in);

/// Functions of SQLite that MariaDB does not have, in views and triggers. One that the model itself
/// makes is known.
void check_functions(const LimitCheck& in);

/// Routines whose names MariaDB takes for one. Functions, procedures and events stand in tables of
/// the server whose collation, utf8mb3_general_ci, tells neither case nor accents (`AÑO` and
/// `ano`), unlike names of columns; a sequence is a table and shares its names with tables and
/// views.
void check_routine_names(const LimitCheck& in);

}  // namespace dbmig::dialect::mariadb
