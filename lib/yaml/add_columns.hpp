#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "schema/column.hpp"

namespace dbmig::yaml {

/// `content` with `columns` behind the column whose name stands at `last`, each a line as a person
/// would write it; everything else stays as it is. Throws Error{failed} when the columns are not
/// written one below the other there.
std::string add_columns(std::string_view content, const SourcePosition& last,
                        const std::vector<schema::Column>& columns);

}  // namespace dbmig::yaml
