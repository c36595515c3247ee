#pragma once

#include <optional>
#include <string>

#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect::sqlite {

/// The one statement that carries out `operation` on its table whatever rows the table holds;
/// nothing when that takes a rebuild, with a library of `version`. `before` and `after` are the
/// table's written forms, not equal. Not for renames.
std::optional<std::string> direct_statement(const ops::Operation& operation,
                                            const schema::Table& before, const schema::Table& after,
                                            int version);

}  // namespace dbmig::dialect::sqlite
