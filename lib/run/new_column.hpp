#pragma once

#include <optional>
#include <span>
#include <string>

#include "ops/operation.hpp"
#include "run/live_tables.hpp"

namespace dbmig::run {

/// Whether `column` is the rowid of `table`, a table of SQLite, when all of `to_come` is done.
/// STRICT tables have it under more types.
bool is_rowid_in_the_end(schema::Table table, const schema::Column& column,
                         std::span<const ops::Operation> to_come);

/// Whether rows that `table` has get a value in the new `column`, or NULL, without anybody saying
/// which. `to_come` are the operations after the one that adds it.
bool has_own_value(const schema::Table& table, const schema::Column& column,
                   std::span<const ops::Operation> to_come, DialectKind kind);

/// SQL of what a new column holds with the default `value`, before it is stored there; nothing
/// where only the database knows. A clock is one at any time.
std::optional<std::string> filling(const LiveTables& live, const schema::Default& value,
                                   DialectKind kind);

}  // namespace dbmig::run
