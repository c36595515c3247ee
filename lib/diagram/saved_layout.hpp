#pragma once

#include <string>
#include <string_view>

#include "diagram/picture.hpp"

namespace dbmig::diagram {

/// The layout file, as the page's "Save layout" writes it:
///
///     detail: columns
///     groups:
///       billing: [invoice*, payment]
///     tables:
///       customer: [120, 40]
///
/// Throws Error{invalid} with every mistake and its place; `file` stands in messages.
SavedLayout parse_layout(std::string_view content, const std::string& file);

}  // namespace dbmig::diagram
