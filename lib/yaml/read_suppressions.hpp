#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "history/revision.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {

/// The key that stands beside an operation's name.
inline constexpr std::string_view kIgnore = "lint_ignore";

/// `{DS101: "archived, ticket 4711"}` beside the operation of index `operation`. Codes that do not
/// exist and reasons that say nothing are mistakes.
void read_suppressions(Reader& reader, const Node& node, std::size_t operation,
                       std::vector<history::Suppression>& suppressions);

}  // namespace dbmig::yaml
