#pragma once

#include <string_view>

#include "base/dialect_kind.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect {

// What a database makes of keys and declared types when it stores rows, for those who know no
// vendor's folder.

/// Whether `column` is the number that SQLite gives every row: the only key, declared just INTEGER.
/// INT, a descending key and tables without rowids are none. False on MariaDB, which has no such
/// thing. Source: https://www.sqlite.org/lang_createtable.html#rowid
bool is_rowid(DialectKind kind, const schema::Table& table, const schema::Column& column);

/// Whether SQLite fills `column` by itself and MariaDB does not: the rowid of a table for all
/// databases, without `autoincrement`, a default or a foreign key that gives it its value.
bool is_filled_by_one_database(const schema::Table& table, const schema::Column& column);

/// The conversion that a value undergoes on its way into a column of SQLite.
/// Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity
enum class Affinity { integer, text, blob, real, numeric };

/// That of a column declared as `declared`, in a table that is not STRICT.
Affinity affinity(std::string_view declared);

/// That of `column` in a table that is not STRICT.
Affinity affinity(const schema::Column& column);

/// Whether a text that looks like a number becomes one.
bool is_numeric(Affinity affinity);

}  // namespace dbmig::dialect
