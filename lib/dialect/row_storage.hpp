#pragma once

#include "base/dialect_kind.hpp"
#include "schema/affinity.hpp"
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

/// schema::is_narrowing() for the types that a column has on `kind`, in a table that is STRICT on
/// SQLite or not.
bool is_narrowing(DialectKind kind, const schema::Type& from, const schema::Type& to,
                  schema::Strictness strict);

using schema::affinity;
using schema::Affinity;
using schema::is_numeric;

/// The affinity of `column` in a table that is not STRICT.
Affinity affinity(const schema::Column& column);

}  // namespace dbmig::dialect
