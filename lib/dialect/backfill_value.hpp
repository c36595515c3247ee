#pragma once

#include <optional>
#include <string>

#include "base/dialect_kind.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect {

/// What rows are given in a NOT NULL column without a default whose own values are gone: what
/// MariaDB's own implicit default would be where that is a valid value of the type (0, the empty
/// text, an enum's first value), else the first one that is: 1970-01-01, JSON's null, a point at
/// the origin. The end of an application's period is late. Both databases get the same.
///
/// `table` is the column's table as it will be. Nothing for a column that needs none (it may be
/// NULL, has a default, is computed or counted, or is SQLite's rowid) and for types that only
/// MariaDB knows.
std::optional<schema::Default> backfill_value(const schema::Column& column,
                                              const schema::Table& table, DialectKind kind);

/// A stand-in as a person reads it: `'1970-01-01'`, `0`.
std::string describe_backfill_value(const schema::Default& value, DialectKind kind);

}  // namespace dbmig::dialect
