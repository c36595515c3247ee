#pragma once

#include <optional>
#include <string_view>

namespace dbmig::import {

/// The kind of the geometry in well-known text ("point", "linestring", "polygon", "multipoint",
/// "multilinestring", "multipolygon", "geometrycollection"), or nothing if `text` is not well
/// formed: two coordinates per point, at least two points per line, closed rings of at least four
/// points. Source: OGC 06-103r4, section 7, without Z and M.
std::optional<std::string_view> parse_wkt(std::string_view text);

}  // namespace dbmig::import
