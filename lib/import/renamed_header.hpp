#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace dbmig::import {

/// NAME and COLUMN of each --map, cut at the first `=`.
using NameMap = std::vector<std::pair<std::string, std::string>>;

/// Whether one of `map` may mean the header's `name`.
bool is_mapped(const NameMap& map, std::string_view name);

/// `header` with the names that `map` gives its fields. NAME is a field's name, exactly or without
/// the blanks around it; it may contain `=`. Throws
/// Error{invalid} at `where` for a NAME that the header does not have, or has more than once.
std::vector<std::string> renamed_header(const std::vector<std::string>& header, const NameMap& map,
                                        const SourcePosition& where);

}  // namespace dbmig::import
