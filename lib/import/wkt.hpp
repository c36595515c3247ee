#pragma once

#include <optional>
#include <string_view>

namespace dbmig::import {

/// The kind of the geometry that `text` writes in well-known text ("point", "linestring",
/// "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"), or nothing
/// when it is not well formed: two coordinates a point, at least two points a line, rings of at
/// least four points that close. Source: OGC 06-103r4, section 7, without Z and M.
std::optional<std::string_view> parse_wkt(std::string_view text);

}  // namespace dbmig::import
