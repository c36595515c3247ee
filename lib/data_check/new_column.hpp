#pragma once

#include <optional>
#include <span>
#include <string>

#include "data_check/provenance.hpp"
#include "ops/operation.hpp"

namespace dbmig::data_check {

/// Whether `column` is the rowid of `table` when all of `to_come` is done.
bool is_rowid_in_the_end(schema::Table table, const schema::Column& column,
                         std::span<const ops::Operation> to_come, DialectKind kind);

/// Whether rows that `table` has get a value in the new `column`, or NULL, without anybody saying
/// which. `to_come` are the operations after the one that adds it.
bool has_own_value(const schema::Table& table, const schema::Column& column,
                   std::span<const ops::Operation> to_come, DialectKind kind);

/// SQL of what a new column holds with the default `value`, before it is stored there; nothing
/// where only the database knows. A clock is one at any time.
std::optional<std::string> filling(const Provenance& live, const schema::Default& value,
                                   DialectKind kind);

}  // namespace dbmig::data_check
