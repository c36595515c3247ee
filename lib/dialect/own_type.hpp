#pragma once

#include <vector>

#include "dialect/dialect.hpp"
#include "schema/model.hpp"

namespace dbmig::dialect {

/// The columns whose `type:` changes from `before` to `after` and whose `sqlite: {type: …}` still
/// says the old one: SQLite would stay as it is. `renames` tells which columns those were. A type
/// of SQLite's own that never said what `type:` does is meant, and no contradiction.
std::vector<Refusal> contradicted_types(const schema::Schema& before, const schema::Schema& after,
                                        const schema::RenameHints& renames);

}  // namespace dbmig::dialect
